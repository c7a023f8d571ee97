import type { Resource } from '../../src/engine/resource.js';
import type { SubTask, Task, TaskContext } from '../../src/engine/task.js';
import { testConfig } from './config.js';

/** A task with one sub-task, `ID.1`, of these resources. */
export function task(id: string, resources: readonly Resource[], more: Partial<Task> = {}): Task {
  return {
    id,
    title: `Task ${id}`,
    description: `What ${id} is for.`,
    dependsOn: [],
    subtasks: [subtask(`${id}.1`, resources)],
    ...more,
  };
}

export function subtask(id: string, resources: readonly Resource[]): SubTask {
  return { id, title: `Part ${id}`, criterion: `Criterion of ${id}`, resources: () => [...resources] };
}

/** A Debian host in the year 2026; `sections` of the configuration and `facts` on top. */
export function fakeContext(
  sections: Record<string, unknown> = {},
  facts: Partial<TaskContext['facts']> = {},
): TaskContext {
  return {
    config: testConfig(sections),
    facts: {
      hostname: 'fake',
      os: { id: 'debian', version: '13', codename: 'trixie', name: 'Debian GNU/Linux 13 (trixie)' },
      arch: 'x86_64',
      kernel: '6.12.0',
      cpus: 4,
      memory: 8 * 1024 ** 3,
      virtualisation: 'none',
      container: false,
      clock: Date.UTC(2026, 0, 2, 3, 4, 5) / 1000,
      uptime: 1000,
      sshPorts: [22],
      ...facts,
    },
    address: '192.0.2.7',
    standby: null,
  };
}

/** The resources of one sub-task. */
export function resourcesOf(task: Task, id: string, context: TaskContext): Resource[] {
  const found = task.subtasks.find((each) => each.id === id);
  if (found === undefined) throw new Error(`${task.id} has no sub-task ${id}`);
  return found.resources(context);
}
