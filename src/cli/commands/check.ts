import { CATALOGUE } from '../../checks/catalogue/index.js';
import { type CheckReport, timedOut, waitingFor } from '../../checks/report.js';
import { atLeast, parseSeverity, selectChecks } from '../../checks/select.js';
import { parseWait, waitUntil } from '../../checks/wait.js';
import { EXIT, VdbError } from '../../errors.js';
import { reportData } from '../../ui/check/data.js';
import { duration } from '../../ui/style.js';
import { deliver, deliverFailure, refuseDirectories } from '../check/deliver.js';
import { type Output, type OutputOptions, outputsOf } from '../check/outputs.js';
import { repair } from '../check/repair.js';
import { acceptChecks, type Choose, runRound } from '../check/round.js';
import type { CommandContext, Handler } from '../context.js';
import { withSession } from '../session.js';

export interface CheckOptions extends OutputOptions {
  wait?: string;
  /** Words like those of the selection, separated by commas. */
  exclude?: readonly string[];
  severity?: string;
  fix?: boolean;
}

type Context = CommandContext<CheckOptions>;

/** `vdb check`: is the server ready, and does it equal its configuration? */
export const check: Handler<CheckOptions> = async (context) => {
  const { options, global, args, emit } = context;
  const outputs = outputsOf(options, global.json);
  await refuseDirectories(outputs, context.cwd);
  const choose = chooser(args, options);
  const budgetMs = options.wait === undefined ? undefined : parseWait(options.wait);
  const look = lookWith(context, choose);
  const report = await seen(context, outputs, () =>
    budgetMs === undefined ? look() : waited(context, look, budgetMs),
  );
  await deliver(context, report, outputs);
  emit({ type: 'result', ...reportData(report) });
  if (report.status === 'timed-out' && !global.json) context.terminal.err(`Timed out after ${options.wait}.`);
  return report.exitCode;
};

/** A look that fails is written to the reports too: those of an earlier run would still say what was then. */
async function seen(
  context: Context,
  outputs: readonly Output[],
  look: () => Promise<CheckReport>,
): Promise<CheckReport> {
  try {
    return await look();
  } catch (error) {
    if (error instanceof VdbError && error.exitCode !== EXIT.usage)
      await deliverFailure(context, error, outputs);
    throw error;
  }
}

function chooser(words: readonly string[], { exclude = [], severity }: CheckOptions): Choose {
  const checks = selectChecks(CATALOGUE, {
    words,
    exclude: exclude.flatMap((text) => text.split(',').filter(Boolean)),
  });
  const least = severity === undefined ? undefined : parseSeverity(severity);
  return (known) => (least === undefined ? checks : atLeast(checks, least, known));
}

/** Each look has a connection of its own, so a host that restarts meanwhile is waited for too. Repairs come first, once. */
function lookWith(context: Context, choose: Choose): () => Promise<CheckReport> {
  let fix = context.options.fix === true;
  return () =>
    withSession(
      context,
      async (session) => {
        const report = await runRound(session, choose);
        if (!fix) return report;
        fix = false;
        return (await repair(context, session, report)) ? runRound(session, choose) : report;
      },
      acceptChecks,
    );
}

async function waited(
  context: Context,
  look: () => Promise<CheckReport>,
  budgetMs: number,
): Promise<CheckReport> {
  const { terminal, emit, global, options } = context;
  const end = await waitUntil<CheckReport | VdbError>({
    budgetMs,
    look: () => look().catch(passingOnly),
    missing: (seen) => (seen instanceof VdbError ? ['the host to answer'] : waitingFor(seen)),
    onWaiting: (missing, elapsedMs) => {
      emit({ type: 'check.waiting', for: missing, elapsed_ms: Math.round(elapsedMs) });
      const time = `${duration(elapsedMs)} of ${duration(budgetMs)}`;
      if (!global.json) terminal.err(`Waiting for ${missing.join(', ')} (${time})`);
    },
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
