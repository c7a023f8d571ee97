import { describe, expect, it } from 'vitest';
import {
  type Growth,
  grown,
  growthPerDay,
  measuredGrowth,
  type Sample,
  statedGrowth,
} from '../../../src/capacity/growth.js';

const DAY = 86_400_000;

function daily(...counts: number[]): Sample[] {
  return counts.map((count, day) => ({ at: day * DAY, points: { docs: count } }));
}

function perDay(samples: readonly Sample[]): number {
  return growthPerDay(measuredGrowth(samples) as Growth);
}

describe('measured growth', () => {
  it('is the slope, with what it rests on', () => {
    expect(measuredGrowth(daily(100, 200, 300))).toEqual({
      perDay: { docs: 100 },
      source: 'measured',
      samples: 3,
      days: 2,
    });
  });

  it('follows the trend past a bulk load and past a restore', () => {
    expect(perDay(daily(100, 200, 300, 9_000_400, 500, 600, 700))).toBe(100);
    expect(perDay(daily(100, 200, 300, 0, 500, 600, 700))).toBe(100);
  });

  it('is of each collection for the time in which it was seen', () => {
    const samples = [
      { at: 0, points: { old: 10 } },
      { at: DAY, points: { old: 20, young: 1000 } },
      { at: 2 * DAY, points: { old: 30, young: 1500 } },
    ];
    expect(measuredGrowth(samples)?.perDay).toEqual({ old: 10, young: 500 });
  });

  it('takes a collection that was seen once for one that does not grow', () => {
    const samples = [
      { at: 0, points: { old: 10 } },
      { at: DAY, points: { old: 20, young: 1_000_000 } },
    ];
    expect(measuredGrowth(samples)?.perDay).toEqual({ old: 10, young: 0 });
  });

  it.each([
    ['no sample', []],
    ['one sample', daily(100)],
    [
      'less than a day',
      [
        { at: 0, points: { docs: 1 } },
        { at: DAY / 2, points: { docs: 1000 } },
      ],
    ],
  ])('is not known from %s', (_, samples) => {
    expect(measuredGrowth(samples)).toBeNull();
  });
});

it('stated growth is shared out as the collections are filled', () => {
  expect(statedGrowth(100, { a: 30, b: 10 }, 'option').perDay).toEqual({ a: 75, b: 25 });
});

it('a collection that shrinks is not counted on to go on', () => {
  const growth: Growth = { perDay: { a: 10, b: -10 }, source: 'measured' };
  expect(grown({ a: 100, b: 100, c: 5 }, growth, 3)).toEqual({ a: 130, b: 100, c: 5 });
});
