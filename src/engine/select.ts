import { nearest } from '../config/nearest.js';
import { EXIT, VdbError } from '../errors.js';
import type { Task } from './task.js';

/** `--only`, `--skip` and `--from`: numbers of tasks, or the beginning of numbers (`3` means 3.1 and 3.2). */
export interface Selection {
  only?: readonly string[];
  skip?: readonly string[];
  from?: string;
}

/** The chosen tasks in their documented order. Throws on a number that names no task, and when none is left. */
export function selectTasks(tasks: readonly Task[], selection: Selection): Task[] {
  const { only, skip = [], from } = selection;
  for (const wanted of [...(only ?? []), ...skip, ...(from === undefined ? [] : [from])]) {
    assertKnown(tasks, wanted);
  }
  const start = from === undefined ? 0 : tasks.findIndex((task) => matches(task.id, from));
  const selected = tasks
    .slice(start)
    .filter((task) => only === undefined || only.some((wanted) => matches(task.id, wanted)))
    .filter((task) => !skip.some((wanted) => matches(task.id, wanted)));
  if (selected.length === 0) {
    throw new VdbError('No task is left of --only, --skip and --from together', {
      code: 'task.none',
      exitCode: EXIT.usage,
      next: 'vdb task list',
    });
  }
  return selected;
}

function matches(id: string, wanted: string): boolean {
  return id === wanted || id.startsWith(`${wanted}.`);
}

function assertKnown(tasks: readonly Task[], wanted: string): void {
  if (tasks.some((task) => matches(task.id, wanted))) return;
  const ids = tasks.map((task) => task.id);
  const guess = nearest(wanted, ids);
  throw new VdbError(`There is no task ${wanted}`, {
    code: 'task.unknown',
    exitCode: EXIT.usage,
    meaning: `The tasks are ${ids.join(', ')}.`,
    next: guess === undefined ? 'vdb task list' : `Did you mean ${guess}?`,
  });
}
