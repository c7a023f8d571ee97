import { describe, expect, it } from 'vitest';
import { latenciesOf } from '../../../src/bench/latency.js';
import { benchResult, openStep, pathResult } from './results.js';

describe('the latencies of a result', () => {
  it('are those of each load, from the lowest, with every request that was not answered well', () => {
    const open = [
      openStep({ offered: 900, achieved: 880, errors: { 'HTTP 500': 3, ECONNRESET: 1 }, dropped: 5 }),
      openStep({ offered: 500, achieved: 500 }),
    ];
    expect(latenciesOf(benchResult({ paths: [pathResult({ open })] }))).toEqual([
      {
        path: 'qdrant',
        latency: {
          ...{ schema: 'vdb.latency/1', at: '2030-01-31T12:34:56.000Z', recall: 0.99 },
          target: 'Qdrant, port 6333: 1000 points of 8 dimensions, k 10',
          steps: [
            { offered: 500, achieved: 500, errors: 0, p50_ms: 1, p95_ms: 2, p99_ms: 4, max_ms: 9 },
            { offered: 900, achieved: 880, errors: 9, p50_ms: 1, p95_ms: 2, p99_ms: 4, max_ms: 9 },
          ],
        },
      },
    ]);
  });

  it('of another path have no recall, as that was measured at Qdrant', () => {
    const [found] = latenciesOf(benchResult({ paths: [pathResult({ path: 'gateway' })] }));
    expect(found?.path).toBe('gateway');
    expect(found?.latency).not.toHaveProperty('recall');
  });

  it('leave out a load of which nothing was answered in any way, and a path of such loads', () => {
    const refused = openStep({ p50: Number.NaN, p95: Number.NaN, p99: Number.NaN, max: Number.NaN });
    const paths = [
      pathResult({ open: [refused, openStep()] }),
      pathResult({ path: 'edge', open: [refused] }),
    ];
    const found = latenciesOf(benchResult({ paths, recall: null }));
    expect(found.map(({ path, latency }) => [path, latency.steps.length])).toEqual([['qdrant', 1]]);
    expect(JSON.stringify(found)).not.toContain('null');
  });
});
