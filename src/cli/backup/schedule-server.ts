import { askBefore, assertNode, type Before } from '../../backup/schedule/before.js';
import { bundleOf } from '../../backup/schedule/bundle.js';
import { isoOf, lastRunOf } from '../../backup/schedule/last-run.js';
import { onCalendar } from '../../backup/schedule/on-calendar.js';
import { currentOf, type Means, packageRecordOf } from '../../backup/schedule/place.js';
import { serverCommand } from '../../backup/schedule/render.js';
import { removalTask, type ServerSchedule, scheduleTask } from '../../backup/schedule/server.js';
import { askState, meansOf, type ScheduleState } from '../../backup/schedule/state.js';
import { readHistory } from '../../engine/journal.js';
import { lookAll, type Step } from '../../engine/plan.js';
import type { Task } from '../../engine/task.js';
import { EXIT, type ExitCode, VdbError } from '../../errors.js';
import { type Observation, observe, type Probe } from '../../host/probe.js';
import { PACKAGE } from '../../package.js';
import { type ScheduleShown, scheduleText, verdictOf } from '../../ui/backup/schedule.js';
import type { CommandContext } from '../context.js';
import { convergeTasks } from '../run.js';
import { type Configured, type Session, taskContext, withSession } from '../session.js';

/** What was asked for on the command line. */
export interface ScheduleRequest {
  /** Undefined for the one that suits the machine. */
  means: Means | undefined;
  plan: boolean;
}

export type ScheduleAction = (context: CommandContext, request: ScheduleRequest) => Promise<ExitCode>;

/** `vdb backup schedule --on server`. */
export const scheduleOnServer: Record<'show' | 'install' | 'remove', ScheduleAction> = {
  show: (context) => withSession(context, (session) => show(context, session)),
  install: (context, request) =>
    withSession(
      context,
      async (session) => {
        const before = await lookBefore(session);
        assertNode(session.facts, before);
        const { config, hostConfig } = session;
        const means = request.means ?? (before.systemd ? 'timer' : 'cron');
        const schedule = { config, hostConfig, means, before, bundle: await bundleOf(PACKAGE) };
        noteOperators(context, schedule);
        return planned(context, session, scheduleTask(schedule), request.plan);
      },
      assertEnabled,
    ),
  remove: (context, { plan }) =>
    withSession(context, async (session) => {
      const before = await lookBefore(session);
      for (const { package: name, neededBy } of before.removals)
        if (neededBy.length > 0) context.terminal.err(`${name} stays: ${neededBy.join(', ')} needs it.`);
      return planned(context, session, removalTask(session.config, before), plan);
    }),
};

/** Throws `schedule.disabled`: what is not wanted by the configuration is not installed. */
export function assertEnabled({ config }: Pick<Configured, 'config'>): void {
  if (config.backup.enabled) return;
  throw new VdbError('The configuration has backup.enabled: false, so nothing is scheduled', {
    code: 'schedule.disabled',
    exitCode: EXIT.usage,
    next: 'Set backup.enabled: true, or take what is there away: vdb backup schedule remove',
  });
}

async function planned(
  context: CommandContext,
  session: Session,
  task: Task,
  plan: boolean,
): Promise<ExitCode> {
  if (!plan) return convergeTasks(context, session, [task]);
  const { showPlan } = await import('../commands/provision.js');
  return showPlan({ ...context, options: {} }, session, [task], undefined);
}

/** Copies on the operator's machine are fetched from there: the server cannot bring them. */
function noteOperators(context: CommandContext, { config }: ServerSchedule): void {
  const names = config.backup.repositories.flatMap(({ name, type }) => (type === 'operator' ? [name] : []));
  if (names.length > 0)
    context.terminal.err(
      `Not by this schedule: copies in ${names.join(', ')}, which vdb backup pull brings.`,
    );
}

async function lookBefore(session: Session): Promise<Before> {
  return seen(session, askBefore(packageRecordOf(session.config)));
}

/** One look. Throws `schedule.unseen` when it failed. */
async function seen<Have>({ host }: Session, probe: Probe<Have>): Promise<Have> {
  const [observation] = (await observe(host, [probe])) as Observation<Have>[];
  if (observation?.status === 'known' && observation.value !== null) return observation.value;
  const why = observation !== undefined && 'why' in observation ? observation.why : 'no answer';
  throw new VdbError(`What is scheduled on ${host.target} could not be seen: ${why}`, {
    code: 'schedule.unseen',
    exitCode: EXIT.failed,
    host: host.target,
  });
}

async function show(context: CommandContext, session: Session): Promise<ExitCode> {
  const { config, hostConfig, host } = session;
  const question = { current: currentOf(config), calendars: onCalendar(config.backup.schedule) };
  const state = await seen(session, askState(question));
  const means = meansOf(state);
  const command = serverCommand({ config, host: hostConfig.name });
  const history = await readHistory(host, config.paths.state);
  const shown: ScheduleShown = {
    host: hostConfig.name,
    on: 'server',
    enabled: config.backup.enabled,
    means,
    schedule: config.backup.schedule,
    release: state.release,
    differences: means === null ? [] : await differences(session, means),
    last: means === null ? null : lastRunOf(state, history, command),
    next: nextOf(state),
  };
  return tell(context, shown);
}

/** A timer says itself when it elapses; of cron it is computed. */
function nextOf(state: ScheduleState): string | null {
  const seconds = state.timer === null ? (state.cron ? state.elapses : null) : state.timer.next;
  return seconds === null ? null : isoOf(seconds);
}

async function differences(session: Session, means: Means): Promise<string[]> {
  const { config, hostConfig } = session;
  const before = await lookBefore(session);
  const schedule = { config, hostConfig, means, before, bundle: await bundleOf(PACKAGE) };
  const steps = await lookAll(session.host, [scheduleTask(schedule)], taskContext(session));
  return steps.flatMap(differenceOf);
}

function differenceOf({ resource, verdict }: Step): string[] {
  if (verdict.status === 'change' || verdict.status === 'refused')
    return [`${resource.title}: ${verdict.change.summary}`];
  return verdict.status === 'unknown' ? [`${resource.title}: could not be seen (${verdict.why})`] : [];
}

/** Shows a schedule. Exit code 3 when backups are to be scheduled and are not so, or when the last one failed. */
export function tell({ emit, global, terminal }: CommandContext, shown: ScheduleShown): ExitCode {
  const exitCode = verdictOf(shown) === 'ok' ? EXIT.ok : EXIT.notReady;
  const { means, release, differences: differing, ...rest } = shown;
  emit({
    type: 'result',
    ...rest,
    installed: means,
    release,
    equal: means !== null && differing.length === 0,
    differences: differing,
    exit_code: exitCode,
  });
  if (!global.json) terminal.out(scheduleText(shown, terminal.color.out));
  return exitCode;
}
