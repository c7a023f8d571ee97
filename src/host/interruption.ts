import { Readable } from 'node:stream';
import { type ExecOptions, TimeoutError } from './transport.js';

/** What can end the wait for a command before the command itself ends. */
export interface Interruption {
  /** Rejects with the reason. */
  readonly happened: Promise<never>;
  readonly hasHappened: boolean;
  fail(reason: unknown): void;
  /** Starts the clock of `timeoutMs`. */
  arm(): void;
  clear(): void;
}

/**
 * Watches for whatever ends a command early: its time limit, the caller's signal, a broken input. Created
 * before the command is queued, so that nothing that happens meanwhile goes unnoticed.
 */
export function interruptionOf(target: string, options: ExecOptions): Interruption {
  const { timeoutMs, signal, stdin } = options;
  let hasHappened = false;
  let fail: (reason: unknown) => void = () => {};
  const happened = new Promise<never>((_, reject) => {
    fail = (reason) => {
      hasHappened = true;
      reject(reason);
    };
  });
  happened.catch(() => {});
  let timer: NodeJS.Timeout | undefined;
  const onAbort = (): void => fail(signal?.reason);
  if (signal?.aborted) onAbort();
  signal?.addEventListener('abort', onAbort);
  if (stdin instanceof Readable) stdin.once('error', fail);
  return {
    happened,
    get hasHappened() {
      return hasHappened;
    },
    fail,
    arm() {
      if (timeoutMs === undefined) return;
      timer = setTimeout(() => fail(new TimeoutError(target, timeoutMs)), timeoutMs);
    },
    clear() {
      clearTimeout(timer);
      signal?.removeEventListener('abort', onAbort);
    },
  };
}
