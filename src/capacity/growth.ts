import { type Points, shareOut, total } from './need.js';

/** How many points there were at an instant, in milliseconds since the epoch. Not every collection was there each time. */
export interface Sample {
  at: number;
  points: Points;
}

/** Points that come in a day. */
export interface Growth {
  perDay: Readonly<Record<string, number>>;
  /** `option` and `configuration` say it; `measured` was seen in backup sets. */
  source: 'option' | 'configuration' | 'measured';
  /** Of what was measured: how many samples, over how many days. */
  samples?: number;
  days?: number;
}

const DAY_MS = 86_400_000;
/** A shorter time says more of the hour than of the trend. */
const LEAST_DAYS = 1;

/**
 * The growth that samples show, collection by collection: the median of the slopes between all pairs, so that a single
 * bulk load or a restore does not pass for a trend. Null where they span less than a day. Pure.
 */
export function measuredGrowth(samples: readonly Sample[]): Growth | null {
  const instants = samples.map(({ at }) => at);
  const days = (Math.max(...instants) - Math.min(...instants)) / DAY_MS;
  if (samples.length < 2 || days < LEAST_DAYS) return null;
  const names = [...new Set(samples.flatMap(({ points }) => Object.keys(points)))];
  const perDay = Object.fromEntries(names.map((name) => [name, slopeOf(seriesOf(name, samples))]));
  return { perDay, source: 'measured', samples: samples.length, days };
}

/** `wanted` points a day, over all collections, which share them in proportion to what they hold. Pure. */
export function statedGrowth(wanted: number, points: Points, source: 'option' | 'configuration'): Growth {
  return { perDay: shareOut(wanted, points), source };
}

/** All points of a day: what shrinks counts against what grows. */
export function growthPerDay({ perDay }: Growth): number {
  return total(perDay);
}

/** The points after so many days. A collection that shrinks is not counted on to go on shrinking. Pure. */
export function grown(points: Points, { perDay }: Growth, days: number): Record<string, number> {
  return Object.fromEntries(
    Object.entries(points).map(([name, count]) => [name, count + days * Math.max(0, perDay[name] ?? 0)]),
  );
}

type Series = readonly { at: number; count: number }[];

function seriesOf(name: string, samples: readonly Sample[]): Series {
  return samples.flatMap(({ at, points }) => {
    const count = points[name];
    return count === undefined ? [] : [{ at, count }];
  });
}

/** Points a day; none where a collection was seen once. */
function slopeOf(series: Series): number {
  const slopes = series.flatMap((a, index) =>
    series
      .slice(index + 1)
      .filter((b) => b.at !== a.at)
      .map((b) => ((b.count - a.count) * DAY_MS) / (b.at - a.at)),
  );
  return median(slopes);
}

/** Of none: 0. */
function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const upper = sorted[Math.floor(sorted.length / 2)] ?? 0;
  const lower = sorted[Math.ceil(sorted.length / 2) - 1] ?? 0;
  return (upper + lower) / 2;
}
