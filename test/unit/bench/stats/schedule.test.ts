import { describe, expect, it } from 'vitest';
import { dueAt, endsAt, numberOf, ownCount, samplesOf } from '../../../../src/bench/stats/schedule.js';

const whole = { startsAt: 1000, rate: 200, count: 11 };

describe('a schedule', () => {
  it.each([1, 2, 3, 4])('is shared out over %i threads without a request missing or twice', (threads) => {
    const all = Array.from({ length: threads }, (_, thread) => ({ ...whole, threads, thread })).flatMap(
      (own) =>
        Array.from({ length: ownCount(own) }, (_, index) => ({
          number: numberOf(own, index),
          due: dueAt(own, index),
        })),
    );
    const inOrder = all.toSorted((a, b) => a.number - b.number);
    expect(inOrder.map(({ number }) => number)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    expect(inOrder.map(({ due }) => due)).toEqual(inOrder.map(({ number }) => 1000 + number * 5));
  });

  it('ends when one more request would be due', () => {
    expect(endsAt({ ...whole, threads: 1, thread: 0 })).toBe(1055);
  });
});

describe('the samples of a step', () => {
  const limits = { seconds: 10, samples: 10_000, mostSeconds: 60 };

  it.each([
    ['as long as asked where that is enough', 5000, 50_000],
    ['longer where it is not', 500, 10_000],
    ['no longer than the limit', 50, 3000],
    ['at least one', 0.001, 1],
  ])('%s', (_, rate, count) => {
    expect(samplesOf(rate, limits)).toBe(count);
  });

  it('takes a duration that is asked for at its word', () => {
    expect(samplesOf(10, { seconds: 100, samples: 1, mostSeconds: 60 })).toBe(1000);
  });
});
