import { isDeepStrictEqual } from 'node:util';
import { assertEnabled } from '../../database/errors.js';
import { assertLayer, knownPlace, lookAtDatabase } from '../../database/look.js';
import { lossesOf, type RollbackPlan, type Target, takenBack } from '../../database/rollback.js';
import { runCitadel } from '../../database/run.js';
import { EXIT, type ExitCode, VdbError } from '../../errors.js';
import { assertAnswerable, type Confirmation, confirmTyped } from '../../ui/confirm.js';
import { rollbackData, rollbackDone, rollbackText } from '../../ui/database/rollback.js';
import type { CommandContext, Handler } from '../context.js';
import { whileBusy } from '../database/busy.js';
import { underLock } from '../locked.js';
import { promptLine } from '../prompt.js';
import { type Session, withSession } from '../session.js';

interface RollbackFlags {
  steps?: string;
  to?: string;
  plan?: boolean;
}

type Context = CommandContext<RollbackFlags>;

const ROLLBACK_SECONDS = 3600;

/** `vdb db rollback`: takes migrations back, after saying what is lost with them. */
export const rollback: Handler<RollbackFlags> = async (context) => {
  const target = targetOf(context.options);
  if (!context.options.plan) assertAnswerable(question(context));
  return withSession(
    context,
    async (session) => {
      const plan = await planFor(session, target);
      return context.options.plan ? showPlan(context, plan) : run(context, session, target, plan);
    },
    ({ config }) => assertEnabled(config.postgres),
  );
};

function targetOf({ steps, to }: RollbackFlags): Target {
  if (steps !== undefined && to !== undefined)
    throw usage('--steps and --to both say how far: give one of them');
  if (to !== undefined) return { to };
  const number = steps === undefined ? 1 : Number(steps);
  if (!Number.isInteger(number) || number < 1) throw usage(`--steps takes a number from 1, not "${steps}"`);
  return { steps: number };
}

function usage(message: string): VdbError {
  return new VdbError(message, { code: 'usage', exitCode: EXIT.usage, next: 'vdb db rollback --help' });
}

/** What going back does, as the host is now. Throws where it cannot be done. */
async function planFor({ host, config }: Session, target: Target): Promise<RollbackPlan> {
  const look = await lookAtDatabase(host, config);
  const place = knownPlace(look, host.target);
  const { to, revisions } = takenBack(place, target);
  assertLayer(look, host.target);
  const rows = await lossesOf(host, look.database, revisions);
  const lost = (names: readonly string[]) => names.map((name) => ({ name, rows: rows.get(name) ?? 0 }));
  return {
    from: place.current as string,
    to,
    revisions: revisions.map((revision) => ({ ...revision, lost: lost(revision.makes) })),
  };
}

function showPlan({ terminal, global, emit }: Context, plan: RollbackPlan): ExitCode {
  emit({ type: 'result', status: 'planned', ...rollbackData(plan), exit_code: EXIT.ok });
  if (!global.json) terminal.out(rollbackText(plan));
  return EXIT.ok;
}

async function run(
  context: Context,
  session: Session,
  target: Target,
  plan: RollbackPlan,
): Promise<ExitCode> {
  const { host, config } = session;
  const warning = rollbackText(plan);
  if (context.global.yes) context.terminal.err(warning);
  await confirmTyped({ ...question(context), expected: plan.to, warning });
  await underLock(
    context,
    session,
    async () => {
      assertSame(plan, await planFor(session, target), host.target);
      await whileBusy(context, `rolling back to ${plan.to}`, () => takeBack(session, plan.to));
      assertThere(await lookAtDatabase(host, config), plan.to, host.target);
    },
    () => ({ status: 'done', changed: plan.revisions.length, failed: [] }),
  );
  context.emit({
    type: 'result',
    status: 'done',
    ...rollbackData(plan),
    changed: plan.revisions.length,
    exit_code: EXIT.ok,
  });
  if (!context.global.json) context.terminal.err(rollbackDone(plan));
  return EXIT.ok;
}

function takeBack({ host, config }: Session, to: string): Promise<unknown> {
  const request = {
    failure: 'The migrations were not taken back',
    args: ['rollback', '--to', to],
    timeoutSeconds: ROLLBACK_SECONDS,
  };
  return runCitadel(host, config, request, { title: `roll ${config.postgres.database} back to ${to}` });
}

function question({ global, terminal }: Context): Omit<Confirmation, 'warning' | 'expected'> {
  const { interactive, alert: say } = terminal;
  return { what: 'Taking migrations back', yes: global.yes, interactive, say, ask: promptLine };
}

/** The migrations that were confirmed are those that are taken back; rows come and go all the time. Throws `plan.stale`. */
function assertSame(confirmed: RollbackPlan, fresh: RollbackPlan, host: string): void {
  const idsOf = ({ revisions }: RollbackPlan): string[] => revisions.map(({ id }) => id);
  if (isDeepStrictEqual(idsOf(confirmed), idsOf(fresh))) return;
  throw new VdbError(`${host} has changed since you were asked, so nothing was taken back`, {
    code: 'plan.stale',
    exitCode: EXIT.notReady,
    host,
    next: 'Run the same command again.',
  });
}

/** A second look: commands that succeeded are not taken for the state that they should have made. */
function assertThere({ place }: Awaited<ReturnType<typeof lookAtDatabase>>, to: string, host: string): void {
  const at = place.status === 'known' ? (place.current ?? 'base') : place.revisions.join(', ');
  if (at === to) return;
  throw new VdbError(`The schema is at ${at} after it was rolled back to ${to}`, {
    code: 'db.not-rolled-back',
    exitCode: EXIT.failed,
    host,
    next: 'vdb db status',
  });
}
