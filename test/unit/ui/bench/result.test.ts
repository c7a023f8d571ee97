import { describe, expect, it } from 'vitest';
import { benchHtml } from '../../../../src/ui/bench/html.js';
import { benchMarkdown } from '../../../../src/ui/bench/markdown.js';
import { plotSvg, scaleOf, tickText } from '../../../../src/ui/bench/plot.js';
import { coarser } from '../../../../src/ui/bench/plots.js';
import { benchText } from '../../../../src/ui/bench/text.js';
import { numberText, stageText, valueText } from '../../../../src/ui/bench/words.js';
import { benchResult, pathResult } from '../../bench/results.js';

const missed = benchResult({
  gates: [
    {
      name: 'p99',
      title: 'p99 at 70 % of the knee',
      value: 12.3,
      limit: 10,
      unit: 'ms',
      kind: 'most',
      ok: false,
    },
    { name: 'recall', title: 'recall@10', value: 0.987, limit: 0.95, unit: '', kind: 'least', ok: true },
  ],
  comparison: {
    ...{ with: 'before', at: '2030-01-30T00:00:00.000Z' },
    rows: [{ title: 'qdrant, p99', before: 4, now: 6, unit: 'ms', worse_percent: 50, ok: false }],
  },
  remarks: ['Requests went through SSH, which is part of every latency; on the host itself they do not.'],
});

describe('a result on a terminal', () => {
  const text = benchText(missed, { color: false, width: 80 });

  it('fits into 80 columns', () => {
    expect(Math.max(...text.split('\n').map(({ length }) => length))).toBeLessThanOrEqual(80);
  });

  it('has the loads with offered, answered, percentiles, failed and dropped', () => {
    expect(text).toContain('load  offered  answered     p50     p95     p99     max  failed  dropped');
    expect(text).toContain('70 %    700/s     700/s  1.0 ms  2.0 ms  7.0 ms  9.0 ms       0        0');
  });

  it('says which gates are missed, in numbers, and in the last line', () => {
    expect(text).toContain('MISS  p99 at 70 % of the knee: 12.3 ms, at most 10 ms');
    expect(text).toContain('ok    recall@10: 0.987, at least 0.95');
    expect(text).toMatch(/MISS 50 % worse/);
    expect(text).toMatch(/Missed: main, 1 of 2 gates, 1 min 00 s$/);
    expect(benchText(benchResult(), { color: false, width: 80 })).toMatch(/Passed: main, 1 min 00 s$/);
  });

  it('says that nothing was answered', () => {
    const path = pathResult({ open: [], knee: null });
    expect(benchText(benchResult({ paths: [path] }), { color: false, width: 80 })).toContain(
      'no request was answered',
    );
  });
});

describe('a result as a document', () => {
  it('has what the terminal has, as tables', () => {
    const text = benchMarkdown(missed);
    expect(text).toContain('| **missed** | p99 at 70 % of the knee: 12.3 ms, at most 10 ms |');
    expect(text).toContain('| 70 % | 700/s | 700/s | 1.0 ms | 2.0 ms | 7.0 ms | 9.0 ms | 0 | 0 |');
    expect(text).toContain('| default | 0.99 | 0.8 | 1.0 ms | 2.0 ms |');
  });

  it('lets nothing of the host become markup', () => {
    expect(benchMarkdown(missed)).toContain('A &lt;fast> one');
    expect(benchHtml(missed)).toContain('A &lt;fast&gt; one');
  });
});

describe('a result as a page', () => {
  const page = benchHtml(missed);

  it('needs nothing beside itself', () => {
    expect(page).not.toMatch(/<(script|link|img)|https?:\/\/|url\(/);
  });

  it('has a plot of latency, concurrency, the histogram, recall, processors and memory', () => {
    expect([...page.matchAll(/<svg [^>]*aria-label="([^"]*)"/g)].map(([, label]) => label)).toEqual([
      'Latency over load, qdrant',
      'Answers over concurrency, qdrant',
      'Latencies at 700/s, qdrant',
      'Recall over latency',
      'Processors of the host',
      'Memory of the host',
    ]);
  });

  it('places nothing at a number that is none', () => {
    expect(page).not.toMatch(/NaN|Infinity|undefined/);
    const empty = benchHtml(
      benchResult({ resources: [], recall: null, paths: [pathResult({ open: [], ramp: [] })] }),
    );
    expect(empty).not.toMatch(/NaN|Infinity|undefined|<svg/);
  });
});

describe('a plot', () => {
  it('has ticks that people count in', () => {
    expect(scaleOf({ title: '', from: 0 }, [93], [0, 1]).ticks).toEqual([0, 20, 40, 60, 80, 100]);
    expect(scaleOf({ title: '', log: true }, [0.7, 30], [0, 1]).ticks).toEqual([0.5, 1, 2, 5, 10, 20, 50]);
    expect(scaleOf({ title: '', from: 0, to: 100 }, [3], [0, 1]).at(50)).toBe(0.5);
    expect([0.05, 2, 12_000].map(tickText)).toEqual(['0.05', '2', '12k']);
  });

  it('keeps every point inside', () => {
    const svg = plotSvg({
      ...{ title: 't', marks: true, x: { title: 'x', log: true }, y: { title: 'y', log: true } },
      series: [
        {
          name: 'a',
          colour: 1,
          points: [
            [0.3, 0.001],
            [70, 470],
            [5, Number.NaN],
            [0, 1],
          ],
        },
      ],
    });
    const places = [...svg.matchAll(/c[xy]="([\d.-]+)"/g)].map(([, place]) => Number(place));
    expect(places).toHaveLength(4);
    for (const place of places) expect(place).toBeGreaterThanOrEqual(0);
    expect(Math.max(...places)).toBeLessThanOrEqual(640);
  });

  it('puts thin buckets together without losing one', () => {
    const bars = coarser([
      [1, 1.01, 5],
      [1.01, 1.02, 6],
      [3, 3.1, 7],
    ]);
    expect(bars).toEqual([
      [1, 11],
      [3, 7],
    ]);
  });
});

describe('words', () => {
  it('have three digits', () => {
    expect([0.41234, 41.23, 41_234, 0, 3].map(numberText)).toEqual(['0.412', '41.2', '41234', '0', '3']);
    expect([valueText(null, 'ms'), valueText(0.95, ''), valueText(0.5, 'ms')]).toEqual([
      'not measured',
      '0.95',
      '0.50 ms',
    ]);
    expect(stageText({ name: 'open', path: 'edge', rate: 700.4 })).toBe('edge: 700/s offered');
  });
});
