import { isDeepStrictEqual } from 'node:util';
import { collectionPath } from '../../resources/qdrant-collection.js';
import type { CollectionDefinition } from '../definitions.js';
import { fingerprintOf, type PointRecord } from '../fingerprint.js';
import { type QdrantAnswer, type QdrantRequest, resultOf } from '../qdrant-requests.js';
import { OPERATIONS, type Operations, readOperations, stoodStill } from './operations.js';

/** Points that are compared before and after. */
const SAMPLE = 8;

/** A collection at one instant, or nearly so. */
export interface CollectionLook {
  definition: Omit<CollectionDefinition, 'sample'>;
  /** Whether all of it is on this peer of its cluster: a snapshot holds nothing of the others. */
  isHere: boolean;
  /** What had been written before the look, and after it. */
  operations: [before: Operations | null, after: Operations | null];
  /** Counted exactly. */
  points: number;
  /** Fingerprints by id, as JSON. */
  sample: ReadonlyMap<string, string>;
}

/** Questions about a collection; of the points `ids`, or of the first ones. */
export function lookRequests(collection: string, ids?: readonly (string | number)[]): QdrantRequest[] {
  const path = collectionPath(collection);
  const whole = { with_payload: true, with_vector: true };
  return [
    OPERATIONS,
    { method: 'GET', path },
    { method: 'POST', path: `${path}/points/count`, body: { exact: true } },
    ids === undefined
      ? { method: 'POST', path: `${path}/points/scroll`, body: { limit: SAMPLE, ...whole } }
      : { method: 'POST', path: `${path}/points`, body: { ids, ...whole } },
    { method: 'GET', path: `${path}/cluster` },
    OPERATIONS,
  ];
}

interface RawCollection {
  config: Record<string, unknown>;
  payload_schema: Record<string, Record<string, unknown>>;
}

/** Reads the answers to {@link lookRequests}; null where there is no such collection. Pure. */
export function readLook(collection: string, answers: readonly QdrantAnswer[]): CollectionLook | null {
  const [first, info, counted, points, cluster, last] = answers as Answers;
  const raw = resultOf<RawCollection>(info, `describe collection ${collection}`);
  const count = resultOf<{ count: number }>(counted, `count collection ${collection}`);
  const found = resultOf<PointRecord[] | { points: PointRecord[] }>(points, `read collection ${collection}`);
  const shards = resultOf<Shards>(cluster, `tell where collection ${collection} is`);
  if (raw === null || count === null || found === null || shards === null) return null;
  const records = Array.isArray(found) ? found : found.points;
  return {
    definition: { config: raw.config, payload_schema: withoutCounts(raw.payload_schema) },
    isHere: isHere(shards),
    operations: [readOperations(first).get(collection) ?? null, readOperations(last).get(collection) ?? null],
    points: count.count,
    sample: new Map(records.filter(isExact).map((each) => [JSON.stringify(each.id), fingerprintOf(each)])),
  };
}

type Answers = [QdrantAnswer, QdrantAnswer, QdrantAnswer, QdrantAnswer, QdrantAnswer, QdrantAnswer];

interface Shards {
  local_shards: { shard_id: number; state: string }[];
  remote_shards: { shard_id: number }[];
}

/** A replica that is not active, as one that is being copied, may lack points. */
function isHere({ local_shards: local, remote_shards: remote }: Shards): boolean {
  const active = new Set(local.filter(({ state }) => state === 'Active').map(({ shard_id: id }) => id));
  return [...local, ...remote].every(({ shard_id: id }) => active.has(id));
}

/** A number beyond 2^53 is not the one that Qdrant wrote. */
function isExact({ id }: PointRecord): boolean {
  return typeof id === 'string' || Number.isSafeInteger(id);
}

/** Qdrant counts the points of each index there, which change with every write. */
function withoutCounts(schema: RawCollection['payload_schema']): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(schema).map(([field, { points: _, ...definition }]) => [field, definition]),
  );
}

/** The ids of a sample. */
export function idsOf({ sample }: CollectionLook): (string | number)[] {
  return [...sample.keys()].map((id) => JSON.parse(id) as string | number);
}

/** Whether settings and indexes are the same. */
export function sameDefinition(before: CollectionLook, after: CollectionLook): boolean {
  return isDeepStrictEqual(before.definition, after.definition);
}

/** Whether nothing was written between two looks; false where that cannot be told. Pure. */
export function wasQuiet(before: CollectionLook, after: CollectionLook): boolean {
  const [from, to] = [before.operations[0], after.operations[1]];
  return stoodStill(from, to) && before.points === after.points;
}

/**
 * What holds of a snapshot that was taken between two looks: a number of points only where nothing was written. Where
 * something was, the snapshot may have had more or fewer points than before and after alike. Pure.
 */
export function between(
  before: CollectionLook,
  after: CollectionLook,
): { count: { points: number } | { points_between: [number, number] }; definition: CollectionDefinition } {
  const [least, most] = [Math.min(before.points, after.points), Math.max(before.points, after.points)];
  const still = [...before.sample].filter(([id, hash]) => after.sample.get(id) === hash);
  return {
    count: wasQuiet(before, after) ? { points: least } : { points_between: [least, most] },
    definition: {
      ...after.definition,
      sample: still.map(([id, hash]) => ({ id: JSON.parse(id) as string | number, sha256: hash })),
    },
  };
}
