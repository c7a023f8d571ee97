import { goes, rulesText } from '../../backup/sets/retention.js';
import type { OperationOutcome } from '../../engine/operation.js';
import { EXIT, type ExitCode, VdbError } from '../../errors.js';
import {
  copiesPlanText,
  prunePlanData,
  prunePlanText,
  pruneReportData,
  pruneReportText,
} from '../../ui/backup/prune.js';
import { type PlacePruned, planEverywhere, pruneEverywhere } from '../backup/prune-everywhere.js';
import type { CommandContext, Handler } from '../context.js';
import { underLock } from '../locked.js';
import { type Session, withSession } from '../session.js';
import { lineWidth } from '../terminal.js';

interface PruneFlags {
  plan?: boolean;
}

type Context = CommandContext<PruneFlags>;

/** `vdb backup prune`: removes what retention does not keep. */
export const prune: Handler<PruneFlags> = (context) =>
  withSession(context, (session) =>
    context.options.plan ? showPlan(context, session) : run(context, session),
  );

/** Only looks. A plan that would be refused ends with 1, as the prune itself would. */
async function showPlan(context: Context, session: Session): Promise<ExitCode> {
  const { terminal, global, emit } = context;
  const { own: plan, copies } = await planEverywhere(context, session);
  const isRefused = [plan, ...copies].some(({ refused }) => refused !== null);
  const exitCode = isRefused ? EXIT.failed : EXIT.ok;
  const leaving = copies.reduce((sum, { going }) => sum + going.length, 0);
  const changes = plan.sets.filter(goes).length + plan.parts.length + plan.halfRemoved.length + leaving;
  emit({
    type: 'result',
    plan: { ...prunePlanData(plan), repositories: copies },
    changes,
    exit_code: exitCode,
  });
  if (global.json) return exitCode;
  const view = { color: terminal.color.out, width: lineWidth(terminal) };
  terminal.out(prunePlanText(plan, rulesText(session.config.backup), view));
  if (copies.length > 0) terminal.out(copiesPlanText(copies, terminal.color.out));
  return exitCode;
}

async function run(context: Context, session: Session): Promise<ExitCode> {
  const { terminal, global, emit } = context;
  const { host } = session;
  const onRemoved = (what: string): void => {
    emit({ type: 'backup.removed', what });
    if (!global.json) terminal.err(`removed ${what}`);
  };
  const places = await underLock(
    context,
    session,
    async (stop) => pruneEverywhere(context, session, { stop, onRemoved }),
    outcomeOf,
  );
  const [own, ...copies] = places as [PlacePruned, ...PlacePruned[]];
  if (own.refused !== null) throw refused(host.target, own.refused);
  const exitCode = EXIT_OF[outcomeOf(places).status];
  emit({
    type: 'result',
    status: outcomeOf(places).status,
    ...pruneReportData(own),
    repositories: copies.map((copy) => ({ repository: copy.repository, ...pruneReportData(copy) })),
    exit_code: exitCode,
  });
  if (global.json) return exitCode;
  const say = exitCode === EXIT.ok ? terminal.err : terminal.alert;
  for (const place of places) say(pruneReportText(place, terminal.color.err, place.repository));
  return exitCode;
}

const EXIT_OF = { done: EXIT.ok, failed: EXIT.failed, interrupted: EXIT.interrupted } as const;

function outcomeOf(places: readonly PlacePruned[]): OperationOutcome {
  const failed = places.flatMap((place) =>
    place.refused === null ? place.failed.map(({ what }) => what) : [place.repository ?? 'prune'],
  );
  const interrupted = places.some((place) => place.interrupted);
  return {
    status: failed.length > 0 ? 'failed' : interrupted ? 'interrupted' : 'done',
    changed: places.reduce((sum, { removed }) => sum + removed.length, 0),
    failed,
  };
}

function refused(target: string, why: string): VdbError {
  return new VdbError(`No backup set was removed: ${why}`, {
    code: 'backup.prune-refused',
    exitCode: EXIT.failed,
    host: target,
    meaning:
      'By a clock that is wrong a set is from the future or older than it is. Every set is still there.',
    next: 'vdb check time',
  });
}
