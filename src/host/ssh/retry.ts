import { setTimeout as sleep } from 'node:timers/promises';

export interface Retry {
  /** The attempt that failed, counted from 1. */
  attempt: number;
  /** How long until the next one, in milliseconds. */
  delayMs: number;
  error: unknown;
}

const ATTEMPTS = 3;
const BUDGET_MS = 10_000;

/**
 * Repeats `task` while it fails with something transient: three attempts, about ten seconds in all. The
 * pauses grow and vary, so that many operators do not come back at the same moment.
 */
export async function retried<T>(
  task: () => Promise<T>,
  isTransient: (error: unknown) => boolean,
  onRetry: (retry: Retry) => void = () => {},
): Promise<T> {
  const started = performance.now();
  for (let attempt = 1; ; attempt++) {
    try {
      return await task();
    } catch (error) {
      const delayMs = Math.round(500 * 3 ** (attempt - 1) * (0.5 + Math.random()));
      const over = performance.now() - started + delayMs > BUDGET_MS;
      if (attempt === ATTEMPTS || over || !isTransient(error)) throw error;
      onRetry({ attempt, delayMs, error });
      await sleep(delayMs);
    }
  }
}
