import { commandWord } from '../../checks/command-word.js';
import type { Config } from '../../config/schema.js';
import { dueSteps, installedOn, otherSlot, releaseIn } from '../../deploy/gateway/plan.js';
import { abort, type Driven, drive } from '../../deploy/machine.js';
import { type DeployRecord, isOpen, newRecord, PHASES, type PhaseName } from '../../deploy/record.js';
import { openDeploy, readDeploys, writeRecord } from '../../deploy/store.js';
import type { OperationOutcome } from '../../engine/operation.js';
import { EXIT, type ExitCode, VdbError } from '../../errors.js';
import { lockStatus } from '../../host/lock.js';
import { gatewayArtefact } from '../../services/gateway/artefact.js';
import { deployedText, deployPlanText, deployText } from '../../ui/deploy/status.js';
import { errorData, reportError } from '../../ui/error.js';
import { version } from '../../version.js';
import type { CommandContext, Handler } from '../context.js';
import { rolloutOf } from '../deploy/gateway.js';
import { deployProgress } from '../deploy/progress.js';
import { writeDeployReport } from '../deploy/report.js';
import { commandLine, underLock } from '../locked.js';
import { operator, type Session, taskContext, withSession } from '../session.js';

export interface DeployOptions {
  service?: string;
  blueGreen?: boolean;
  plan?: boolean;
  pauseAfter?: string;
  report?: string;
}

type Context = CommandContext<DeployOptions>;

/** `vdb deploy`: the configured release of the gateway beside the one that serves, then in its place. */
export const deploy: Handler<DeployOptions> = (context) => {
  assertService(context.options.service);
  const pauseAfter = phaseOf(context.options.pauseAfter);
  return withSession(context, async (session) => {
    assertStrategy(context.options, session.config);
    const record = await planned(context, session, pauseAfter);
    if (record === null) return nothingToDo(context, session);
    if (context.options.plan) return showPlan(context, session, record);
    return carriedOut(context, session, async () => {
      await refuseSecond(session, true);
      return record;
    });
  });
};

/** `vdb deploy continue`: goes on where a deploy paused or was cut short. */
export const proceed: Handler<DeployOptions> = (context) =>
  withSession(context, (session) =>
    carriedOut(context, session, async () => {
      const { pause_after: _over, ...record } = await theOpen(session);
      if (isAsBegun(record, session)) return record;
      throw new VdbError(`Deploy ${record.id} was begun with another configuration, or another release`, {
        ...{ code: 'deploy.configuration', exitCode: EXIT.usage, host: session.host.target },
        meaning: 'Half of it would be of the one, half of the other.',
        next: 'Go on with both as they were then, or take it back: vdb deploy abort',
      });
    }),
  );

/** The same configuration, and the same release where it is one of this machine's. */
function isAsBegun({ kind, configuration, to }: DeployRecord, { config, digest }: Session): boolean {
  if (configuration !== digest) return false;
  return kind === 'rollback' || gatewayArtefact(config).name === to.release;
}

/** `vdb deploy abort`: users are where they came from, and the new slot is gone. */
export const abandon: Handler<DeployOptions> = (context) =>
  withSession(context, async (session) => {
    const progress = await deployProgress(context);
    const record = await underLock(
      context,
      session,
      async () => {
        const open = await theOpen(session);
        return abort(open, await rolloutOf(context, session, open, progress), {
          save: (value) => writeRecord(session.host, session.config.paths.state, value),
          onEvent: progress.onEvent,
        });
      },
      ({ state }) => ({ status: state === 'aborted' ? 'done' : 'failed', changed: 1, failed: [] }),
    );
    progress.end();
    return tell(context, session, { record, interrupted: false });
  });

/** `vdb deploy status`: where the last deploy stands. Only looks. */
export const status: Handler<DeployOptions> = (context) =>
  withSession(context, async ({ host, config, hostConfig }) => {
    const [record] = await readDeploys(host, config.paths.state);
    const holder = await lockStatus(host);
    const { emit, terminal, global } = context;
    const data = record === undefined ? { status: 'none' } : { status: record.state, deploy: record };
    const isLocked = ['deploy', 'rollback'].includes(commandWord(holder?.what ?? '') ?? '');
    emit({ type: 'result', host: hostConfig.name, ...data, at_work: isLocked, exit_code: EXIT.ok });
    if (global.json) return EXIT.ok;
    const none = 'Nothing was deployed yet: what runs came by vdb provision.';
    terminal.out(record === undefined ? none : deployText(record, { isLocked }, terminal.color.out));
    return EXIT.ok;
  });

function assertService(name = 'gateway'): void {
  if (name === 'gateway') return;
  throw new VdbError(`--service ${name} cannot be deployed beside what runs`, {
    ...{ code: 'deploy.service', exitCode: EXIT.usage },
    meaning: 'Blue/green is for the gateway. A new Qdrant comes into its slot, with a restart.',
    next: 'vdb provision --plan, then vdb provision',
  });
}

/** The strategy of the configuration is another one only where nobody says `--blue-green`. */
function assertStrategy({ blueGreen }: DeployOptions, { deployment }: Pick<Config, 'deployment'>): void {
  if (blueGreen || deployment.strategy === 'blue_green') return;
  throw new VdbError('deployment.strategy is in_place', {
    ...{ code: 'deploy.strategy', exitCode: EXIT.usage },
    meaning: 'vdb deploy brings a release beside the one that serves.',
    next: 'vdb deploy --blue-green, or with a restart: vdb provision --only 1.2',
  });
}

function phaseOf(name: string | undefined): PhaseName | undefined {
  if (name === undefined) return undefined;
  const found = PHASES.find((phase) => phase === name);
  if (found !== undefined) return found;
  throw new VdbError(`--pause-after does not know "${name}"`, {
    ...{ code: 'usage', exitCode: EXIT.usage },
    next: `It takes ${PHASES.join(', ')}.`,
  });
}

/** The record of a deploy that may begin; null where the host has all of it. */
async function planned(
  context: Context,
  session: Session,
  pauseAfter: PhaseName | undefined,
): Promise<DeployRecord | null> {
  const { config, host, digest } = session;
  await refuseSecond(session);
  if (!config.gateway.enabled) throw notThere('The configuration has no gateway (gateway.enabled)');
  const known = taskContext(session);
  const slot = config.gateway.active_slot;
  const from = releaseIn(await installedOn(host, config.paths.root), slot);
  if (from === null) throw notThere(`Slot ${slot} has no gateway yet, so there is nothing to replace`);
  await assertGiven(session);
  const { gateway } = await import('../../../tasks/1.2-gateway.js');
  if ((await dueSteps(host, [gateway], known)).length === 0) return null;
  const { name, sha256 } = gatewayArtefact(config);
  return newRecord(
    {
      ...{ kind: 'deploy', service: 'gateway', from, standby: known.standby, configuration: digest },
      to: { slot: otherSlot(slot), release: name, sha256 },
      ...{ by: operator(), command: commandLine(context, session), vdb: version() },
      ...(pauseAfter === undefined ? {} : { pause_after: pauseAfter }),
    },
    PHASES,
    new Date(),
  );
}

/** What a deploy takes for given: each task, and what it means where the host is not as it says. */
const GIVEN = {
  '1.1': {
    meaning: 'The gateway is deployed beside a Qdrant that stays as it is.',
    next: 'vdb provision --only 1.1 --plan',
  },
  '4.5': {
    meaning: 'Both releases are behind the same edge, which has to be right for both of them.',
    next: 'vdb provision --only 4.5 --plan. A gateway with another health contract (gateway.health) comes in by vdb provision.',
  },
} as const;

/** Throws `deploy.drift` where Qdrant or the edge is not as the configuration has it. */
export async function assertGiven(session: Session): Promise<void> {
  const { givenParts } = await import('../../../tasks/deploy-parts.js');
  const [due] = await dueSteps(session.host, givenParts, taskContext(session));
  if (due === undefined) return;
  throw new VdbError(`The host is not as the configuration has it: ${due.resource.title}`, {
    ...{ code: 'deploy.drift', exitCode: EXIT.notReady, host: session.host.target },
    ...GIVEN[due.task.id as keyof typeof GIVEN],
  });
}

function notThere(message: string): VdbError {
  return new VdbError(message, {
    ...{ code: 'deploy.nothing-there', exitCode: EXIT.usage },
    meaning: 'A deploy brings a new release beside the one that serves.',
    next: 'vdb provision installs the first one.',
  });
}

function nothingToDo({ emit, global, terminal }: Context, { hostConfig }: Session): ExitCode {
  emit({ type: 'result', status: 'unchanged', changed: 0, exit_code: EXIT.ok });
  if (!global.json)
    terminal.err(`${hostConfig.name}: the gateway runs the configured release with these settings.`);
  return EXIT.ok;
}

function showPlan({ emit, global, terminal }: Context, session: Session, record: DeployRecord): ExitCode {
  emit({ type: 'result', status: 'planned', deploy: record, changed: 0, exit_code: EXIT.ok });
  if (!global.json) terminal.out(deployPlanText(record, session.config, terminal.color.out));
  return EXIT.ok;
}

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

async function theOpen({ host, config }: Session): Promise<DeployRecord> {
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
): Promise<ExitCode> {
  const { host, config } = session;
  const progress = await deployProgress(context);
  try {
    const driven = await underLock(
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
    progress.end();
    return await tell(context, session, driven);
  } finally {
    progress.end();
  }
}

function outcomeOf({ record, interrupted, error }: Driven): OperationOutcome {
  const failed = error === undefined ? [] : [error.details.code];
  const ended = record.state === 'done' || record.state === 'paused' ? 'done' : 'failed';
  return { status: interrupted ? 'interrupted' : error === undefined ? ended : 'failed', changed: 1, failed };
}

async function tell(
  context: Context,
  session: Session,
  { record, error, interrupted }: Driven,
): Promise<ExitCode> {
  const { emit, global, terminal, options } = context;
  const { host, hostConfig } = session;
  if (options.report !== undefined && !isOpen(record))
    for (const file of await writeDeployReport(options.report, record, hostConfig.name))
      terminal.err(`Record: ${file}`);
  const exitCode = interrupted ? EXIT.interrupted : error === undefined ? EXIT.ok : EXIT.failed;
  if (error !== undefined && !global.json) reportError(error, context);
  emit({
    ...{ type: 'result', status: record.state, deploy: record, changed: record.state === 'done' ? 1 : 0 },
    ...{ ssh_commands: host.commandCount, exit_code: exitCode },
    ...(error === undefined ? {} : { error: errorData(error) }),
  });
  if (global.json) return exitCode;
  const say = exitCode === EXIT.ok ? terminal.err : terminal.alert;
  say(deployedText(record, hostConfig.name, terminal.color.err));
  return exitCode;
}
