import { findTask } from '../../engine/find-task.js';
import type { Plan } from '../../engine/plan.js';
import { differences } from '../../engine/saved-plan.js';
import type { Rollback, Task } from '../../engine/task.js';
import { EXIT, type ExitCode, VdbError } from '../../errors.js';
import { assertAnswerable, type Confirmation, confirmTyped } from '../../ui/confirm.js';
import { planText } from '../../ui/plan.js';
import type { CommandContext, Handler } from '../context.js';
import { promptLine } from '../prompt.js';
import { convergeTasks, lookAndPlan } from '../run.js';
import { taskContext, withSession } from '../session.js';
import { showPlan } from './provision.js';

interface RollbackOptions {
  plan?: boolean;
}

/** `vdb task rollback ID`: takes a documented task back, through the same engine that made it. */
export const rollback: Handler<RollbackOptions> = async (context) => {
  const { TASKS } = await import('../../../tasks/index.js');
  const task = findTask(TASKS, context.args[0] as string);
  const { rollback: way } = task;
  if (way === undefined) throw noRollback(task, TASKS);
  const confirmation = confirmationOf(context, task);
  if (!context.options.plan) assertAnswerable(confirmation);
  return withSession(context, async (session) => {
    const undo = undoOf(task, way);
    if (context.options.plan) return showPlan(context, session, [undo], undefined);
    const { plan } = await lookAndPlan(session, [undo]);
    if (plan.tasks.every(({ steps }) => steps.length === 0)) return nothingThere(context, task);
    const warning = `${planText(plan, context.terminal.color.err)}\n${way.warning(taskContext(session))}`;
    if (context.global.yes) context.terminal.err(warning);
    await confirmTyped({ ...confirmation, warning });
    // The host may have moved while the question was open, and the backup is named after the first look.
    const accept = (fresh: Plan): void => assertSame(plan, fresh);
    return convergeTasks(context, session, [undo], { accept });
  });
};

function noRollback(task: Task, tasks: readonly Task[]): VdbError {
  const others = tasks.filter(({ rollback: way }) => way !== undefined).map(({ id }) => id);
  return new VdbError(`Task ${task.id} cannot be taken back: its document gives no rollback`, {
    code: 'rollback.none',
    exitCode: EXIT.usage,
    meaning: `There is a rollback for ${others.join(', ')}.`,
  });
}

function confirmationOf(
  { global, terminal }: CommandContext<RollbackOptions>,
  task: Task,
): Omit<Confirmation, 'warning'> {
  const what = `The rollback of task ${task.id}`;
  const { interactive, alert: say } = terminal;
  return { what, expected: task.id, yes: global.yes, interactive, say, ask: promptLine };
}

/** The rollback in the form of a task, so that the engine converges it like any other. */
function undoOf({ id, title, description }: Task, way: Rollback): Task {
  const part = {
    id: `${id}.rollback`,
    title: `Rollback of ${title}`,
    criterion: 'What the task made is gone, and a backup of it is kept',
    resources: way.resources,
  };
  return { id, title: part.title, description, dependsOn: [], subtasks: [part] };
}

function nothingThere(context: CommandContext<RollbackOptions>, task: Task): ExitCode {
  context.emit({ type: 'result', status: 'done', changed: 0, exit_code: EXIT.ok });
  if (!context.global.json)
    context.terminal.err(`Nothing to take back: of task ${task.id} nothing is there.`);
  return EXIT.ok;
}

/** What was confirmed is what is done. Throws `plan.stale` before anything has changed. */
function assertSame(confirmed: Plan, fresh: Plan): void {
  const moved = differences(confirmed, fresh);
  if (moved.length === 0) return;
  throw new VdbError(`${fresh.host} has changed since you were asked, so nothing was taken back`, {
    code: 'plan.stale',
    exitCode: EXIT.notReady,
    host: fresh.target,
    meaning: moved.join('\n'),
    next: 'Run the same command again.',
  });
}
