import type { Config } from '../config/schema.js';
import { diskPerPoint, memoryPerPoint, type PointParts, type PointShape } from './point.js';

/** Bytes of memory and of disk. */
export interface Need {
  memory: number;
  disk: number;
}

export type Resource = keyof Need;

export const RESOURCES: readonly Resource[] = ['memory', 'disk'];

/** Numbers of points, by collection. */
export type Points = Readonly<Record<string, number>>;

/** A collection as far as it takes memory and disk. */
export type PlannedCollection = PointShape & { shards: number };

/** What is planned for: everything but the number of points. */
export interface CapacityPlan {
  collections: Readonly<Record<string, PlannedCollection>>;
  /** Of a point, on average. */
  payloadBytes: number;
  /** Size of one segment of the write-ahead log of a shard. */
  walBytes: number;
}

/** What the parts take of one resource. */
export interface Parts extends PointParts {
  /** The process with its program and a chunk for new vectors, or the write-ahead logs: what does not grow with the points. */
  own: number;
}

/** The share of memory and disk that may be taken: the rest is head-room for growth and for the optimizer. */
const USABLE_SHARE = 0.8;
const MIB = 1024 ** 2;
/** A Qdrant that holds nothing: most of it is its program. */
const PROCESS_BYTES = 64 * MIB;
/** New vectors that are kept in memory go into chunks of this size, of which each shard may have one begun. */
export const CHUNK_BYTES = 32 * MIB;
/** Segments of the write-ahead log that a shard keeps: one that is closed, and one that fills with what is sent. */
const WAL_SEGMENTS = 2;

/** What the configuration plans for. Pure. */
export function planOf({
  collections,
  capacity,
  qdrant,
}: {
  collections: CapacityPlan['collections'];
  capacity: Pick<Config['capacity'], 'payload_bytes'>;
  qdrant: Pick<Config['qdrant'], 'wal_capacity_mb'>;
}): CapacityPlan {
  return { collections, payloadBytes: capacity.payload_bytes, walBytes: qdrant.wal_capacity_mb * MIB };
}

/** What `points` take, part by part, without head-room. A collection that `points` does not name has none. Pure. */
export function partsOf(plan: CapacityPlan, points: Points): Record<Resource, Parts> {
  const memory: Parts = { ...NOTHING, own: PROCESS_BYTES };
  const disk: Parts = { ...NOTHING };
  for (const [name, collection] of Object.entries(plan.collections)) {
    const count = points[name] ?? 0;
    const load = { payloadBytes: plan.payloadBytes, among: count };
    addTo(memory, memoryPerPoint(collection, load), count);
    addTo(disk, diskPerPoint(collection, load), count);
    memory.own += chunkOf(collection, count);
    disk.own += logOf(collection, plan, count);
  }
  return { memory, disk };
}

const NOTHING: Parts = { vectors: 0, quantized: 0, graph: 0, ids: 0, payload: 0, own: 0 };

function addTo(sum: Parts, point: PointParts, count: number): void {
  for (const [part, bytes] of Object.entries(point)) sum[part as keyof PointParts] += count * bytes;
}

/** New vectors are in memory where all are, and as bits where these are: other quantized copies are made by the optimizer. */
function chunkOf({ on_disk, quantization, shards }: PlannedCollection, points: number): number {
  const hasBits = quantization?.type === 'binary' && quantization.always_ram;
  return points > 0 && (!on_disk || hasBits) ? shards * CHUNK_BYTES : 0;
}

/** The write-ahead logs of the shards of a collection: as much as was written, and never more than they keep. */
function logOf(collection: PlannedCollection, plan: CapacityPlan, points: number): number {
  const { vectors } = diskPerPoint(collection, { payloadBytes: plan.payloadBytes, among: points });
  return Math.min(points * (vectors + plan.payloadBytes), collection.shards * WAL_SEGMENTS * plan.walBytes);
}

/** The same as two sums: what there would be to see on a server that has just been filled. Pure. */
export function bareNeed(plan: CapacityPlan, points: Points): Need {
  const { memory, disk } = partsOf(plan, points);
  return { memory: sum(memory), disk: sum(disk) };
}

/** What `points` need in operation, with head-room. Pure. */
export function needOf(plan: CapacityPlan, points: Points): Need {
  const { memory, disk } = bareNeed(plan, points);
  return { memory: memory / USABLE_SHARE, disk: disk / USABLE_SHARE };
}

function sum(parts: Parts): number {
  return Object.values(parts).reduce((all: number, part: number) => all + part, 0);
}

/** All points of all collections. */
export function total(points: Points): number {
  return Object.values(points).reduce((all, count) => all + count, 0);
}

/** `wanted` points, shared out in proportion to what each collection holds; equally while all are empty. */
export function shareOut(wanted: number, points: Points): Record<string, number> {
  const entries = Object.entries(points);
  const held = total(points);
  return Object.fromEntries(
    entries.map(([name, count]) => [name, wanted * (held === 0 ? 1 / entries.length : count / held)]),
  );
}
