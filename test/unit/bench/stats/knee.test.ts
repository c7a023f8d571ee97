import { describe, expect, it } from 'vitest';
import { kneeOf, nextConcurrency, type RampStep } from '../../../../src/bench/stats/knee.js';

function ramp(...throughputs: number[]): RampStep[] {
  return throughputs.map((throughput, index) => ({ concurrency: 2 ** index, throughput, errors: 0 }));
}

/** Steps as a ramp takes them against a server that does so many with one at a time, and at most so many. */
function climb(one: number, most: number, limit = 256): number[] {
  const steps: RampStep[] = [];
  for (;;) {
    const concurrency = nextConcurrency(steps, limit);
    if (concurrency === undefined) return steps.map((step) => step.concurrency);
    steps.push({ concurrency, throughput: Math.min(most, one * concurrency), errors: 0 });
  }
}

describe('a ramp', () => {
  it('doubles until two steps in a row bring nothing', () => {
    expect(climb(100, 800)).toEqual([1, 2, 4, 8, 16, 32]);
  });

  it('ends at the most that is allowed, which need not be a power of two', () => {
    expect(climb(100, 1_000_000, 24)).toEqual([1, 2, 4, 8, 16, 24]);
  });

  it('goes on past one step that brings nothing', () => {
    expect(nextConcurrency(ramp(100, 200, 201), 256)).toBe(8);
  });

  it('ends when requests fail', () => {
    expect(nextConcurrency([{ concurrency: 4, throughput: 50, errors: 0.2 }], 256)).toBeUndefined();
  });
});

describe('the knee', () => {
  it('is the first step that comes near the most', () => {
    expect(kneeOf(ramp(100, 190, 350, 480, 495, 470))?.concurrency).toBe(8);
  });

  it('leaves out a step whose requests fail, however many are answered', () => {
    const steps = [...ramp(100, 150), { concurrency: 4, throughput: 9000, errors: 0.5 }];
    expect(kneeOf(steps)?.concurrency).toBe(2);
  });

  it('is of what there is where requests fail in each step', () => {
    expect(kneeOf([{ concurrency: 1, throughput: 10, errors: 0.3 }])?.throughput).toBe(10);
  });

  it('is nowhere where nothing is answered', () => {
    expect(kneeOf([])).toBeUndefined();
    expect(kneeOf(ramp(0, 0))).toBeUndefined();
  });
});
