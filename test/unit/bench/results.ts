import type { BenchResult, OpenResult, PathResult } from '../../../src/bench/result.js';

/** One open loop, as far as tests care. */
export function openStep(changes: Partial<OpenResult> = {}): OpenResult {
  return {
    ...{
      samples: 10_000,
      ok: 10_000,
      errors: {},
      error_percent: 0,
      dropped: 0,
      achieved: 700,
      operations: 700,
    },
    ...{ p50: 1, p95: 2, p99: 4, max: 9, mean: 1.2, generator_percent: 20 },
    ...{
      load_percent: 70,
      offered: 700,
      send_lag_p99: 0.1,
      histogram: [
        [1, 2, 9000],
        [2, 4, 1000],
      ],
      resources: null,
    },
    ...changes,
  };
}

export function pathResult(changes: Partial<PathResult> = {}): PathResult {
  const { load_percent: _load, offered: _offered, ...step } = openStep();
  return {
    ...{ path: 'qdrant', title: 'Qdrant, port 6333', ceiling: 9000 },
    ramp: [
      { ...step, concurrency: 1 },
      { ...step, concurrency: 2, achieved: 1000 },
    ],
    knee: { concurrency: 2, throughput: 1000, operations: 1000 },
    open: [50, 70, 90].map((load) => openStep({ load_percent: load, offered: load * 10, p99: load / 10 })),
    ...changes,
  };
}

/** A result in which nothing is remarkable. */
export function benchResult(changes: Partial<BenchResult> = {}): BenchResult {
  return {
    ...{ schema: 'vdb.bench/1', at: '2030-01-31T12:34:56.000Z', vdb: '0.1.0' },
    host: {
      name: 'main',
      processor: 'A <fast> one',
      cpus: 2,
      memory: 8 * 1024 ** 3,
      os: 'Debian',
      over_ssh: false,
    },
    qdrant: { version: '1.18.3', genuine: true },
    signature: {
      dataset: { points: 1000, dimension: 8, clusters: 4, seed: 1, payload_bytes: 0, distance: 'Cosine' },
      mix: { search: 80, filter: 20, batch: 0, retrieve: 0, upsert: 0 },
      ...{ k: 10, ef: null, batch: 10, filter_percent: 10, collection: null, like: null },
    },
    profile: {
      ...{ paths: ['qdrant'], load_percent: [50, 70, 90], step_seconds: 10, samples: 10_000 },
      ...{ max_concurrency: 128, threads: 1 },
    },
    data: {
      ...{ name: 'synthetic', collection: 'vdb_bench_tmp_x', points: 1000, dimension: 8 },
      ...{ distance: 'Cosine', kept: false },
    },
    ingest: { points: 1000, write_seconds: 1, points_per_second: 1000, green_seconds: 2, indexed: 1000 },
    paths: [pathResult()],
    recall: {
      ...{ k: 10, queries: 200, recall: 0.99 },
      curve: [
        { ef: null, recall: 0.99, worst: 0.8, p50: 1, p95: 2 },
        { ef: 16, recall: 0.9, worst: 0.5, p50: 0.5, p95: 1 },
        { ef: 64, recall: 0.98, worst: 0.7, p50: 0.9, p95: 2 },
      ],
    },
    resources: [
      { seconds: 0, cpu_percent: 10, memory: 1024 ** 3, qdrant_cpu: 0.1, qdrant_memory: 1024 ** 2 },
      { seconds: 1, cpu_percent: 90, memory: 1024 ** 3, qdrant_cpu: 1.5, qdrant_memory: 1024 ** 2 },
    ],
    ...{ gates: [], comparison: null, remarks: [], duration_seconds: 60 },
    ...changes,
  };
}
