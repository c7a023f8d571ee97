import { type CheckReport, interrupted, timedOut, waitingFor } from '../../checks/report.js';
import { realClock, waitUntil } from '../../checks/wait.js';
import { EXIT, VdbError } from '../../errors.js';
import { duration } from '../../ui/style.js';
import type { CommandContext } from '../context.js';
import { isLeft, type Leaving } from '../interrupt.js';

/** Looks until the host is ready or the time is over. Who is interrupted gets what was seen last. */
export async function waited(
  context: CommandContext<{ wait?: string }>,
  look: () => Promise<CheckReport>,
  { budgetMs, leaving }: { budgetMs: number; leaving: Pick<Leaving, 'unlessLeft'> },
): Promise<CheckReport> {
  const { terminal, emit, global, options } = context;
  let last: CheckReport | VdbError | undefined;
  const looking = async (): Promise<CheckReport | VdbError> => {
    last = await leaving.unlessLeft(look()).catch(passingOnly);
    return last;
  };
  const clock = { ...realClock, sleep: (ms: number) => leaving.unlessLeft(realClock.sleep(ms)) };
  const waiting = waitUntil<CheckReport | VdbError>({
    ...{ budgetMs, clock, look: looking },
    missing: (seen) => (seen instanceof VdbError ? ['the host to answer'] : waitingFor(seen)),
    onWaiting: (missing, elapsedMs) => {
      emit({ type: 'check.waiting', for: missing, elapsed_ms: Math.round(elapsedMs) });
      const time = `${duration(elapsedMs)} of ${duration(budgetMs)}`;
      if (!global.json) terminal.err(`Waiting for ${missing.join(', ')} (${time})`);
    },
  });
  const end = await waiting.catch((error: unknown) => {
    if (!isLeft(error) || last === undefined || last instanceof VdbError) throw error;
    return { seen: interrupted(last), timedOut: false };
  });
  if (end.seen instanceof VdbError) throw neverAnswered(end.seen, options.wait ?? '');
  return end.timedOut ? timedOut(end.seen) : end.seen;
}

/** What passes by itself: a host that is down. A refused key does not. */
function passingOnly(error: unknown): VdbError {
  const codes = ['host.unreachable', 'host.connection-lost'];
  if (error instanceof VdbError && codes.includes(error.details.code)) return error;
  throw error;
}

function neverAnswered(cause: VdbError, wait: string): VdbError {
  const { host, next } = cause.details;
  return new VdbError(`The host did not answer within ${wait}: ${cause.message}`, {
    code: 'check.timeout',
    exitCode: EXIT.timeout,
    ...(host === undefined ? {} : { host }),
    ...(next === undefined ? {} : { next }),
    cause,
  });
}
