import { STAMP } from '../load/message.js';

/** What requests are made of. */
export interface Supply {
  collection: string;
  /** Vectors to search with. */
  queries: readonly Float32Array[];
  /** Ids of points that are there. */
  ids: readonly (number | string)[];
  k: number;
  ef: number | undefined;
  batch: number;
  filterPercent: number;
}

/** Payload that the benchmark adds to each point for filters: a number below {@link BUCKETS}, evenly spread. */
export const BUCKET = 'vdb_bench_bucket';
export const BUCKETS = 1000;

/** Prime to {@link BUCKETS}, so that neighbours in order are none in the filter. */
const STRIDE = 617;

/** The bucket of a point. Pure. */
export function bucketOf(index: number): number {
  return (index * STRIDE) % BUCKETS;
}

/** Lets so many percent of the points through. Pure. */
export function filterOf(percent: number): Record<string, unknown> {
  return { must: [{ key: BUCKET, range: { lt: (percent * BUCKETS) / 100 } }] };
}

/** Numbers of a vector as they are sent: what a float32 knows, and no more. Pure. */
export function numbersOf(vector: Float32Array): number[] {
  return Array.from(vector, (value) => Number(value.toPrecision(7)));
}

/** The same with a last number that is another one each time, by less than a thousandth. Pure. */
export function variedNumbers(vector: Float32Array): (number | string)[] {
  const numbers = numbersOf(vector);
  const last = numbers.pop() ?? 0;
  const kept = Math.trunc(Math.abs(last) * 1000) / 1000;
  return [...numbers, `${last < 0 ? '-' : ''}${kept.toFixed(3)}${STAMP}`];
}
