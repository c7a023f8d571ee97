import { EXIT } from '../errors.js';

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/**
 * Arms the signals of a run that changes a host, before its lock is taken. The first one lets the running
 * step finish; the second ends the process at once, and the lock with it, because the kernel holds it.
 */
export function armInterrupt(say: (text: string) => void): { signal: AbortSignal; disarm(): void } {
  const controller = new AbortController();
  const onSignal = (): void => {
    if (controller.signal.aborted) process.exit(EXIT.interrupted);
    say('Stopping: the running step finishes first. Once more to stop at once.');
    controller.abort();
  };
  for (const name of SIGNALS) process.on(name, onSignal);
  return {
    signal: controller.signal,
    disarm: () => {
      for (const name of SIGNALS) process.off(name, onSignal);
    },
  };
}
