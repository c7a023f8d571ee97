import { describe, expect, it } from 'vitest';
import { assertComparable, compare } from '../../../src/bench/compare.js';
import { benchResult, openStep, pathResult } from './results.js';

const before = benchResult();

function worse(now: Parameters<typeof benchResult>[0], most: number | null = 10) {
  const { rows } = compare(benchResult(now), before, { name: 'before', most });
  return Object.fromEntries(
    rows.filter(({ ok }) => !ok).map(({ title, worse_percent }) => [title, Math.round(worse_percent)]),
  );
}

describe('a comparison', () => {
  it('finds nothing worse in the same numbers', () => {
    expect(worse({})).toEqual({});
    expect(
      compare(benchResult(), before, { name: 'before', most: 0 }).rows.map(({ title }) => title),
    ).toEqual([
      'qdrant, answers a second at the knee',
      'qdrant, p50',
      'qdrant, p99',
      'recall@10',
      'points written a second',
    ]);
  });

  it('knows which way is worse', () => {
    const knee = { concurrency: 2, throughput: 500, operations: 500 };
    expect(worse({ paths: [pathResult({ knee, open: [openStep({ p50: 0.5, p99: 14 })] })] })).toEqual({
      'qdrant, answers a second at the knee': 50,
      'qdrant, p99': 100,
    });
  });

  it('lets a little be, and everything where there is no limit', () => {
    const ingest = { ...before.ingest!, points_per_second: 910 };
    expect(worse({ ingest })).toEqual({});
    expect(worse({ ingest: { ...ingest, points_per_second: 890 } })).toEqual({
      'points written a second': 11,
    });
    expect(worse({ ingest: { ...ingest, points_per_second: 1 } }, null)).toEqual({});
  });

  it('leaves out what only one of the two has measured', () => {
    const now = benchResult({ recall: null, ingest: null, paths: [pathResult({ path: 'edge' })] });
    expect(compare(now, before, { name: 'before', most: 10 }).rows).toEqual([]);
  });

  it('is refused between different benchmarks, with what differs', () => {
    const other = benchResult({
      signature: { ...before.signature, k: 20, mix: { ...before.signature.mix, batch: 1 } },
    });
    expect(() => assertComparable(other, before, 'before')).toThrow('another benchmark: mix, k differ');
    expect(() => assertComparable(benchResult(), before, 'before')).not.toThrow();
  });
});
