import { EXIT, VdbError } from '../errors.js';
import { selectTasks } from './select.js';
import type { Task } from './task.js';

/** The one task that `id` names. Throws for a number of no task, and for one that several begin with. */
export function findTask(tasks: readonly Task[], id: string): Task {
  const found = selectTasks(tasks, { only: [id] });
  const exact = found.find((task) => task.id === id);
  if (exact !== undefined) return exact;
  if (found.length === 1) return found[0] as Task;
  const ids = found.map((task) => task.id);
  throw new VdbError(`Which task? ${id} is the beginning of ${ids.join(' and ')}`, {
    code: 'task.ambiguous',
    exitCode: EXIT.usage,
    next: `Name one of them: ${ids.join(', ')}`,
  });
}
