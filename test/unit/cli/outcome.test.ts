import { expect, it } from 'vitest';
import { planExitCode } from '../../../src/cli/outcome.js';
import type { Plan, PlannedStep } from '../../../src/engine/plan.js';

function planOf(...statuses: PlannedStep['status'][]): Plan {
  const steps = statuses.map((status) => ({
    ...{ resource: 'r', title: '/etc/a', subtask: '1.1.1', status, summary: 'content', digest: 'd' },
  }));
  const tasks = [{ id: '1.1', title: 'Files', steps }];
  return { schema: 'vdb.plan/1', host: 'db', target: 'root@db:22', config_digest: 'c', tasks };
}

it.each<[PlannedStep['status'][], number]>([
  [[], 0],
  [['change', 'left-out', 'foreign', 'later'], 0],
  [['change', 'refused'], 1],
  [['unknown'], 1],
])('a plan with %j ends as applying it would: %i', (statuses, code) => {
  expect(planExitCode(planOf(...statuses))).toBe(code);
});
