import { type CheckReport, fixesOf } from '../../checks/report.js';
import type { CommandContext } from '../context.js';
import { convergeTasks } from '../run.js';
import type { Session } from '../session.js';

/** Runs the tasks that repair what was found. Gives whether there were any: then a second look is due. */
export async function repair(
  context: CommandContext<unknown>,
  session: Session,
  report: CheckReport,
): Promise<boolean> {
  const ids = fixesOf(report.results);
  const { TASKS } = await import('../../../tasks/index.js');
  const tasks = TASKS.filter(({ id }) => ids.includes(id));
  context.emit({ type: 'check.fixing', tasks: tasks.map(({ id }) => id) });
  if (tasks.length === 0) {
    if (!context.global.json) context.terminal.err('Nothing was found that vdb can repair.');
    return false;
  }
  await convergeTasks(context, session, tasks, { resultEvent: 'check.fixed' });
  return true;
}
