import { EXIT, VdbError } from '../errors.js';

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/**
 * Arms the signals of a run that changes a host, before its lock is taken. The first one lets the running
 * step finish; the second ends the process at once, and the lock with it, because the kernel holds it. `alert` is for
 * the last word then, so it must have written when it returns.
 */
export function armInterrupt(
  say: (text: string) => void,
  alert: (text: string) => void,
): { signal: AbortSignal; disarm(): void } {
  const { signal, disarm } = onFirstSignal(
    () => say('Stopping: the running step finishes first. Once more to stop at once.'),
    () =>
      alert(
        'Stopped at once. The step that was running goes on to its end on the host, which counts as in use until then.',
      ),
  );
  return { signal, disarm };
}

/** What only looks, and so can be left at any moment. */
export interface Leaving {
  /** Gives what `work` gives, unless a signal comes first: then it throws `check.interrupted` and waits for nothing. */
  unlessLeft<T>(work: Promise<T>): Promise<T>;
  /** Leaves the signals to `work`, which changes the host and arms them itself. */
  without<T>(work: () => Promise<T>): Promise<T>;
  disarm(): void;
}

/** Arms the signals of a run that only looks; the second one ends the process at once. */
export function armLeaving(): Leaving {
  let leave: (error: VdbError) => void = () => {};
  const left = new Promise<never>((_, reject) => {
    leave = reject;
  });
  left.catch(() => {});
  const { arm, disarm } = onFirstSignal(() => leave(interrupted()));
  return {
    unlessLeft: (work) => Promise.race([work, left]),
    async without(work) {
      disarm();
      try {
        return await work();
      } finally {
        arm();
      }
    },
    disarm,
  };
}

/** Whether `error` says that a person left a run that only looks. */
export function isLeft(error: unknown): boolean {
  return error instanceof VdbError && error.details.code === 'check.interrupted';
}

function interrupted(): VdbError {
  return new VdbError('The checks were interrupted', {
    code: 'check.interrupted',
    exitCode: EXIT.interrupted,
    meaning: 'A look was not waited for to its end. Checks change nothing on the host.',
  });
}

function onFirstSignal(
  first: () => void,
  second: () => void = () => {},
): { signal: AbortSignal; arm(): void; disarm(): void } {
  const controller = new AbortController();
  const onSignal = (): void => {
    if (controller.signal.aborted) {
      second();
      process.exit(EXIT.interrupted);
    }
    controller.abort();
    first();
  };
  const arm = (): void => {
    for (const name of SIGNALS) process.on(name, onSignal);
  };
  const disarm = (): void => {
    for (const name of SIGNALS) process.off(name, onSignal);
  };
  arm();
  return { signal: controller.signal, arm, disarm };
}
