import { parseExact } from './exact-json.js';

/** The id of a peer: up to 64 bits, so it is kept as text. */
export type PeerId = string;

/** A cluster of Qdrants as one of its peers sees it. */
export interface Cluster {
  /** Of the peer that was asked. */
  peer: PeerId;
  /** All peers, that one too: their addresses for each other. */
  peers: Readonly<Record<PeerId, string>>;
  /** Entries of the consensus that this peer has yet to apply. */
  pending: number;
  /** null: none is known, so that nothing can be decided. */
  leader: PeerId | null;
  /** Why this peer takes part in no decision until it is restarted, as after a disk was full; null: it does. */
  stopped: string | null;
}

/** One shard of a collection, and who has it. */
export interface Shard {
  collection: string;
  shard: number;
  /** What each peer that has the shard says of it: `Active`, `Partial`, `Dead`, … */
  replicas: Readonly<Record<PeerId, string>>;
}

/** Shards of a collection, and how many of its transfers are under way. */
export interface Shards {
  shards: readonly Shard[];
  transfers: number;
}

interface RawCluster {
  status: string;
  peer_id: number | string;
  peers: Record<string, { uri: string }>;
  raft_info: { pending_operations: number; leader: number | string | null };
  consensus_thread_status?: { consensus_thread_status: string; err?: string };
}

interface RawShards {
  peer_id: number | string;
  local_shards: { shard_id: number; state: string }[];
  remote_shards: { shard_id: number; peer_id: number | string; state: string }[];
  shard_transfers: unknown[];
}

/** Reads the body of `GET /cluster`; null where this Qdrant is no peer of any. Throws on anything else. Pure. */
export function readCluster(body: string): Cluster | null {
  const { result } = parseExact<{ result: RawCluster }>(body);
  if (result.status === 'disabled') return null;
  const { leader, pending_operations: pending } = result.raft_info;
  return {
    peer: String(result.peer_id),
    peers: Object.fromEntries(Object.entries(result.peers).map(([id, { uri }]) => [id, uri])),
    pending,
    leader: leader === null ? null : String(leader),
    stopped: stoppedOf(result),
  };
}

function stoppedOf({ consensus_thread_status: thread }: RawCluster): string | null {
  if (thread === undefined || thread.consensus_thread_status === 'working') return null;
  return thread.err ?? thread.consensus_thread_status;
}

/** Reads the body of `GET /collections/{c}/cluster`. Throws on anything else. Pure. */
export function readShards(collection: string, body: string): Shards {
  const { result } = parseExact<{ result: RawShards }>(body);
  const here = String(result.peer_id);
  const seen = [
    ...result.local_shards.map(({ shard_id: id, state }) => ({ id, peer: here, state })),
    ...result.remote_shards.map(({ shard_id: id, peer_id, state }) => ({ id, peer: String(peer_id), state })),
  ];
  const ids = [...new Set(seen.map(({ id }) => id))].sort((a, b) => a - b);
  return {
    shards: ids.map((shard) => ({
      collection,
      shard,
      replicas: Object.fromEntries(
        seen.filter(({ id }) => id === shard).map(({ peer, state }) => [peer, state]),
      ),
    })),
    transfers: result.shard_transfers.length,
  };
}

/** Where a peer has a whole copy of a shard that takes part in everything. */
export function hasActive({ replicas }: Shard, peer: PeerId): boolean {
  return replicas[peer] === 'Active';
}

/** The body of `POST /collections/{c}/cluster` that has a shard copied from one peer to another. Throws on what is no id. Pure. */
export function replicateBody(shard: number, from: PeerId, to: PeerId): string {
  for (const id of [from, to]) if (!/^\d+$/.test(id)) throw new Error(`not the id of a peer: ${id}`);
  return `{"replicate_shard":{"shard_id":${shard},"from_peer_id":${from},"to_peer_id":${to},"method":"stream_records"}}`;
}

/** The body that has a peer give up its copy of a shard. Throws on what is no id. Pure. */
export function dropBody(shard: number, peer: PeerId): string {
  if (!/^\d+$/.test(peer)) throw new Error(`not the id of a peer: ${peer}`);
  return `{"drop_replica":{"shard_id":${shard},"peer_id":${peer}}}`;
}
