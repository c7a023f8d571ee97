import { describe, expect, test } from 'vitest';
import type { Task } from '../../../src/engine/task.js';
import { osOptimisation } from '../../../tasks/0.2-os-optimisation.js';
import { postgresql } from '../../../tasks/3.1-postgresql.js';
import { redis } from '../../../tasks/3.2-redis.js';
import { fakeContext, resourcesOf } from '../../support/fake-task.js';

const all = (task: Task, sections: Record<string, unknown>) =>
  task.subtasks.flatMap(({ resources }) => resources(fakeContext(sections)));

describe('what is switched off is left alone', () => {
  test.each([
    ['PostgreSQL', postgresql, { postgres: { enabled: false } }],
    ['Redis', redis, { redis: { enabled: false } }],
  ])('%s, also without a password', (name, task, sections) => {
    expect(all(task, {}).length).toBeGreaterThan(0);
    expect(all(task, sections)).toEqual([]);
    expect(task.runs?.(fakeContext(sections))).toBe(`${name}: not configured`);
  });

  test.each([
    ['the firewall', '0.2.7', { security: { firewall: { enabled: false } } }],
    ['unattended upgrades', '0.2.5', { os: { unattended_upgrades: false } }],
  ])('%s', (_, id, sections) => {
    expect(resourcesOf(osOptimisation, id, fakeContext()).length).toBeGreaterThan(0);
    expect(resourcesOf(osOptimisation, id, fakeContext(sections))).toEqual([]);
  });
});
