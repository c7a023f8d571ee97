import { parseDuration } from '../config/units.js';
import { EXIT, VdbError } from '../errors.js';

/** Milliseconds of `--wait 120s`. Throws when the text is no duration. */
export function parseWait(text: string): number {
  const seconds = parseDuration(text.trim());
  if (seconds !== undefined) return seconds * 1000;
  throw new VdbError(`--wait takes a duration, not "${text}"`, {
    code: 'usage',
    exitCode: EXIT.usage,
    next: 'Write 45s, 120s, 5m or 1h.',
  });
}

/** Time as a waiter sees it; tests bring their own. */
export interface Clock {
  now(): number;
  sleep(ms: number): Promise<void>;
}

export const realClock: Clock = {
  now: () => performance.now(),
  sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
};

export interface WaitOptions<T> {
  budgetMs: number;
  /** Looks once. */
  look(): Promise<T>;
  /** What is still waited for; empty when the wait is over. */
  missing(seen: T): readonly string[];
  /** Called whenever that changes. */
  onWaiting(missing: readonly string[], elapsedMs: number): void;
  clock?: Clock;
}

const PAUSE_MS = 3000;

/** Looks until nothing is missing or the time is over; at least once. Gives what was seen last. */
export async function waitUntil<T>(options: WaitOptions<T>): Promise<{ seen: T; timedOut: boolean }> {
  const { budgetMs, look, missing, onWaiting, clock = realClock } = options;
  const started = clock.now();
  let said = '';
  for (;;) {
    const seen = await look();
    const waitingFor = missing(seen);
    if (waitingFor.length === 0) return { seen, timedOut: false };
    const elapsed = clock.now() - started;
    if (elapsed >= budgetMs) return { seen, timedOut: true };
    if (said !== waitingFor.join()) onWaiting(waitingFor, elapsed);
    said = waitingFor.join();
    await clock.sleep(Math.min(PAUSE_MS, budgetMs - elapsed));
  }
}
