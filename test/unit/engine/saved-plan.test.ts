import { describe, expect, it } from 'vitest';
import type { Plan } from '../../../src/engine/plan.js';
import { differences, parsePlan } from '../../../src/engine/saved-plan.js';

function planWith(steps: Record<string, string>, more: Partial<Plan> = {}): Plan {
  const planned = Object.entries(steps).map(([resource, digest]) => ({
    ...{
      resource,
      digest,
      title: resource,
      subtask: '1.1.1',
      status: 'change' as const,
      summary: `do ${digest}`,
    },
  }));
  const tasks = [{ id: '1.1', title: 'x', steps: planned }];
  return { schema: 'vdb.plan/1', host: 'db', target: 'root@db:22', config_digest: 'c1', tasks, ...more };
}

describe('parsePlan', () => {
  it('reads back what was saved', () => {
    const plan = planWith({ a: '1' });
    expect(parsePlan(JSON.stringify(plan))).toEqual(plan);
  });

  it.each([
    ['what is not JSON', '{"schema":', /JSON/],
    ['what is not an object', '[]', /not a JSON object/],
    ['another schema', '{"schema":"vdb.plan/2"}', /"vdb.plan\/2"/],
    ['a plan without a host', '{"schema":"vdb.plan/1","target":"x","config_digest":"c"}', /host missing/],
    ['steps without digests', JSON.stringify(planWith({ a: '1' })).replace('"digest"', '"d"'), /tasks/],
  ])('refuses %s', (_, text, message) => {
    expect(() => parsePlan(text)).toThrow(message);
  });
});

describe('differences', () => {
  const saved = planWith({ a: '1', b: '2' });

  it('finds none between a plan and itself', () => {
    expect(differences(saved, structuredClone(saved))).toEqual([]);
  });

  it('does not mind another address of the same host', () => {
    expect(differences(saved, { ...saved, target: 'root@elsewhere:22' })).toEqual([]);
  });

  it.each([
    ['another host', planWith({ a: '1', b: '2' }, { host: 'other' }), /for the host db, not for other/],
    [
      'another configuration',
      planWith({ a: '1', b: '2' }, { config_digest: 'c2' }),
      /configuration has changed/,
    ],
    ['a change that is no longer due', planWith({ a: '1' }), /^b: is as wanted by now/],
    ['a change that was not due', planWith({ a: '1', b: '2', c: '3' }), /^c: was as wanted/],
    ['another change of the same thing', planWith({ a: '1', b: '9' }), /^b: planned: do 2; now: do 9/],
    ['another order', planWith({ b: '2', a: '1' }), /another order/],
    ['tasks that are gone', planWith({}, { tasks: [] }), /tasks that this vdb does not/],
  ])('tells of %s', (_, fresh, message) => {
    expect(differences(saved, fresh).join('\n')).toMatch(new RegExp(message.source, 'm'));
  });

  it('refuses a plan whose text was edited, although its digests are as they were', () => {
    const edited = planWith({ a: '1' });
    const step = edited.tasks[0]?.steps[0];
    if (step !== undefined) step.summary = 'do something else';
    expect(differences(edited, planWith({ a: '1' }))[0]).toContain('edited');
  });
});
