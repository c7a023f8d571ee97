import type { PathName } from './profile.js';

/** A part of a benchmark. */
export interface Stage {
  name: 'write' | 'green' | 'read' | 'warm-up' | 'ceiling' | 'ramp' | 'open' | 'recall' | 'remove';
  path?: PathName;
  /** Requests under way. */
  concurrency?: number;
  /** Requests a second. */
  rate?: number;
}

/** What a benchmark tells while it runs. `text` is of what was seen so far, or in the end. */
export type BenchEvent =
  | { type: 'started'; stage: Stage }
  | { type: 'progress'; stage: Stage; text: string }
  | { type: 'finished'; stage: Stage; text: string; durationMs: number }
  | { type: 'remark'; text: string };

export type OnBenchEvent = (event: BenchEvent) => void;

/** Runs a part and tells of it. `saying` puts its outcome into words. */
export async function staged<T>(
  onEvent: OnBenchEvent,
  stage: Stage,
  work: (progress: (text: string) => void) => Promise<T>,
  saying: (result: T) => string,
): Promise<T> {
  onEvent({ type: 'started', stage });
  const since = performance.now();
  const result = await work((text) => onEvent({ type: 'progress', stage, text }));
  onEvent({ type: 'finished', stage, text: saying(result), durationMs: performance.now() - since });
  return result;
}
