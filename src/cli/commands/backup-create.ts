import { createSet } from '../../backup/create/create.js';
import type { CreateOutcome } from '../../backup/create/events.js';
import { tellingOf } from '../../backup/metrics.js';
import { EXIT, VdbError } from '../../errors.js';
import { activeSlot } from '../../services/host-state.js';
import { version } from '../../version.js';
import { AFTERWARDS, doAfterwards } from '../backup/afterwards.js';
import { type CreateView, createView, skipped } from '../backup/create-view.js';
import type { CommandContext, Handler } from '../context.js';
import { underLock } from '../locked.js';
import { type Session, withSession } from '../session.js';

export interface BackupCreateOptions {
  consistent?: boolean;
  skipIfLocked?: boolean;
}

type Context = CommandContext<BackupCreateOptions>;

/** `vdb backup`: takes a set of everything that the host holds. */
export const create: Handler<BackupCreateOptions> = async (context) => {
  const view = await createView(context);
  try {
    return await withSession(context, (session) => underLockOf(context, session, view));
  } catch (error) {
    const gaveWay = context.options.skipIfLocked === true && error instanceof VdbError;
    if (gaveWay && error.exitCode === EXIT.locked) return skipped(context, error);
    return view.fail(error);
  }
};

async function underLockOf(context: Context, session: Session, view: CreateView) {
  const outcome = await underLock(
    context,
    session,
    (stop) => attempt(context, session, view, stop),
    ({ status }) => ({
      status: view.hasFailed() ? 'failed' : status,
      changed: status === 'done' ? 1 : 0,
      failed: view.hasFailed() ? ['copies'] : [],
    }),
  );
  return view.end(outcome, session);
}

/** Takes the set, does what comes afterwards, and tells node exporter how it ended. */
function attempt(
  context: Context,
  session: Session,
  view: CreateView,
  stop: AbortSignal,
): Promise<CreateOutcome> {
  return tellingOf(session.host, view.warn, async () => {
    const outcome = await take(context, session, view, stop);
    if (outcome.status === 'done')
      await doAfterwards(AFTERWARDS, { context, session, outcome, stop, warn: view.warn, fail: view.failed });
    return outcome;
  });
}

async function take(
  context: Context,
  session: Session,
  view: CreateView,
  stop: AbortSignal,
): Promise<CreateOutcome> {
  const { host, config, hostConfig, facts, state } = session;
  return createSet({
    host,
    config,
    slot: activeSlot(config, state),
    about: { name: hostConfig.name, hostname: facts.hostname, os: facts.os.name },
    vdb: version(),
    secrets: context.redactor.forms(),
    consistent: context.options.consistent === true || config.backup.consistent,
    stop,
    onEvent: view.onEvent,
  });
}
