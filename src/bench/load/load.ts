import { type EventLoopUtilization, performance } from 'node:perf_hooks';
import { clock } from './clock.js';
import { Connection, type Endpoint } from './connection.js';
import type { Message } from './message.js';
import type { Tally } from './tally.js';

/** What is sent where. Messages come in turn, and from the beginning again. */
export interface Load {
  endpoint: Endpoint;
  messages: readonly Message[];
  /** After so long without an answer a request has failed. */
  timeoutMs: number;
  /** Added to the number of a request where that is stamped into it, so that no two of a run have the same. */
  firstNumber: number;
}

export interface Watch {
  signal?: AbortSignal;
  /** Told a few times a second of what was counted so far. */
  onProgress?(tally: Tally): void;
}

const SWEEP_MS = 200;

export function connectionsOf({ endpoint, timeoutMs }: Load, count: number): Connection[] {
  return Array.from({ length: count }, () => new Connection(endpoint, { timeoutMs }));
}

/** Gives up what takes too long and tells of progress, a few times a second, until it is told to stop. */
export function sweep(
  connections: readonly Connection[],
  tally: Tally,
  { onProgress }: Watch,
): { stop(): void } {
  const timer = setInterval(() => {
    const now = clock();
    for (const each of connections) each.expire(now);
    onProgress?.(tally);
  }, SWEEP_MS);
  return { stop: () => clearInterval(timer) };
}

/** How much this thread has been at work since the answer was made. */
export function workload(): () => number {
  const before: EventLoopUtilization = performance.eventLoopUtilization();
  return () => performance.eventLoopUtilization(before).utilization;
}
