import type { Observation } from '../../../src/host/probe.js';
import { answered } from './support.js';

/** What Qdrant 1.18.3 says of a collection that vdb made with its defaults. */
const COLLECTION = {
  status: 'green',
  optimizer_status: 'ok' as unknown,
  indexed_vectors_count: 0,
  points_count: 0,
  segments_count: 2,
  config: {
    params: {
      vectors: { size: 384, distance: 'Cosine', on_disk: true } as Record<string, unknown>,
      shard_number: 1,
      replication_factor: 1,
      write_consistency_factor: 1,
      on_disk_payload: true,
    },
    hnsw_config: {
      m: 16,
      ef_construct: 100,
      full_scan_threshold: 10_000,
      max_indexing_threads: 0,
      on_disk: false,
    },
    optimizer_config: {
      deleted_threshold: 0.2,
      default_segment_number: 0,
      indexing_threshold: 10_000 as number | null,
      flush_interval_sec: 5,
      max_optimization_threads: null as number | null,
    },
    quantization_config: { scalar: { type: 'int8', always_ram: true } } as unknown,
    strict_mode_config: { enabled: false } as unknown,
  },
  payload_schema: {} as Record<string, unknown>,
  update_queue: { length: 0 },
};

type Collection = typeof COLLECTION;

/** The answer for a collection, changed by `edit`. */
export function collection(edit: (info: Collection) => void = () => {}): Observation<unknown> {
  const info = structuredClone(COLLECTION);
  edit(info);
  return answered(200, { result: info, status: 'ok', time: 0.0008 });
}

/** Lines of `/metrics` of Qdrant 1.18.3, with `changes` in the place of some values; null leaves a line out. */
export function metricsText(changes: Readonly<Record<string, string | number | null>> = {}): string {
  const values: Record<string, string | number | null> = {
    'app_info{name="qdrant",version="1.18.3"}': 1,
    app_status_recovery_mode: 0,
    collections_total: 1,
    'collection_points{id="docs"}': 2,
    'collection_update_queue_length{id="docs"}': 0,
    'rest_responses_total{method="PUT",endpoint="/collections/{collection_name}/points",status="200"}': 3,
    memory_resident_bytes: 19_779_584,
    process_open_mmaps: 163,
    system_max_mmaps: 65_530,
    process_open_fds: 38,
    process_max_fds: 20_000,
    ...changes,
  };
  const lines = Object.entries(values).filter(([, value]) => value !== null);
  return `# HELP app_info information about qdrant server\n# TYPE app_info gauge\n${lines
    .map(([name, value]) => `${name} ${value}\n`)
    .join('')}\n`;
}

/** The answer of `/metrics`. */
export function metrics(changes: Parameters<typeof metricsText>[0] = {}): Observation<unknown> {
  return answered(200, metricsText(changes));
}
