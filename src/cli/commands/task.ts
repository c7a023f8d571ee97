import { findTask } from '../../engine/find-task.js';
import { type HistoryEntry, readHistory } from '../../engine/journal.js';
import { lookAll, type Step } from '../../engine/plan.js';
import type { Task } from '../../engine/task.js';
import { EXIT } from '../../errors.js';
import { type TaskRow, taskData, taskListText, taskRow, taskText } from '../../ui/tasks.js';
import type { CommandContext, Handler } from '../context.js';
import { taskContext, withSession } from '../session.js';
import { lineWidth } from '../terminal.js';
import type { ProvisionOptions } from './provision.js';

interface ListOptions {
  offline?: boolean;
}

/** `vdb task list`: every task with its state on the host. `--offline` needs neither host nor configuration. */
export const list: Handler<ListOptions> = async (context) => {
  const { TASKS } = await import('../../../tasks/index.js');
  const rows = context.options.offline
    ? TASKS.map((task) => taskRow(task, null, null))
    : await rowsFromHost(context, TASKS);
  for (const row of rows) context.emit({ type: 'task', ...row });
  context.emit({ type: 'result', tasks: rows.length, exit_code: EXIT.ok });
  if (!context.global.json)
    context.terminal.out(taskListText(rows, context.terminal.color.out, lineWidth(context.terminal)));
  return EXIT.ok;
};

function rowsFromHost(context: CommandContext<ListOptions>, tasks: readonly Task[]): Promise<TaskRow[]> {
  return withSession(context, async (session) => {
    const { host, config } = session;
    const [steps, history] = await Promise.all([
      lookAll(host, tasks, taskContext(session)),
      readHistory(host, config.paths.state),
    ]);
    return tasks.map((task) => taskRow(task, stepsOf(steps, task), lastRun(history, task)));
  });
}

function stepsOf(steps: readonly Step[], task: Task): Step[] {
  return steps.filter((step) => step.task.id === task.id);
}

function lastRun(history: readonly HistoryEntry[], task: Task): HistoryEntry | null {
  return history.find(({ tasks }) => tasks.some(({ id }) => id === task.id)) ?? null;
}

/** `vdb task show ID`: what a task does, from the task itself. Needs no host. */
export const show: Handler = async (context) => {
  const { TASKS } = await import('../../../tasks/index.js');
  const task = findTask(TASKS, context.args[0] as string);
  context.emit({ type: 'result', task: taskData(task), exit_code: EXIT.ok });
  if (!context.global.json) context.terminal.out(taskText(task, context.terminal.color.out));
  return EXIT.ok;
};

/** `vdb task run ID`: `vdb provision --only ID`. */
export const run: Handler<Pick<ProvisionOptions, 'plan' | 'report'>> = async (context) => {
  const [{ TASKS }, { provision }] = await Promise.all([
    import('../../../tasks/index.js'),
    import('./provision.js'),
  ]);
  const task = findTask(TASKS, context.args[0] as string);
  return provision({ ...context, options: { ...context.options, only: task.id } });
};
