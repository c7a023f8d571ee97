import { describe, expect, it } from 'vitest';
import { known } from '../../../../src/host/probe.js';
import { ABSENT, judged } from '../support.js';

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
