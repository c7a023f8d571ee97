import { Histogram, type HistogramData } from '../stats/histogram.js';
import type { Outcome } from './connection.js';

/** What a load came to. */
export interface Tally {
  /** Requests that were sent. */
  sent: number;
  /** Requests that were answered by 2xx. */
  ok: number;
  /** What those did. */
  operations: number;
  /** Requests that were not answered by 2xx, by what was said instead. */
  errors: Record<string, number>;
  /** Requests of a schedule whose time came and went. */
  dropped: number;
  /**
   * How long answers took; of an open loop, since the request was due. What was given up or never sent is in it with the time
   * until then, which is less than the truth; what was refused at once is not.
   */
  latency: Histogram;
  /** Of an open loop: how late requests were sent although a connection was free. */
  lag: Histogram;
  /** How long it took, in milliseconds. */
  elapsedMs: number;
  /** The share of that time in which the busiest thread of the generator was at work, 0 to 1. */
  busy: number;
}

/** A tally as it travels between threads. */
export type TallyData = Omit<Tally, 'latency' | 'lag'> & { latency: HistogramData; lag: HistogramData };

export function emptyTally(): Tally {
  return {
    ...{ sent: 0, ok: 0, operations: 0, errors: {}, dropped: 0, elapsedMs: 0, busy: 0 },
    latency: new Histogram(),
    lag: new Histogram(),
  };
}

/** Counts what became of a request that took so long. */
export function count(tally: Tally, outcome: Outcome, ms: number, operations: number): void {
  if ('failure' in outcome) {
    fail(tally, outcome.failure);
    tally.latency.record(ms);
  } else if (outcome.status >= 200 && outcome.status < 300) {
    tally.ok += 1;
    tally.operations += operations;
    tally.latency.record(ms);
  } else {
    fail(tally, `HTTP ${outcome.status}`);
  }
}

function fail({ errors }: Tally, what: string): void {
  errors[what] = (errors[what] ?? 0) + 1;
}

/** How many requests failed. */
export function failures({ errors }: Pick<Tally, 'errors'>): number {
  return Object.values(errors).reduce((sum, each) => sum + each, 0);
}

/** Several threads, which ran side by side, as one. */
export function together(tallies: readonly Tally[]): Tally {
  const sum = emptyTally();
  for (const each of tallies) {
    sum.sent += each.sent;
    sum.ok += each.ok;
    sum.operations += each.operations;
    sum.dropped += each.dropped;
    sum.elapsedMs = Math.max(sum.elapsedMs, each.elapsedMs);
    sum.busy = Math.max(sum.busy, each.busy);
    sum.latency.add(each.latency);
    sum.lag.add(each.lag);
    for (const [what, times] of Object.entries(each.errors))
      sum.errors[what] = (sum.errors[what] ?? 0) + times;
  }
  return sum;
}

export function toData(tally: Tally): TallyData {
  return { ...tally, latency: tally.latency.data(), lag: tally.lag.data() };
}

export function fromData(data: TallyData): Tally {
  return { ...data, latency: new Histogram(data.latency), lag: new Histogram(data.lag) };
}
