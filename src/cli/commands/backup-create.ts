import { createSet } from '../../backup/create/create.js';
import type { BackupEvent, CreateOutcome } from '../../backup/create/events.js';
import { tellMetrics } from '../../backup/metrics.js';
import { firstLook } from '../../checks/look.js';
import { activeSlot } from '../../checks/place.js';
import { EXIT, type ExitCode, messageOf, VdbError } from '../../errors.js';
import { version } from '../../version.js';
import type { CommandContext, Handler } from '../context.js';
import { underLock } from '../locked.js';
import { type Configured, type Session, withSession } from '../session.js';

export interface BackupCreateOptions {
  consistent?: boolean;
  skipIfLocked?: boolean;
}

type Context = CommandContext<BackupCreateOptions>;

/** `vdb backup`: takes a set of everything that the host holds. */
export const create: Handler<BackupCreateOptions> = async (context) => {
  const refuse = ({ config }: Configured): void => {
    if (context.options.consistent === true || config.backup.consistent) throw noEdge();
  };
  return withSession(context, (session) => taken(context, session), refuse);
};

async function taken(context: Context, session: Session): Promise<ExitCode> {
  const outcome = await underLock(
    context,
    session,
    (stop) => attempt(context, session, stop),
    (result) => ({
      status: result.status,
      changed: result.status === 'done' ? 1 : 0,
      failed: [],
    }),
  );
  if (outcome.status === 'interrupted') return EXIT.interrupted;
  context.emit({ type: 'result', status: 'done', id: outcome.manifest.id, exit_code: EXIT.ok });
  return EXIT.ok;
}

async function attempt(context: Context, session: Session, stop: AbortSignal): Promise<CreateOutcome> {
  const { host, config, hostConfig } = session;
  const at = new Date();
  try {
    const { facts, state } = await firstLook(host, config);
    if (facts.status !== 'known' || facts.value === null)
      throw new Error('the facts of the host are not known');
    const outcome = await createSet({
      host,
      config,
      slot: activeSlot(config, state),
      about: { name: hostConfig.name, hostname: facts.value.hostname, os: facts.value.os.name },
      vdb: version(),
      secrets: context.redactor.forms(),
      stop,
      onEvent: (event) => show(context, event),
    });
    await told(context, session, { at, ...(outcome.status === 'done' ? { set: outcome } : {}) });
    return outcome;
  } catch (error) {
    await told(context, session, { at });
    throw error;
  }
}

function show(context: Context, event: BackupEvent): void {
  context.emit(event as never);
}

async function told(
  context: Context,
  { host }: Session,
  attempt: Parameters<typeof tellMetrics>[1],
): Promise<void> {
  await tellMetrics(host, attempt).catch((error) => context.terminal.alert(messageOf(error)));
}

function noEdge(): VdbError {
  return new VdbError('Writes cannot be held back while a set is taken: this server has no edge yet', {
    code: 'backup.no-edge',
    exitCode: EXIT.usage,
    meaning: 'Without it each part of the set has an instant of its own, which its manifest states.',
    next: 'Leave out --consistent, and set backup.consistent to false.',
  });
}
