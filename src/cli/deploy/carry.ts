import { type Driven, drive } from '../../deploy/machine.js';
import { type DeployRecord, isOpen } from '../../deploy/record.js';
import { openDeploy, writeRecord } from '../../deploy/store.js';
import type { OperationOutcome } from '../../engine/operation.js';
import { EXIT, type ExitCode, VdbError } from '../../errors.js';
import { lockStatus } from '../../host/lock.js';
import { deployedText } from '../../ui/deploy/status.js';
import { errorData, reportError } from '../../ui/error.js';
import type { CommandContext } from '../context.js';
import { underLock } from '../locked.js';
import type { Session } from '../session.js';
import type { DeployOptions } from './options.js';
import { deployProgress } from './progress.js';
import { writeDeployReport } from './report.js';
import { rolloutOf } from './rollout.js';

type Context = CommandContext<DeployOptions>;

/** There is one at most. Throws `deploy.open` where there is one: exit code 5 while another run is at it. */
export async function refuseSecond({ host, config }: Session, hasLock = false): Promise<void> {
  const open = await openDeploy(host, config.paths.state);
  if (open === undefined) return;
  const isAtWork = !hasLock && (await lockStatus(host)) !== null;
  throw new VdbError(`Deploy ${open.id} is not at its end`, {
    ...{ code: 'deploy.open', exitCode: isAtWork ? EXIT.locked : EXIT.notReady, host: host.target },
    meaning: 'Another one beside it would take its slot.',
    next: 'vdb deploy status, then vdb deploy continue or vdb deploy abort',
  });
}

/** The deploy that is not at its end. Throws `deploy.none`. */
export async function theOpen({ host, config }: Session): Promise<DeployRecord> {
  const open = await openDeploy(host, config.paths.state);
  if (open !== undefined) return open;
  throw new VdbError('No deploy is under way', {
    ...{ code: 'deploy.none', exitCode: EXIT.usage, host: host.target },
    next: 'vdb deploy status tells of the last one.',
  });
}

/** Under the lock, in the journal, from the record that `chosen` gives. */
export async function carriedOut(
  context: Context,
  session: Session,
  chosen: () => Promise<DeployRecord>,
): Promise<Driven> {
  const { host, config } = session;
  const progress = await deployProgress(context);
  try {
    return await underLock(
      context,
      session,
      async (stop) => {
        const record = await chosen();
        return drive(record, await rolloutOf(context, session, record, progress), {
          save: (value) => writeRecord(host, config.paths.state, value),
          onEvent: progress.onEvent,
          stop,
        });
      },
      outcomeOf,
    );
  } finally {
    progress.end();
  }
}

function outcomeOf({ record, interrupted, error }: Driven): OperationOutcome {
  const failed = error === undefined ? [] : [error.details.code];
  const ended = record.state === 'done' || record.state === 'paused' ? 'done' : 'failed';
  return { status: interrupted ? 'interrupted' : error === undefined ? ended : 'failed', changed: 1, failed };
}

/** The exit code of what came of a deploy. */
export function exitCodeOf({ error, interrupted }: Driven): ExitCode {
  return interrupted ? EXIT.interrupted : error === undefined ? EXIT.ok : EXIT.failed;
}

/** Says how the last deploy of a command ended; those `before` ended well. Leaves their records where that is wanted. */
export async function tell(
  context: Context,
  session: Session,
  driven: Driven,
  before: readonly DeployRecord[] = [],
): Promise<ExitCode> {
  const { emit, global, terminal, options } = context;
  const { host, hostConfig } = session;
  const { record, error } = driven;
  const ended = [...before, record].filter((each) => !isOpen(each));
  if (options.report !== undefined)
    for (const each of ended)
      for (const file of await writeDeployReport(options.report, each, hostConfig.name))
        terminal.err(`Record: ${file}`);
  const exitCode = exitCodeOf(driven);
  if (error !== undefined && !global.json) reportError(error, context);
  emit({
    ...{ type: 'result', status: record.state, deploy: record, before },
    ...{ changed: before.length + (record.state === 'done' ? 1 : 0) },
    ...{ ssh_commands: host.commandCount, exit_code: exitCode },
    ...(error === undefined ? {} : { error: errorData(error) }),
  });
  if (global.json) return exitCode;
  const say = exitCode === EXIT.ok ? terminal.err : terminal.alert;
  for (const each of [...before, record]) say(deployedText(each, hostConfig.name, terminal.color.err));
  return exitCode;
}
