import { type CheckReport, fixesOf } from '../../checks/report.js';
import { EXIT, VdbError } from '../../errors.js';
import type { CommandContext } from '../context.js';
import { convergeTasks } from '../run.js';
import { type Connection, openSession } from '../session.js';

/**
 * Runs the tasks that repair what was found. Gives whether there were any: then a second look is due, and it decides,
 * also where a task failed. Throws `check.interrupted` when a person stopped it.
 */
export async function repair(
  context: CommandContext<unknown>,
  connection: Connection,
  report: CheckReport,
): Promise<boolean> {
  const ids = fixesOf(report.results, context.args);
  const { TASKS } = await import('../../../tasks/index.js');
  const tasks = TASKS.filter(({ id }) => ids.includes(id));
  context.emit({ type: 'check.fixing', tasks: tasks.map(({ id }) => id) });
  if (tasks.length === 0) {
    if (!context.global.json) context.terminal.err('Nothing was found that vdb can repair.');
    return false;
  }
  const exitCode = await convergeTasks(context, await openSession(connection), tasks, {
    resultEvent: 'check.fixed',
  });
  if (exitCode === EXIT.interrupted) throw interrupted(connection.host.target);
  return true;
}

function interrupted(host: string): VdbError {
  return new VdbError('The repair was interrupted', {
    code: 'check.interrupted',
    exitCode: EXIT.interrupted,
    host,
    meaning: 'The step that was running has finished; nothing was looked at afterwards.',
    next: 'Run the same command again: it looks at the host first and continues from what is there.',
  });
}
