/** The parts of `GET /collections/{c}` (its `result`) that vdb reads; Qdrant leaves out what is not set. */
export interface CollectionInfo {
  status: string;
  points_count?: number | null;
  config: {
    params: {
      /** One unnamed vector, or several by name. */
      vectors: VectorInfo | Record<string, VectorInfo>;
      shard_number: number;
      replication_factor: number;
      write_consistency_factor: number;
      on_disk_payload: boolean;
    };
    hnsw_config: HnswInfo;
    quantization_config?: QuantizationInfo | null;
    strict_mode_config?: { enabled?: boolean | null } | null;
  };
  payload_schema: Record<string, { data_type: string }>;
}

export interface VectorInfo {
  size: number;
  distance: string;
  on_disk?: boolean | null;
  /** Overrides the collection's, setting by setting. */
  hnsw_config?: HnswInfo | null;
  /** Overrides the collection's as a whole. */
  quantization_config?: QuantizationInfo | null;
}

export interface HnswInfo {
  m?: number | null;
  ef_construct?: number | null;
  on_disk?: boolean | null;
  full_scan_threshold?: number | null;
}

/** One key, `scalar`, `product`, `binary` or another, with its settings. */
export type QuantizationInfo = Record<string, Record<string, unknown>>;

/** The vector of a collection that has a single unnamed one. */
export function singleVector({ vectors }: CollectionInfo['config']['params']): VectorInfo | null {
  return typeof vectors.size === 'number' ? (vectors as VectorInfo) : null;
}
