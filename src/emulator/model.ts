/** A point's id: an unsigned integer or a UUID in its canonical form. */
export type PointId = number | string;

export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

export type Payload = { [key: string]: Json };

/** Vectors by name; the only vector of a collection without names is called ''. */
export type Vectors = Record<string, Float32Array>;

export interface Point {
  id: PointId;
  vectors: Vectors;
  payload: Payload;
  /** The number of the operation that changed it last. */
  version: number;
}

export const DISTANCES = ['Cosine', 'Dot', 'Euclid', 'Manhattan'] as const;
export type Distance = (typeof DISTANCES)[number];

export interface VectorParams {
  size: number;
  distance: Distance;
  [option: string]: Json | undefined;
}

/** The configuration of a collection, in the form that Qdrant shows it. */
export interface CollectionConfig {
  params: {
    /** One unnamed vector, or several by name. */
    vectors: VectorParams | Record<string, VectorParams>;
    shard_number: number;
    replication_factor: number;
    write_consistency_factor: number;
    on_disk_payload: boolean;
  };
  hnsw_config: Payload;
  optimizer_config: Payload;
  wal_config: Payload;
  quantization_config: Json;
  strict_mode_config?: Json;
  metadata?: Json;
}

/** A payload index: its type, and its options where there are any. */
export interface PayloadIndex {
  data_type: string;
  params?: Payload;
}

/** The vectors of a collection by name, whichever way they were declared. */
export function vectorParams(config: CollectionConfig): Record<string, VectorParams> {
  const { vectors } = config.params;
  return isVectorParams(vectors) ? { '': vectors } : vectors;
}

/** Whether the collection has one vector without a name, rather than several by name. */
export function isVectorParams(vectors: CollectionConfig['params']['vectors']): vectors is VectorParams {
  return typeof vectors.size === 'number';
}

/** The order of ids in a scroll: numbers first, then UUIDs. */
export function compareIds(a: PointId, b: PointId): number {
  if (typeof a === 'number') return typeof b === 'number' ? a - b : -1;
  if (typeof b === 'number') return 1;
  return a < b ? -1 : a > b ? 1 : 0;
}
