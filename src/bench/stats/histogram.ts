/** So many buckets divide each power of two: a value is told apart from another that differs by 1/128 or more. */
const SUB_BITS = 7;
const SUB = 1 << SUB_BITS;
/** Values beyond 2^36 µs (19 hours) count as that. */
const MAX_BITS = 36;
const BUCKETS = (MAX_BITS - SUB_BITS + 1) * SUB;
const MAX_VALUE = 2 ** MAX_BITS - 1;

/**
 * How often each duration was seen, in buckets that grow with the duration, so that a percentile is known to 0.4 % whatever its
 * size. Durations are in milliseconds and kept in whole microseconds. Histograms of threads and steps are added up.
 *
 * `createHistogram` of `node:perf_hooks` records as exactly, but gives no buckets, only some twenty percentiles, so that neither a plot nor a
 * file could say how often each latency was seen; its maximum is the end of a bucket; it refuses zero; and what a thread posts
 * is no copy but the histogram itself, which goes on.
 */
export class Histogram {
  readonly #counts: Float64Array;
  #count = 0;
  #sum = 0;
  #max = 0;

  constructor(saved?: HistogramData) {
    this.#counts = saved?.counts.slice() ?? new Float64Array(BUCKETS);
    if (saved === undefined) return;
    this.#count = saved.counts.reduce((sum, each) => sum + each, 0);
    this.#sum = saved.sum;
    this.#max = saved.max;
  }

  /** Counts a duration in milliseconds; below 0 counts as 0. */
  record(ms: number): void {
    this.#counts[bucketOf(Math.round(ms * 1000))]! += 1;
    this.#count += 1;
    this.#sum += Math.max(0, ms);
    if (ms > this.#max) this.#max = ms;
  }

  add(other: Histogram): void {
    const { counts, sum, max } = other.data();
    counts.forEach((each, index) => {
      this.#counts[index]! += each;
    });
    this.#count += other.count;
    this.#sum += sum;
    this.#max = Math.max(this.#max, max);
  }

  get count(): number {
    return this.#count;
  }

  /** The longest, exactly; 0 where there is none. */
  get max(): number {
    return this.#max;
  }

  /** NaN where there is none. */
  get mean(): number {
    return this.#sum / this.#count;
  }

  /** The duration within which `share` (0 to 1) of all lie, in milliseconds; NaN where there is none. */
  percentile(share: number): number {
    if (this.#count === 0) return Number.NaN;
    const rank = Math.max(1, Math.ceil(this.#count * share));
    if (rank >= this.#count) return this.#max;
    let seen = 0;
    for (let index = 0; index < BUCKETS; index++) {
      seen += this.#counts[index] ?? 0;
      if (seen >= rank) return Math.min(this.#max, middleOf(index) / 1000);
    }
    return this.#max;
  }

  /** The buckets that hold something, in order: from, to (exclusive) and how many. For plots. */
  buckets(): { from: number; to: number; count: number }[] {
    const filled: { from: number; to: number; count: number }[] = [];
    this.#counts.forEach((count, index) => {
      if (count === 0) return;
      filled.push({ from: lowerOf(index) / 1000, to: lowerOf(index + 1) / 1000, count });
    });
    return filled;
  }

  /** What a thread sends of it: the same numbers without the methods. */
  data(): HistogramData {
    return { counts: this.#counts, sum: this.#sum, max: this.#max };
  }
}

/** A histogram as it travels between threads. */
export interface HistogramData {
  counts: Float64Array;
  sum: number;
  max: number;
}

function bucketOf(micros: number): number {
  const value = Math.min(Math.max(0, micros), MAX_VALUE);
  if (value < SUB) return value;
  const power = Math.floor(Math.log2(value));
  const shift = power - SUB_BITS;
  return (shift + 1) * SUB + Math.floor(value / 2 ** shift) - SUB;
}

function lowerOf(index: number): number {
  if (index < SUB) return index;
  const shift = Math.floor(index / SUB) - 1;
  return (SUB + (index % SUB)) * 2 ** shift;
}

function middleOf(index: number): number {
  return (lowerOf(index) + lowerOf(index + 1) - 1) / 2;
}
