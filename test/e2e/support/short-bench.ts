import type { Document } from 'yaml';

/** Limits that every machine keeps. */
export const POSSIBLE = {
  ...{ p99_ms: 9000, operations_per_second: 0.001, error_percent: 0.001, recall: 0.1, baseline_percent: 1e9 },
};

/** Edits a configuration so that a benchmark takes seconds and hardly loads the host, with these limits. */
export function shortBench(gates: Record<string, number> = POSSIBLE): (document: Document) => void {
  return (document) =>
    document.set('bench', {
      dataset: { points: 500, dimension: 16, clusters: 8 },
      ...{ warmup_seconds: 0.2, ramp_seconds: 0.3, max_concurrency: 4 },
      ...{ load_percent: [50], step_seconds: 1, samples: 50, max_step_seconds: 2, recall_queries: 20 },
      gates,
    });
}
