import type { WantedCollection } from './collection-diff.js';
import { type CollectionInfo, singleVector } from './collection-info.js';

/** Quantization as Qdrant's API takes it: one key with its settings. */
export type QuantizationBody = Record<string, Record<string, string | number | boolean>>;

/** The body of `PUT /collections/{c}`. */
export function createBody(want: WantedCollection): Record<string, unknown> {
  const { size, distance, on_disk } = want;
  return {
    vectors: { size, distance, on_disk },
    shard_number: want.shards,
    ...replication(want),
    on_disk_payload: want.on_disk_payload,
    hnsw_config: hnswBody(want),
    quantization_config: quantizationBody(want.quantization),
    ...strictMode(want),
  };
}

/**
 * The body of `PATCH /collections/{c}`: every setting that can be changed in place. What the one vector
 * overrides is set there too, where it would otherwise win.
 */
export function patchBody(want: WantedCollection, have: CollectionInfo): Record<string, unknown> {
  const vector = singleVector(have.config.params);
  const hnsw_config = hnswBody(want);
  const quantization_config = quantizationBody(want.quantization) ?? 'Disabled';
  return {
    vectors: {
      '': {
        on_disk: want.on_disk,
        ...(vector?.hnsw_config ? { hnsw_config } : {}),
        ...(vector?.quantization_config ? { quantization_config } : {}),
      },
    },
    params: { ...replication(want), on_disk_payload: want.on_disk_payload },
    hnsw_config,
    quantization_config,
    ...strictMode(want),
  };
}

/** Quantization of the configuration in the terms of Qdrant's API; null for none. */
export function quantizationBody(quantization: WantedCollection['quantization']): QuantizationBody | null {
  if (quantization === null) return null;
  const { type, always_ram, quantile, compression } = quantization;
  if (type === 'binary') return { binary: { always_ram } };
  if (type === 'product') return { product: { compression: compression ?? 'x16', always_ram } };
  return { scalar: { type: 'int8', ...(quantile === undefined ? {} : { quantile }), always_ram } };
}

function hnswBody({ hnsw }: WantedCollection): Record<string, unknown> {
  const { m, ef_construct, on_disk, full_scan_threshold } = hnsw;
  return { m, ef_construct, on_disk, ...(full_scan_threshold === undefined ? {} : { full_scan_threshold }) };
}

function replication(want: WantedCollection): Record<string, number> {
  return { replication_factor: want.replicas, write_consistency_factor: want.write_consistency };
}

function strictMode({ strictMode }: WantedCollection): Record<string, unknown> {
  return strictMode === undefined ? {} : { strict_mode_config: { enabled: strictMode } };
}
