import { failures, type Tally } from './load/tally.js';
import type { ResourceSample } from './resources.js';
import type { Measured, OpenResult } from './result.js';

/** The numbers of a load. Pure. */
export function measured(tally: Tally): Measured {
  const { latency, elapsedMs, sent, ok, dropped, operations } = tally;
  const asked = sent + dropped;
  const seconds = elapsedMs / 1000;
  return {
    ...{ samples: asked, ok, errors: tally.errors, dropped },
    error_percent: asked === 0 ? 0 : ((failures(tally) + dropped) * 100) / asked,
    achieved: ok / seconds,
    operations: operations / seconds,
    ...{ p50: latency.percentile(0.5), p95: latency.percentile(0.95), p99: latency.percentile(0.99) },
    ...{ max: latency.count === 0 ? Number.NaN : latency.max, mean: latency.mean },
    generator_percent: tally.busy * 100,
  };
}

/** The numbers of an open loop that was offered so much. Pure. */
export function openMeasured(
  tally: Tally,
  { rate, loadPercent }: { rate: number; loadPercent: number | null },
  samples: readonly ResourceSample[],
): OpenResult {
  return {
    ...measured(tally),
    ...{ load_percent: loadPercent, offered: rate },
    send_lag_p99: tally.lag.count === 0 ? 0 : tally.lag.percentile(0.99),
    histogram: tally.latency.buckets().map(({ from, to, count }) => [from, to, count]),
    resources: meanOf(samples),
  };
}

/** What the host did on average. Pure. */
export function meanOf(samples: readonly ResourceSample[]): OpenResult['resources'] {
  if (samples.length === 0) return null;
  const mean = (values: readonly number[]): number =>
    values.reduce((sum, each) => sum + each, 0) / values.length;
  const own = samples.flatMap(({ qdrant_cpu }) => (qdrant_cpu === null ? [] : [qdrant_cpu]));
  return {
    cpu_percent: mean(samples.map(({ cpu }) => cpu)) * 100,
    memory: Math.max(...samples.map(({ memory }) => memory)),
    qdrant_cpu: own.length === 0 ? null : mean(own),
  };
}
