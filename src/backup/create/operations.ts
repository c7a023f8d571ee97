import { type QdrantAnswer, type QdrantRequest, resultOf } from '../qdrant-requests.js';

/** How far the writes to a collection have come. */
export interface Operations {
  /** The numbers of the last ones that were done, one for each shard. */
  last: string;
  /** How many wait to be done. */
  waiting: number;
}

/** The question that {@link readOperations} reads the answer to. */
export const OPERATIONS: QdrantRequest = { method: 'GET', path: '/telemetry?details_level=3' };

interface Telemetry {
  collections: { collections: { id: string; shards: Shard[] }[] };
}

interface Shard {
  id: number;
  /** Null where another peer has it. */
  local: { update_queue?: { length?: number; op_num?: number | null } } | null;
}

/**
 * The operations of each collection; null where Qdrant does not tell them. It numbers what it writes to each shard, and
 * goes on with that after a restart (`ShardUpdateQueueInfo` of Qdrant 1.18). Pure.
 */
export function readOperations(answer: QdrantAnswer): Map<string, Operations | null> {
  const said = resultOf<Telemetry>(answer, 'tell what it has done');
  return new Map((said?.collections.collections ?? []).map(({ id, shards }) => [id, operationsOf(shards)]));
}

function operationsOf(shards: readonly Shard[]): Operations | null {
  const queues = shards.flatMap(({ id, local }) => (local === null ? [] : [{ id, ...local.update_queue }]));
  if (queues.length === 0 || queues.some(({ op_num: last }) => typeof last !== 'number')) return null;
  const numbers = queues.map(({ id, op_num: last }) => `${id}:${last}`);
  return {
    last: numbers.sort().join(' '),
    waiting: queues.reduce((sum, { length = 0 }) => sum + length, 0),
  };
}

/** Whether nothing was written in between; false where that cannot be told. Pure. */
export function stoodStill(before: Operations | null, after: Operations | null): boolean {
  return before !== null && after !== null && before.waiting === 0 && before.last === after.last;
}
