import type { CollectionConfig } from '../config/schema.js';

/**
 * How much memory and disk one point takes. Everything here is arithmetic on the configuration: it plans, it does not
 * measure. docs/capacity.md holds it against a real server. What it leaves out: indexes of payload fields.
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

/** What a collection takes a point with: its settings, as far as they matter here. */
export type PointShape = Pick<
  CollectionConfig,
  'size' | 'hnsw' | 'quantization' | 'on_disk' | 'on_disk_payload'
>;

const FLOAT_BYTES = 4;
/** A node of the lowest layer, where all are, has at most twice m links. */
const LINKS_PER_M = 2;
/** What the layers above add: each has the m-th part of the nodes of the one below. */
const UPPER_LAYERS = 1.07;
const ID_BYTES = 52;
/** A payload takes more on the disk than its text: keys, offsets, and versions that wait for the optimizer. */
const PAYLOAD_FACTOR = 1.5;
/** What Qdrant's documentation multiplies the bare vectors by, for a first estimate of memory. */
const RULE_OF_THUMB = 1.5;

/** What a point brings along that its collection does not say. */
export interface PointLoad {
  /** Bytes of its payload, as text. */
  payloadBytes: number;
  /** How many points there are in all. */
  among: number;
}

/** What one point of a collection takes on the disk: everything is kept there, whatever is in memory too. */
export function diskPerPoint(
  { size, hnsw, quantization }: PointShape,
  { payloadBytes, among }: PointLoad,
): PointParts {
  return {
    vectors: size * FLOAT_BYTES,
    quantized: size * quantizedBytes(quantization),
    graph: graphBytes(hnsw.m, among),
    ids: ID_BYTES,
    payload: payloadBytes * PAYLOAD_FACTOR,
  };
}

/**
 * What one point must have in memory. What the collection keeps on disk does not count: the kernel caches of
 * it what fits, and searches are the slower the less that is.
 */
export function memoryPerPoint(shape: PointShape, load: PointLoad): PointParts {
  const all = diskPerPoint(shape, load);
  const { on_disk, on_disk_payload, hnsw, quantization } = shape;
  return {
    vectors: on_disk ? 0 : all.vectors,
    quantized: on_disk && quantization?.always_ram !== true ? 0 : all.quantized,
    graph: hnsw.on_disk ? 0 : all.graph,
    ids: all.ids,
    payload: on_disk_payload ? 0 : all.payload,
  };
}

/** Links are stored with no more bits than the number of points needs, so a point takes more among many than among few. */
function graphBytes(m: number, among: number): number {
  return (m * LINKS_PER_M * UPPER_LAYERS * Math.log2(Math.max(2, among))) / 8;
}

/** Bytes that a compressed vector takes for each dimension: int8 one, binary a bit, product 4 bytes by its ratio. */
function quantizedBytes(quantization: CollectionConfig['quantization']): number {
  if (quantization === null) return 0;
  if (quantization.type === 'scalar') return 1;
  if (quantization.type === 'binary') return 1 / 8;
  return FLOAT_BYTES / Number((quantization.compression ?? 'x16').slice(1));
}

/** The rule of thumb for vectors that are all in memory, without quantization: N · d · 4 bytes · 1.5. */
export function ruleOfThumb(points: number, size: number): number {
  return points * size * FLOAT_BYTES * RULE_OF_THUMB;
}
