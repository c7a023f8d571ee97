import type { QdrantClient } from '@qdrant/js-client-rest';
import { type QdrantAccess, qdrantClient, qdrantError } from './client.js';

/** What runs there, for `vdb status`. */
export interface QdrantOverview {
  version: string;
  title: string;
  /** False for vdb's emulator, which says so in its title. */
  genuine: boolean;
  collections: CollectionOverview[];
  /** Null outside of a cluster. */
  cluster: ClusterOverview | null;
}

export interface CollectionOverview {
  name: string;
  /** green, yellow (optimizing), grey (waiting for an update after a restart) or red. */
  status: string;
  /** Exact count. */
  points: number;
  /** Approximate count of vectors in an index. */
  indexed: number;
  segments: number;
}

export interface ClusterOverview {
  /** Peers, this one included. */
  peers: number;
  /** This peer's part in the consensus, as Qdrant calls it: Leader, Follower … */
  role: string | null;
  /** Whether there is a leader. */
  led: boolean;
  pendingOperations: number;
}

/** Asks Qdrant for its version, its collections with exact counts, and its cluster. Throws `VdbError`. */
export async function qdrantOverview(access: QdrantAccess): Promise<QdrantOverview> {
  const client = await qdrantClient(access);
  try {
    const [{ version, title }, { collections }, cluster] = await Promise.all([
      client.versionInfo(),
      client.getCollections(),
      clusterOf(client),
    ]);
    const names = collections.map(({ name }) => name).sort();
    const overviews = await Promise.all(names.map((name) => collectionOf(client, name)));
    return { version, title, genuine: isGenuine(title, version), collections: overviews, cluster };
  } catch (error) {
    throw qdrantError('be asked for its state', error);
  }
}

/** Whether a server with this title is Qdrant itself. */
export function isGenuine(title: string, version: string): boolean {
  return /^qdrant\b/.test(title) && !/emulat/i.test(`${title} ${version}`);
}

async function collectionOf(client: QdrantClient, name: string): Promise<CollectionOverview> {
  const [info, { count }] = await Promise.all([
    client.getCollection(name),
    client.count(name, { exact: true }),
  ]);
  return {
    name,
    status: info.status,
    points: count,
    indexed: info.indexed_vectors_count ?? 0,
    segments: info.segments_count,
  };
}

async function clusterOf(client: QdrantClient): Promise<ClusterOverview | null> {
  const { data } = await client.api().clusterStatus({});
  const cluster = data.result;
  if (cluster === undefined || cluster.status !== 'enabled') return null;
  const { role } = cluster.raft_info;
  return {
    peers: Object.keys(cluster.peers).length,
    role: typeof role === 'string' ? role : null,
    led: typeof cluster.raft_info.leader === 'number',
    pendingOperations: cluster.raft_info.pending_operations,
  };
}
