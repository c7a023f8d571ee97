import { randomBytes } from 'node:crypto';
import type { QdrantClient } from '@qdrant/js-client-rest';
import { EXIT, VdbError } from '../../errors.js';
import { type QdrantAccess, qdrantClient, qdrantError } from './client.js';

/** Names of canary collections begin with it, so that one a lost connection left behind is recognised. */
export const CANARY_PREFIX = 'vdb_canary_';

const POINTS = [
  { id: 1, vector: [1, 0, 0, 0], payload: { canary: 'yellow' } },
  { id: 2, vector: [0, 1, 0, 0], payload: { canary: 'blue' } },
];

/** How long each part took, in milliseconds. */
export interface CanaryResult {
  upsertMs: number;
  queryMs: number;
  deleteMs: number;
}

/**
 * Proves that Qdrant takes a write, finds it and forgets it, in a collection of its own that is removed
 * whatever happens. Throws `VdbError` when an answer is wrong or a request fails.
 */
export async function canary(access: QdrantAccess): Promise<CanaryResult> {
  const client = await qdrantClient(access);
  const name = `${CANARY_PREFIX}${randomBytes(6).toString('hex')}`;
  try {
    await client.createCollection(name, { vectors: { size: 4, distance: 'Dot' }, shard_number: 1 });
    const result = await sing(client, name);
    await client.deleteCollection(name);
    return result;
  } catch (error) {
    const left = await leftover(client, name);
    const failure = error instanceof VdbError ? error : qdrantError('serve a test write and query', error);
    throw left ? withLeftover(failure, name) : failure;
  }
}

async function sing(client: QdrantClient, name: string): Promise<CanaryResult> {
  const upsertMs = await timed(() => client.upsert(name, { wait: true, points: POINTS }));
  const queryMs = await timed(() => expectNearest(client, name, 2));
  const deleteMs = await timed(() => client.delete(name, { wait: true, points: [2] }));
  await expectNearest(client, name, 1);
  return { upsertMs, queryMs, deleteMs };
}

async function expectNearest(client: QdrantClient, name: string, id: number): Promise<void> {
  const { points } = await client.query(name, { query: [0.1, 1, 0, 0], limit: 1, with_payload: true });
  if (points[0]?.id === id && points[0].payload?.canary === POINTS[id - 1]?.payload.canary) return;
  throw new VdbError('Qdrant did not find what was just written to it', {
    code: 'qdrant.canary',
    exitCode: EXIT.failed,
    meaning: `A query for the nearest of two points returned ${points[0]?.id ?? 'nothing'} instead of point ${id}.`,
    next: 'vdb check qdrant storage',
  });
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const started = performance.now();
  await work();
  return performance.now() - started;
}

/** Whether the collection is still there after an attempt to remove it. */
async function leftover(client: QdrantClient, name: string): Promise<boolean> {
  return client.deleteCollection(name).then(
    () => false,
    () => true,
  );
}

function withLeftover(failure: VdbError, name: string): VdbError {
  return new VdbError(`${failure.message}; the collection ${name} may be left over`, failure.details);
}
