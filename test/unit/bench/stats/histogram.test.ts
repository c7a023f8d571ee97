import { describe, expect, it } from 'vitest';
import { randomOf } from '../../../../src/bench/data/random.js';
import { Histogram } from '../../../../src/bench/stats/histogram.js';

function of(values: readonly number[]): Histogram {
  const histogram = new Histogram();
  for (const value of values) histogram.record(value);
  return histogram;
}

describe('a histogram', () => {
  it.each([0.5, 0.95, 0.99, 0.999])('knows the percentile %s to 1/128, whatever the size', (share) => {
    const random = randomOf(7);
    const values = Array.from({ length: 20_000 }, () => 0.01 * 10 ** (6 * random()));
    const sorted = values.toSorted((a, b) => a - b);
    const truth = sorted[Math.ceil(sorted.length * share) - 1]!;
    expect(Math.abs(of(values).percentile(share) - truth) / truth).toBeLessThan(1 / 128);
  });

  it('knows small durations to a microsecond, and the longest exactly', () => {
    const histogram = of([0.001, 0.002, 0.1, 1234.5678]);
    expect(histogram.percentile(0.25)).toBe(0.001);
    expect(histogram.percentile(0.5)).toBe(0.002);
    expect(histogram.percentile(1)).toBe(1234.5678);
    expect(histogram.max).toBe(1234.5678);
  });

  it('has no percentile of nothing', () => {
    expect(new Histogram().percentile(0.99)).toBeNaN();
    expect(new Histogram().mean).toBeNaN();
  });

  it('adds up, and travels as data', () => {
    const sum = new Histogram(structuredClone(of([1, 2]).data()));
    sum.add(of([3, 400]));
    expect([sum.count, sum.max, sum.mean]).toEqual([4, 400, 101.5]);
    expect(sum.percentile(0.75)).toBeCloseTo(3, 1);
  });

  it('takes what is below zero for zero, and days for hours', () => {
    const histogram = of([-1, 10 ** 12]);
    expect(histogram.percentile(0.5)).toBe(0);
    expect(histogram.count).toBe(2);
    expect(histogram.max).toBe(10 ** 12);
  });

  it('gives buckets that hold all that was counted, without gaps or overlaps', () => {
    const values = [0.0005, 0.2, 0.2001, 5, 5000];
    const buckets = of(values).buckets();
    expect(buckets.reduce((sum, { count }) => sum + count, 0)).toBe(values.length);
    for (const value of values)
      expect(
        buckets.filter(
          ({ from, to }) => Math.round(value * 1000) / 1000 >= from && Math.round(value * 1000) / 1000 < to,
        ),
      ).toHaveLength(1);
  });
});
