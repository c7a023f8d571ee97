import { clock } from './clock.js';
import { runClosed } from './closed.js';
import type { Load, Watch } from './load.js';
import { runOpen } from './open.js';
import type { Tally } from './tally.js';

/** Makes load. Numbers of connections and rates are of all its threads together. */
export interface Generator {
  threads: number;
  closed(load: Load, loop: { connections: number; durationMs: number }, watch?: Watch): Promise<Tally>;
  open(load: Load, loop: OpenStep, watch?: Watch): Promise<Tally>;
  close(): Promise<void>;
}

/** Requests at a fixed rate. */
export interface OpenStep {
  /** A second. */
  rate: number;
  count: number;
  connections: number;
  graceMs: number;
}

/** Until all threads are awake. */
export const STARTS_IN_MS = 250;

/** Makes load in this thread: for tests, and where no thread can be had. */
export function inlineGenerator(): Generator {
  return {
    threads: 1,
    closed: runClosed,
    open: (load, { rate, count, ...rest }, watch) => {
      const schedule = { startsAt: clock() + STARTS_IN_MS, rate, count, threads: 1, thread: 0 };
      return runOpen(load, { schedule, ...rest }, watch);
    },
    close: async () => {},
  };
}
