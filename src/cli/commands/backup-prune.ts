import { type PruneReport, planPrune, pruneSets } from '../../backup/sets/prune.js';
import { goes, rulesText } from '../../backup/sets/retention.js';
import type { OperationOutcome } from '../../engine/operation.js';
import { EXIT, type ExitCode, VdbError } from '../../errors.js';
import { prunePlanData, prunePlanText, pruneReportData, pruneReportText } from '../../ui/backup/prune.js';
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
async function showPlan({ terminal, global, emit }: Context, { host, config }: Session): Promise<ExitCode> {
  const plan = await planPrune({ host, config });
  const exitCode = plan.refused === null ? EXIT.ok : EXIT.failed;
  const changes = plan.sets.filter(goes).length + plan.parts.length + plan.halfRemoved.length;
  emit({ type: 'result', plan: prunePlanData(plan), changes, exit_code: exitCode });
  const view = { color: terminal.color.out, width: lineWidth(terminal) };
  if (!global.json) terminal.out(prunePlanText(plan, rulesText(config.backup), view));
  return exitCode;
}

async function run(context: Context, session: Session): Promise<ExitCode> {
  const { terminal, global, emit } = context;
  const { host, config } = session;
  const onRemoved = (what: string): void => {
    emit({ type: 'backup.removed', what });
    if (!global.json) terminal.err(`removed ${what}`);
  };
  const report = await underLock(
    context,
    session,
    async (stop) => pruneSets({ host, config, stop, onRemoved }),
    outcomeOf,
  );
  if (report.refused !== null) throw refused(host.target, report.refused);
  const exitCode = exitCodeOf(report);
  emit({ type: 'result', status: outcomeOf(report).status, ...pruneReportData(report), exit_code: exitCode });
  if (global.json) return exitCode;
  const say = exitCode === EXIT.ok ? terminal.err : terminal.alert;
  say(pruneReportText(report, terminal.color.err));
  return exitCode;
}

function exitCodeOf({ failed, interrupted }: PruneReport): ExitCode {
  if (failed.length > 0) return EXIT.failed;
  return interrupted ? EXIT.interrupted : EXIT.ok;
}

function outcomeOf({ removed, failed, interrupted, refused: why }: PruneReport): OperationOutcome {
  const names = why === null ? failed.map(({ what }) => what) : ['prune'];
  const status = names.length > 0 ? 'failed' : interrupted ? 'interrupted' : 'done';
  return { status, changed: removed.length, failed: names };
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
