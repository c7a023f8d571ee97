import { failures } from './load/tally.js';
import type { PathName } from './profile.js';
import type { BenchResult, OpenResult } from './result.js';

/** Latencies of one path as `vdb report --latency` reads them. Times in milliseconds, rates in requests a second. */
export interface Latency {
  schema: 'vdb.latency/1';
  at: string;
  /** What was asked, in a few words. */
  target: string;
  /** One for each load that was offered, from the lowest. `errors` are requests, those that were never sent among them. */
  steps: {
    offered: number;
    achieved: number;
    errors: number;
    p50_ms: number;
    p95_ms: number;
    p99_ms: number;
    max_ms: number;
  }[];
  recall?: number;
}

/** The latencies of each path of which there are some. Recall was measured at Qdrant itself, and stands there. Pure. */
export function latenciesOf({
  at,
  paths,
  data,
  signature,
  recall,
}: BenchResult): { path: PathName; latency: Latency }[] {
  return paths.flatMap(({ path, title, open }) => {
    const steps = open
      .filter(({ p50 }) => Number.isFinite(p50))
      .toSorted((a, b) => a.offered - b.offered)
      .map(stepOf);
    if (steps.length === 0) return [];
    const target = `${title}: ${data.points} points of ${data.dimension} dimensions, k ${signature.k}`;
    const found = path === 'qdrant' && recall !== null ? { recall: recall.recall } : {};
    return [{ path, latency: { schema: 'vdb.latency/1', at, target, steps, ...found } }];
  });
}

function stepOf(step: OpenResult): Latency['steps'][number] {
  const { offered, achieved, dropped, p50, p95, p99, max } = step;
  const errors = failures(step) + dropped;
  return { offered, achieved, errors, p50_ms: p50, p95_ms: p95, p99_ms: p99, max_ms: max };
}
