import type { CollectionConfig } from '../../config/schema.js';

/**
 * How much memory and disk a number of points takes. Everything here is arithmetic on the configuration: it
 * plans, it does not measure. What it leaves out: indexes of payload fields, the write-ahead log, snapshots,
 * and the second copy while a segment is optimized or a slot is exchanged.
 */

/** The parts of one point, in bytes. */
export interface PointParts {
  /** The vector as it was sent: 4 bytes for each dimension. */
  vectors: number;
  /** The compressed copy beside it. */
  quantized: number;
  /** Its edges in the HNSW graph. */
  graph: number;
  /** Its place in the id tracker. */
  ids: number;
  payload: number;
}

/** Bytes, head-room included. */
export interface Need {
  memory: number;
  disk: number;
}

/** The share of memory and disk that may be taken: the rest is head-room for growth and for the optimizer. */
const USABLE_SHARE = 0.8;

const FLOAT_BYTES = 4;
/** At m = 16; the number of edges, and so the size, is in proportion to m. */
const GRAPH_BYTES = 154;
const GRAPH_M = 16;
const ID_BYTES = 52;
/** A payload takes more on the disk than its text: keys, offsets, and versions that wait for the optimizer. */
const PAYLOAD_FACTOR = 1.5;
/** What Qdrant's documentation multiplies the bare vectors by, for a first estimate of memory. */
const RULE_OF_THUMB = 1.5;

/** What one point of a collection takes on the disk: everything is kept there, whatever is in memory too. */
export function diskPerPoint(collection: CollectionConfig, payloadBytes: number): PointParts {
  const { size, hnsw } = collection;
  return {
    vectors: size * FLOAT_BYTES,
    quantized: size * quantizedBytes(collection.quantization),
    graph: (GRAPH_BYTES * hnsw.m) / GRAPH_M,
    ids: ID_BYTES,
    payload: payloadBytes * PAYLOAD_FACTOR,
  };
}

/**
 * What one point must have in memory. What the collection keeps on disk does not count: the kernel caches of
 * it what fits, and searches are the slower the less that is.
 */
export function memoryPerPoint(collection: CollectionConfig, payloadBytes: number): PointParts {
  const all = diskPerPoint(collection, payloadBytes);
  const { on_disk, on_disk_payload, hnsw, quantization } = collection;
  return {
    vectors: on_disk ? 0 : all.vectors,
    quantized: on_disk && quantization?.always_ram !== true ? 0 : all.quantized,
    graph: hnsw.on_disk ? 0 : all.graph,
    ids: all.ids,
    payload: on_disk_payload ? 0 : all.payload,
  };
}

/** Bytes that a compressed vector takes for each dimension: int8 one, binary a bit, product 4 bytes by its ratio. */
function quantizedBytes(quantization: CollectionConfig['quantization']): number {
  if (quantization === null) return 0;
  if (quantization.type === 'scalar') return 1;
  if (quantization.type === 'binary') return 1 / 8;
  return FLOAT_BYTES / Number((quantization.compression ?? 'x16').slice(1));
}

/** What `points`, by collection, need in all, with head-room. A collection that `points` does not name has none. */
export function needOf(
  collections: Readonly<Record<string, CollectionConfig>>,
  points: Readonly<Record<string, number>>,
  payloadBytes: number,
): Need {
  let memory = 0;
  let disk = 0;
  for (const [name, collection] of Object.entries(collections)) {
    const count = points[name] ?? 0;
    memory += count * sum(memoryPerPoint(collection, payloadBytes));
    disk += count * sum(diskPerPoint(collection, payloadBytes));
  }
  return { memory: memory / USABLE_SHARE, disk: disk / USABLE_SHARE };
}

function sum(parts: PointParts): number {
  return parts.vectors + parts.quantized + parts.graph + parts.ids + parts.payload;
}

/** `total` points, shared out in proportion to what each collection holds; equally while all are empty. */
export function shareOut(total: number, points: Readonly<Record<string, number>>): Record<string, number> {
  const entries = Object.entries(points);
  const held = entries.reduce((all, [, count]) => all + count, 0);
  return Object.fromEntries(
    entries.map(([name, count]) => [name, total * (held === 0 ? 1 / entries.length : count / held)]),
  );
}

/** The rule of thumb for vectors that are all in memory, without quantization: N · d · 4 bytes · 1.5. */
export function ruleOfThumb(points: number, size: number): number {
  return points * size * FLOAT_BYTES * RULE_OF_THUMB;
}
