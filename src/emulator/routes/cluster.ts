import { ApiError, badRequest, unsupported } from '../api-error.js';
import { type Call, param, type Route, route, type World } from '../router.js';

/** A cluster of this server alone, and a refusal of everything that would take another one. */
export const clusterRoutes: Route[] = [
  route('GET', '/cluster', 'read', (_call, world) => clusterStatus(world)),
  route('GET', '/collections/{collection_name}/cluster', 'read', collectionCluster),
  route(
    'POST',
    '/collections/{collection_name}/cluster',
    'manage',
    refuseChange('Distributed mode disabled'),
  ),
  route('DELETE', '/cluster/peer/{peer_id}', 'manage', refuseChange('Distributed mode disabled.')),
  route('POST', '/cluster/recover', 'manage', (_call, world) => {
    if (world.settings.clusterEnabled) throw unsupported('cluster operations');
    throw new ApiError(500, 'Service internal error: Qdrant is running in standalone mode');
  }),
  route('PUT', '/collections/{collection_name}/shards', 'manage', refuseChange('Distributed mode disabled')),
  route(
    'POST',
    '/collections/{collection_name}/shards/delete',
    'manage',
    refuseChange('Distributed mode disabled'),
  ),
];

function refuseChange(standalone: string) {
  return (_call: Call, world: World): never => {
    if (world.settings.clusterEnabled) throw unsupported('cluster operations');
    throw badRequest(standalone);
  };
}

function clusterStatus({ settings, peerId, started }: World) {
  if (!settings.clusterEnabled) return { status: 'disabled' };
  return {
    status: 'enabled',
    peer_id: peerId,
    peers: { [peerId]: { uri: `http://${settings.host}:${settings.p2pPort}/` } },
    raft_info: { term: 1, commit: 1, pending_operations: 0, leader: peerId, role: 'Leader', is_voter: true },
    consensus_thread_status: { consensus_thread_status: 'working', last_update: started.toISOString() },
    message_send_failures: {},
  };
}

function collectionCluster(call: Call, { catalog, peerId }: World) {
  const collection = catalog.resolve(param(call, 'collection_name'));
  return {
    peer_id: peerId,
    shard_count: 1,
    local_shards: [{ shard_id: 0, points_count: collection.size, state: 'Active' }],
    remote_shards: [],
    shard_transfers: [],
  };
}
