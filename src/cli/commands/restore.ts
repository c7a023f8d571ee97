import { PARTS, type PartName, type RestorePlan, type Selection } from '../../backup/restore/plan.js';
import { assertWhole, type Prepared, prepareRestore } from '../../backup/restore/prepare.js';
import type { RestorePlace } from '../../backup/restore/present.js';
import { assertSelection } from '../../backup/restore/refusals.js';
import { runRestore } from '../../backup/restore/run.js';
import type { RestoreReport } from '../../backup/restore/steps.js';
import { EXIT, type ExitCode, VdbError } from '../../errors.js';
import { ageOf, type PlanView, restorePlanData, restorePlanText } from '../../ui/backup/restore-plan.js';
import { type FinishedRestore, restoreData, restoreText } from '../../ui/backup/restore-result.js';
import { confirmTyped } from '../../ui/confirm.js';
import type { CommandContext, Handler, Terminal } from '../context.js';
import { underLock } from '../locked.js';
import { promptLine } from '../prompt.js';
import { restorePlace } from '../restore/place.js';
import { restoreProgress } from '../restore/progress.js';
import { operator, type Session, withSession } from '../session.js';

export interface RestoreCommandOptions {
  collection?: string[];
  as?: string;
  only?: string[];
  plan?: boolean;
}

type Context = CommandContext<RestoreCommandOptions>;

/** `vdb restore SET`: plan, question, and then everything beside what is there, compared, switched. */
export const restore: Handler<RestoreCommandOptions> = async (context) => {
  const { options, global, terminal } = context;
  const selection = selectionOf(options);
  assertSelection(selection);
  return withSession(context, async (session) => {
    const place = restorePlace(session);
    const prepared = await prepare(context, session, place, selection);
    const text = restorePlanText(prepared, viewOf(terminal, options.plan === true));
    if (options.plan) return showPlan(context, prepared, text);
    context.emit({ type: 'plan', ...restorePlanData(prepared, new Date()) });
    if (global.yes) terminal.err(text);
    const { interactive, alert: say } = terminal;
    const { set } = prepared.plan;
    await confirmTyped({
      what: 'A restore',
      warning: text,
      expected: set,
      yes: global.yes,
      interactive,
      say,
      ask: promptLine,
    });
    return carryOut(context, session, { place, selection, confirmed: prepared.plan });
  });
};

/** A plan that was asked for is data, and goes to stdout. */
function viewOf(terminal: Terminal, isData: boolean): PlanView {
  const [color, isTty] = isData
    ? [terminal.color.out, terminal.outIsTty]
    : [terminal.color.err, terminal.errIsTty];
  return { now: new Date(), color, width: isTty ? terminal.columns : Number.POSITIVE_INFINITY };
}

function selectionOf({ collection, as, only }: RestoreCommandOptions): Selection {
  const words = only?.flatMap((each) => each.split(',')).map((word) => word.trim());
  const odd = words?.find((word) => !PARTS.includes(word as PartName));
  if (odd !== undefined) {
    throw new VdbError(`--only does not know "${odd}"`, {
      code: 'restore.only',
      exitCode: EXIT.usage,
      meaning: `It takes ${PARTS.join(', ')}, several separated by commas.`,
    });
  }
  return {
    ...(words === undefined ? {} : { only: words as PartName[] }),
    ...(collection === undefined ? {} : { collections: collection }),
    ...(as === undefined ? {} : { as }),
  };
}

function prepare(
  { args }: Context,
  { host, config }: Session,
  qdrant: RestorePlace,
  selection: Selection,
): Promise<Prepared> {
  return prepareRestore({ host, config, qdrant, selection, word: args[0] as string });
}

function showPlan({ emit, global, terminal }: Context, prepared: Prepared, text: string): ExitCode {
  emit({
    type: 'result',
    status: 'planned',
    ...restorePlanData(prepared, new Date()),
    changed: 0,
    exit_code: EXIT.ok,
  });
  if (!global.json) terminal.out(text);
  return EXIT.ok;
}

interface Confirmed {
  place: RestorePlace;
  selection: Selection;
  confirmed: RestorePlan;
}

async function carryOut(context: Context, session: Session, confirmed: Confirmed): Promise<ExitCode> {
  const since = performance.now();
  const report = await underLock(
    context,
    session,
    (stop) => work(context, session, confirmed, stop),
    (done) => ({ status: done.interrupted ? 'interrupted' : 'done', changed: changesIn(done), failed: [] }),
  );
  const finished: FinishedRestore = {
    ...{ report, set: confirmed.confirmed.set, host: session.hostConfig.name },
    rtoMs: performance.now() - since,
    rpoMs: ageOf(confirmed.confirmed, new Date()),
  };
  return tell(context, session, finished);
}

async function work(
  context: Context,
  session: Session,
  { place, selection, confirmed }: Confirmed,
  stop: AbortSignal,
): Promise<RestoreReport> {
  const { host, config } = session;
  const prepared = await prepare(context, session, place, selection);
  assertSamePlan(confirmed, prepared.plan, host.target);
  const progress = restoreProgress(context);
  await progress
    .hashing((onProgress) => assertWhole({ host, config }, prepared, { onProgress, signal: stop }))
    .catch((error: unknown) => {
      if (!stop.aborted) throw error;
    });
  return runRestore({
    ...{ host, config, qdrant: place, plan: prepared.plan, definitions: prepared.definitions },
    ...{ by: operator(), stop, onEvent: progress.onEvent },
  });
}

/** What was confirmed is what is done; how many points there are may move on. Throws `plan.stale`. */
function assertSamePlan(confirmed: RestorePlan, fresh: RestorePlan, host: string): void {
  const essence = ({ collections, aliases, databases, leftovers, restore: id }: RestorePlan): string =>
    JSON.stringify([
      id,
      collections.map(({ name, action, target, kept }) => [name, action, target, kept]),
      aliases,
      databases,
      leftovers,
    ]);
  if (essence(confirmed) === essence(fresh)) return;
  throw new VdbError(`${host} has changed since you were asked, so nothing was restored`, {
    code: 'plan.stale',
    exitCode: EXIT.notReady,
    host,
    next: 'Run the same command again.',
  });
}

function changesIn({ collections, databases, aliases, redis, configuration }: RestoreReport): number {
  return (
    collections.length +
    databases.length +
    aliases.length +
    (redis === null ? 0 : 1) +
    (configuration?.files.length ?? 0)
  );
}

function tell({ emit, global, terminal }: Context, { host }: Session, finished: FinishedRestore): ExitCode {
  const { report } = finished;
  const exitCode = report.interrupted ? EXIT.interrupted : EXIT.ok;
  emit({
    ...{ type: 'result', status: report.interrupted ? 'interrupted' : 'done', ...restoreData(finished) },
    ...{ changed: changesIn(report), ssh_commands: host.commandCount, exit_code: exitCode },
  });
  if (!global.json) terminal.err(restoreText(finished, terminal.color.err));
  return exitCode;
}
