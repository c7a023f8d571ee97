import { settled } from '../src/deploy/settled.js';
import type { SubTask, Task } from '../src/engine/task.js';

/** A task that the slots concern: its first part begins by seeing that no deploy would be disturbed. */
export function betweenDeploys(task: Task): Task {
  const [first, ...others] = task.subtasks;
  if (first === undefined) return task;
  const guarded: SubTask = {
    ...first,
    resources: (context) => {
      const { state } = context.config.paths;
      return [settled({ task: task.id, state }), ...first.resources(context)];
    },
  };
  return { ...task, subtasks: [guarded, ...others] };
}

/** The same task for the deploy that is under way. */
export function withinDeploy(task: Task): Task {
  const subtasks = task.subtasks.map((subtask) => ({
    ...subtask,
    resources: (context: Parameters<SubTask['resources']>[0]) =>
      subtask.resources(context).filter(({ id }) => id !== `settled:${task.id}`),
  }));
  return { ...task, subtasks };
}
