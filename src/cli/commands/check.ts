import { CATALOGUE } from '../../checks/catalogue/index.js';
import type { CheckReport } from '../../checks/report.js';
import { atLeast, parseSeverity, selectChecks } from '../../checks/select.js';
import { parseWait } from '../../checks/wait.js';
import { EXIT, VdbError } from '../../errors.js';
import { reportData } from '../../ui/check/data.js';
import { deliver, deliverFailure, refuseDirectories } from '../check/deliver.js';
import { type Output, type OutputOptions, outputsOf } from '../check/outputs.js';
import { record } from '../check/record.js';
import { repair } from '../check/repair.js';
import { acceptChecks, type Choose, runRound } from '../check/round.js';
import { waited } from '../check/waited.js';
import type { CommandContext, Handler } from '../context.js';
import { armLeaving, type Leaving } from '../interrupt.js';
import { type Connection, withConnection } from '../session.js';

export interface CheckOptions extends OutputOptions {
  wait?: string;
  /** Words like those of the selection, separated by commas. */
  exclude?: readonly string[];
  severity?: string;
  fix?: boolean;
  record?: boolean;
}

type Context = CommandContext<CheckOptions>;

/** `vdb check`: is the server ready, and does it equal its configuration? */
export const check: Handler<CheckOptions> = async (context) => {
  const { options, global, args, emit } = context;
  const outputs = outputsOf(options, global.json);
  await refuseDirectories(outputs, context.cwd);
  if (options.record === true) assertReadiness(args, options);
  const choose = chooser(args, options);
  const budgetMs = options.wait === undefined ? undefined : parseWait(options.wait);
  const leaving = armLeaving();
  try {
    const look = lookWith(context, choose, leaving);
    const report = await seen(context, outputs, () =>
      budgetMs === undefined ? leaving.unlessLeft(look()) : waited(context, look, { budgetMs, leaving }),
    );
    await deliver(context, report, outputs);
    emit({ type: 'result', ...reportData(report) });
    if (!global.json) sayHowItEnded(context, report);
    return report.exitCode;
  } finally {
    leaving.disarm();
  }
};

/** What is recorded answers for the whole server, so it must not be of a part. */
function assertReadiness(words: readonly string[], { exclude, severity }: CheckOptions): void {
  const whole =
    words.every((word) => word === 'readiness') && exclude === undefined && severity === undefined;
  if (whole) return;
  throw new VdbError('--record takes the whole of readiness', {
    code: 'usage.record',
    exitCode: EXIT.usage,
    meaning: 'What is recorded on the host answers for the server; a part of the checks does not.',
    next: 'vdb check readiness --record',
  });
}

function sayHowItEnded({ terminal, options }: Context, { status }: CheckReport): void {
  if (status === 'timed-out') terminal.err(`Timed out after ${options.wait}.`);
  if (status === 'interrupted') terminal.alert('Interrupted: this is what was seen last.');
}

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
function lookWith(context: Context, choose: Choose, leaving: Leaving): () => Promise<CheckReport> {
  let fix = context.options.fix === true;
  const fixed = async (connection: Connection, report: CheckReport): Promise<CheckReport> => {
    if (!fix) return report;
    fix = false;
    const isRepaired = await leaving.without(() => repair(context, connection, report));
    return isRepaired ? runRound(connection, choose) : report;
  };
  return () =>
    withConnection(
      context,
      async (connection) => {
        const report = await fixed(connection, await runRound(connection, choose));
        if (context.options.record === true) await record(context, connection, report);
        return report;
      },
      acceptChecks,
    );
}
