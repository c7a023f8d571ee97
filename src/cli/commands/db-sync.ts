import { assertEnabled } from '../../database/errors.js';
import { compareSides, repairSides, type SyncReport } from '../../database/sync.js';
import type { OperationOutcome } from '../../engine/operation.js';
import { EXIT, type ExitCode, VdbError } from '../../errors.js';
import { repairedBy, syncData, syncText } from '../../ui/database/sync.js';
import type { CommandContext, Handler } from '../context.js';
import { whileBusy } from '../database/busy.js';
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
  const comparing = () => compareSides(session.host, session.config);
  return tell(context, await whileBusy(context, 'comparing Qdrant and PostgreSQL', comparing));
}

async function repairUnderLock(context: Context, session: Session): Promise<ExitCode> {
  const report = await underLock(
    context,
    session,
    async () => {
      await assertCurrent(session);
      const repairing = () => repairSides(session.host, session.config);
      return whileBusy(context, 'repairing what differs', repairing);
    },
    outcomeOf,
  );
  return tell(context, report);
}

function outcomeOf({ inStep, collections, applied }: SyncReport): OperationOutcome {
  const open = collections.filter(({ kept }) => kept !== null).map(({ name }) => name);
  return { status: inStep ? 'done' : 'failed', changed: repairedBy(collections) + applied, failed: open };
}

function tell({ emit, global, terminal }: Context, report: SyncReport): ExitCode {
  const { inStep, mode } = report;
  const exitCode = inStep ? EXIT.ok : EXIT.notReady;
  const status = inStep ? (mode === 'repair' ? 'done' : 'agreed') : 'drift';
  const changed = mode === 'repair' ? { changed: outcomeOf(report).changed } : {};
  emit({ type: 'result', status, ...syncData(report), ...changed, exit_code: exitCode });
  if (!global.json) terminal.out(syncText(report, { color: terminal.color.out, width: lineWidth(terminal) }));
  return exitCode;
}

function usage(): VdbError {
  return new VdbError('--plan only looks and --repair changes: give one of them', {
    code: 'usage',
    exitCode: EXIT.usage,
    next: 'vdb db sync --help',
  });
}
