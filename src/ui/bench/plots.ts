import type { BenchResult, OpenResult } from '../../bench/result.js';
import type { Plot, Series } from './plot.js';

const GIB = 1024 ** 3;
/** Buckets of the histogram are put together until each spans this factor. */
const BAR = 1.15;

/** Latency percentiles over what was offered, for each path. Pure. */
export function latencyPlot({ path, open }: BenchResult['paths'][number]): Plot {
  const inOrder = open.toSorted((a, b) => a.offered - b.offered);
  const of = (name: 'p50' | 'p95' | 'p99' | 'max', colour: number): Series => ({
    ...{ name, colour },
    points: inOrder.map((step) => [step.offered, step[name]] as const),
  });
  return {
    ...{ title: `Latency over load, ${path}`, marks: true },
    x: { title: 'requests a second that were offered', from: 0 },
    y: { title: 'milliseconds', log: true },
    series: [of('p50', 1), of('p95', 2), of('p99', 3), of('max', 4)],
  };
}

/** What came of so many requests under way. Pure. */
export function rampPlot({ path, ramp }: BenchResult['paths'][number]): Plot {
  return {
    ...{ title: `Answers over concurrency, ${path}`, marks: true },
    x: { title: 'requests under way', log: true },
    y: { title: 'answers a second', from: 0 },
    series: [
      { name: 'answers', colour: 1, points: ramp.map((step) => [step.concurrency, step.achieved] as const) },
    ],
  };
}

/** How often each latency was seen at one load. Pure. */
export function histogramPlot(path: string, step: OpenResult): Plot {
  return {
    ...{ title: `Latencies at ${Math.round(step.offered)}/s, ${path}`, bars: true },
    x: { title: 'milliseconds', log: true },
    y: { title: 'requests (log)', log: true, from: 0.7 },
    series: [{ name: 'requests', colour: 1, points: coarser(step.histogram) }],
  };
}

/** Buckets put together, so that a bar can be seen. Pure. */
export function coarser(histogram: OpenResult['histogram']): [from: number, count: number][] {
  const bars: [number, number][] = [];
  for (const [from, , count] of histogram) {
    const last = bars.at(-1);
    if (last !== undefined && from < Math.max(last[0], 0.01) * BAR) last[1] += count;
    else bars.push([Math.max(from, 0.001), count]);
  }
  return bars;
}

/** What searches find over what they cost. Pure. */
export function recallPlot({ k, curve }: NonNullable<BenchResult['recall']>): Plot {
  const inOrder = curve.filter(({ ef }) => ef !== null).toSorted((a, b) => (a.ef ?? 0) - (b.ef ?? 0));
  return {
    ...{ title: 'Recall over latency', marks: true },
    x: { title: 'p50 of one search after the other, milliseconds', from: 0 },
    y: {
      title: `recall@${k}`,
      to: 1,
      from: Math.min(0.9, Math.floor(Math.min(...curve.map(({ recall }) => recall)) * 10) / 10),
    },
    series: [
      {
        name: 'hnsw_ef 16 to 512',
        colour: 1,
        points: inOrder.map(({ p50, recall }) => [p50, recall] as const),
      },
      {
        ...{ name: 'as the load searches', colour: 3 },
        points: curve.slice(0, 1).map(({ p50, recall }) => [p50, recall] as const),
      },
    ],
  };
}

/** Processors of the host during the run. Pure. */
export function cpuPlot({ resources, host }: BenchResult): Plot {
  const own = resources.filter(({ qdrant_cpu }) => qdrant_cpu !== null);
  return {
    ...{ title: 'Processors of the host' },
    x: { title: 'seconds', from: 0 },
    y: { title: '% of all cores', from: 0, to: 100 },
    series: [
      {
        name: 'host',
        colour: 1,
        points: resources.map(({ seconds, cpu_percent }) => [seconds, cpu_percent] as const),
      },
      {
        ...{ name: 'Qdrant', colour: 3 },
        points: own.map(
          ({ seconds, qdrant_cpu }) => [seconds, ((qdrant_cpu ?? 0) * 100) / host.cpus] as const,
        ),
      },
    ].filter(({ points }) => points.length > 0),
  };
}

/** Memory of the host during the run. Pure. */
export function memoryPlot({ resources }: BenchResult): Plot {
  const own = resources.filter(({ qdrant_memory }) => qdrant_memory !== null);
  return {
    ...{ title: 'Memory of the host' },
    x: { title: 'seconds', from: 0 },
    y: { title: 'GiB', from: 0 },
    series: [
      {
        name: 'host',
        colour: 1,
        points: resources.map(({ seconds, memory }) => [seconds, memory / GIB] as const),
      },
      {
        ...{ name: 'Qdrant', colour: 3 },
        points: own.map(({ seconds, qdrant_memory }) => [seconds, (qdrant_memory ?? 0) / GIB] as const),
      },
    ].filter(({ points }) => points.length > 0),
  };
}
