import { describe, expect, it } from 'vitest';
import { gatesOf, middleOf } from '../../../src/bench/gates.js';
import { benchSchema } from '../../../src/config/schema/bench.js';
import { benchResult, openStep, pathResult } from './results.js';

const { gates } = benchSchema.parse({});

function missed(changes: Parameters<typeof benchResult>[0], limits = gates): string[] {
  return gatesOf(limits, benchResult(changes))
    .filter(({ ok }) => !ok)
    .map(({ name }) => name);
}

const fast = pathResult({ knee: { concurrency: 8, throughput: 10_000, operations: 10_000 } });

describe('the gates', () => {
  it('are those of the documents', () => {
    expect(gates).toEqual({
      p99_ms: 10,
      operations_per_second: 10_000,
      error_percent: 0.1,
      recall: 0.95,
      baseline_percent: 10,
    });
  });

  it('say what was offered where no knee was looked for: a server does no more', () => {
    const path = pathResult({ knee: null, open: [openStep({ offered: 200 })] });
    expect(
      gatesOf(gates, benchResult({ paths: [path] })).find(({ name }) => name === 'operations'),
    ).toMatchObject({
      title: 'operations a second of qdrant, to which 200/s were offered',
      ok: false,
    });
  });

  it('pass a server that keeps them', () => {
    expect(missed({ paths: [fast] })).toEqual([]);
  });

  it.each([
    [
      'a tail that is too long, at the load in the middle',
      'p99',
      { paths: [{ ...fast, open: [openStep({ p99: 10.01 })] }] },
    ],
    ['too little a second', 'operations', { paths: [pathResult()] }],
    [
      'too many failures',
      'errors',
      { paths: [{ ...fast, open: [openStep({ samples: 50_000, error_percent: 0.2 })] }] },
    ],
    [
      'neighbours that are not found',
      'recall',
      { paths: [fast], recall: { k: 10, queries: 200, recall: 0.949, curve: [] } },
    ],
    [
      'a number that is worse than the baseline',
      'baseline',
      {
        paths: [fast],
        comparison: {
          with: 'x',
          at: '',
          rows: [{ title: '', before: 1, now: 2, unit: '', worse_percent: 10.5, ok: false }],
        },
      },
    ],
  ])('miss %s', (_, name, changes) => {
    expect(missed(changes as never)).toEqual([name]);
  });

  it('do not pass what was not measured', () => {
    expect(missed({ paths: [pathResult({ open: [], ramp: [], knee: null })] })).toEqual([
      'p99',
      'operations',
      'errors',
    ]);
    expect(gatesOf(gates, benchResult({ paths: [pathResult({ open: [] })] }))[0]).toMatchObject({
      value: null,
    });
  });

  it('are left out where the configuration has none, and recall where it was not asked for', () => {
    const none = {
      p99_ms: null,
      operations_per_second: null,
      error_percent: null,
      recall: null,
      baseline_percent: null,
    };
    expect(gatesOf(none, benchResult())).toEqual([]);
    expect(gatesOf(gates, benchResult({ recall: null })).map(({ name }) => name)).not.toContain('recall');
  });

  it('count what a request does: a batch of ten searches is ten operations', () => {
    const batches = pathResult({ knee: { concurrency: 8, throughput: 1500, operations: 15_000 } });
    expect(missed({ paths: [batches] })).toEqual([]);
  });

  it('judge the load in the middle, whatever the order', () => {
    const open = [90, 50, 70].map((load) => openStep({ load_percent: load, offered: load }));
    expect(middleOf(open)?.load_percent).toBe(70);
    expect(middleOf([])).toBeUndefined();
  });
});
