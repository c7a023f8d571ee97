import { describe, expect, it } from 'vitest';
import { gatesOf, type Judged } from '../../../../src/bench/gates.js';
import { CATALOGUE } from '../../../../src/checks/catalogue/index.js';
import type { Config } from '../../../../src/config/schema.js';
import { known } from '../../../../src/host/probe.js';
import { ABSENT, contextOf, judged } from '../support.js';

describe('performance.random-read', () => {
  const reads = (p99Ms: number) => [known({ measured: true, file: '/data/x', reads: 41_000, p99Ms })];

  it('passes up to the limit and warns beyond it', () => {
    expect(judged('performance.random-read', reads(2)).status).toBe('pass');
    expect(judged('performance.random-read', reads(2.01))).toMatchObject({
      status: 'warn',
      seen: 'p99 2.01 ms over 41000 reads',
      expected: 'at most 2 ms',
    });
  });

  it('is unknown when there was nothing to read', () => {
    expect(judged('performance.random-read', [known({ measured: false, why: 'too small' })])).toMatchObject({
      status: 'unknown',
      seen: 'too small',
    });
    expect(judged('performance.random-read', [ABSENT]).status).toBe('unknown');
  });
});

describe('the load of vdb check performance', () => {
  const step = {
    samples: 1000,
    ok: 1000,
    error_percent: 0,
    p99: 4,
    offered: 700,
    operations: 700,
    achieved: 700,
  };
  const result = (changes: Record<string, unknown> = {}, limits = contextOf().config.bench.gates) => {
    const measured = {
      paths: [{ ramp: [step], open: [step], knee: { operations: 12_000 } }],
      recall: { k: 10, queries: 200, recall: 0.99 },
      comparison: null,
      ...changes,
    };
    return [known({ ...measured, gates: gatesOf(limits, measured as unknown as Judged) })];
  };
  const path = (changes: Record<string, unknown>, limits?: Config['bench']['gates']) =>
    result({ paths: [{ ramp: [], open: [step], knee: { operations: 12_000 }, ...changes }] }, limits);

  it.each([
    ['performance.latency', 'p99 4.0 ms at 700/s, of 1000 searches'],
    ['performance.throughput', /^12000\/s/],
    ['performance.errors', '0 of 2000 failed'],
    ['performance.recall', 'recall@10 0.9900, of 200 queries'],
  ])('%s passes within its limit', (id, seen) => {
    expect(judged(id, result())).toMatchObject({
      status: 'pass',
      seen: typeof seen === 'string' ? seen : expect.stringMatching(seen),
    });
  });

  it.each([
    ['performance.latency', path({ open: [{ ...step, p99: 10.5 }] })],
    ['performance.throughput', path({ knee: { operations: 9999.9 } })],
    ['performance.throughput', path({ knee: null })],
    ['performance.errors', path({ open: [{ ...step, ok: 998, error_percent: 0.2 }] })],
    ['performance.errors', path({ open: [] })],
    ['performance.recall', result({ recall: { k: 10, queries: 200, recall: 0.94 } })],
    ['performance.latency', path({ open: [] })],
    ['performance.latency', [known({ failure: 'Qdrant did not answer' })]],
  ])('%s fails beyond it, and where nothing is served', (id, observations) => {
    expect(judged(id, observations)).toMatchObject({ status: 'fail' });
  });

  it('does not round up what the machine cannot do', () => {
    expect(judged('performance.throughput', path({ knee: { operations: 9999.9 } })).seen).toMatch(/^9999\/s/);
  });

  it('goes by the gates of vdb bench, and asks nothing of which there is none', () => {
    const gates = (changes: object) => contextOf({ bench: { gates: changes } });
    const slow = (p99_ms: number) =>
      path({ open: [{ ...step, p99: 49 }] }, gates({ p99_ms }).config.bench.gates);
    expect(judged('performance.latency', slow(50), gates({ p99_ms: 50 })).status).toBe('pass');
    expect(judged('performance.latency', slow(48), gates({ p99_ms: 48 })).status).toBe('fail');
    const latency = CATALOGUE.find(({ id }) => id === 'performance.latency');
    expect(latency?.skip?.(gates({ p99_ms: null }))).toBe('bench.gates.p99_ms is null');
  });

  it('is unknown where recall is not asked for', () => {
    expect(judged('performance.recall', result({ recall: null })).status).toBe('unknown');
  });
});
