import { assertEnabled } from '../../database/errors.js';
import { compareSides, repairSides, type SyncReport } from '../../database/sync.js';
import type { OperationOutcome } from '../../engine/operation.js';
import { EXIT, type ExitCode, VdbError } from '../../errors.js';
import { syncData, syncText } from '../../ui/database/sync.js';
import type { CommandContext, Handler } from '../context.js';
import { assertCurrent } from '../database/ready.js';
import { underLock } from '../locked.js';
import { type Session, withSession } from '../session.js';
import { lineWidth } from '../terminal.js';

interface SyncFlags {
  plan?: boolean;
  repair?: boolean;
}

type Context = CommandContext<SyncFlags>;

/** `vdb db sync`: does PostgreSQL know of what Qdrant has, and the other way round? Looks, unless `--repair` is given. */
export const sync: Handler<SyncFlags> = async (context) => {
  const { plan, repair } = context.options;
  if (plan && repair) throw usage();
  return withSession(
    context,
    (session) => (repair ? repairUnderLock(context, session) : compare(context, session)),
    ({ config }) => assertEnabled(config.postgres),
  );
};

/** Only looks. Ends with 3 when something differs. */
async function compare(context: Context, session: Session): Promise<ExitCode> {
  await assertCurrent(session);
  const report = await compareSides(session.host, session.config);
  return tell(context, report, { status: report.clean ? 'agreed' : 'drift', done: false });
}

async function repairUnderLock(context: Context, session: Session): Promise<ExitCode> {
  const report = await underLock(
    context,
    session,
    async () => {
      await assertCurrent(session);
      return repairSides(session.host, session.config);
    },
    outcomeOf,
  );
  return tell(context, report, { status: report.clean ? 'done' : 'drift', done: true });
}

function outcomeOf({ repaired, clean, collections }: SyncReport): OperationOutcome {
  const open = clean ? [] : collections.flatMap(({ name, action }) => (action === null ? [] : [name]));
  return { status: clean ? 'done' : 'failed', changed: repaired, failed: open };
}

function tell(
  { emit, global, terminal }: Context,
  report: SyncReport,
  { status, done }: { status: string; done: boolean },
): ExitCode {
  const exitCode = report.clean ? EXIT.ok : EXIT.notReady;
  emit({
    type: 'result',
    status,
    ...syncData(report),
    ...(done ? { changed: report.repaired } : {}),
    exit_code: exitCode,
  });
  if (!global.json)
    terminal.out(syncText(report, { color: terminal.color.out, width: lineWidth(terminal), done }));
  return exitCode;
}

function usage(): VdbError {
  return new VdbError('--plan only looks and --repair changes: give one of them', {
    code: 'usage',
    exitCode: EXIT.usage,
    next: 'vdb db sync --help',
  });
}
