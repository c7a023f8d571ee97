import { findTask } from '../../engine/find-task.js';
import type { Rollback, Task, TaskContext } from '../../engine/task.js';
import { EXIT, type ExitCode, VdbError } from '../../errors.js';
import { takeLock } from '../../host/lock.js';
import { assertAnswerable, type Confirmation, confirmTyped } from '../../ui/confirm.js';
import { planText } from '../../ui/plan.js';
import type { CommandContext, Handler } from '../context.js';
import { armInterrupt } from '../interrupt.js';
import { runSteps } from '../run.js';
import { operator, type Session, taskContext, withSession } from '../session.js';
import { exitCodeOf, lookAndPlan, showPlan } from './provision.js';

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
    const known = await taskContext(session);
    const undo = undoOf(task, way);
    if (context.options.plan) return showPlan(context, session, [undo], undefined);
    const { plan } = await lookAndPlan(session, [undo], known);
    if (plan.tasks.every(({ steps }) => steps.length === 0)) return nothingThere(context, task);
    const warning = `${planText(plan, context.terminal.color.err)}\n${way.warning(known)}`;
    if (context.global.yes) context.terminal.err(warning);
    await confirmTyped({ ...confirmation, warning });
    return converge(context, session, undo, known);
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
  return { what, expected: task.id, yes: global.yes, interactive: terminal.interactive };
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

/** Looks again under the lock: the host may have moved while the question was open. */
async function converge(
  context: CommandContext<RollbackOptions>,
  session: Session,
  undo: Task,
  known: TaskContext,
): Promise<ExitCode> {
  const interrupt = armInterrupt((text) => context.terminal.err(text));
  const lab = context.global.lab === undefined ? '' : `--lab ${context.global.lab} `;
  const what = `vdb ${lab}task rollback ${undo.id}`;
  try {
    const lock = await takeLock(session.host, { who: operator(), what, since: new Date().toISOString() });
    try {
      const { steps } = await lookAndPlan(session, [undo], known);
      const run = { ...context, options: {} };
      return exitCodeOf(await runSteps(run, session, steps, what, interrupt.signal, known));
    } finally {
      await lock.release();
    }
  } finally {
    interrupt.disarm();
  }
}
