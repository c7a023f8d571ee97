import { describe, expect, it } from 'vitest';
import type { RunEvent } from '../../../src/engine/events.js';
import { lookAll } from '../../../src/engine/plan.js';
import type { Resource } from '../../../src/engine/resource.js';
import { TaskRun } from '../../../src/engine/task-run.js';
import { type FakeHost, fakeHost, thing } from '../../support/fake-host.js';
import { fakeContext, task } from '../../support/fake-task.js';

/** Runs one task to its end, step by step as the engine does. */
async function runTask(fake: FakeHost, resources: readonly Resource[], stopping = () => false) {
  const events: RunEvent[] = [];
  const steps = await lookAll(fake.host, [task('1.1', resources)], fakeContext());
  const context = {
    host: fake.host,
    onEvent: (event: RunEvent) => events.push(event),
    packagesError: null,
    again: 'vdb provision',
    stopping,
  };
  const run = new TaskRun(steps, context);
  await run.begin();
  for (const index of resources.keys()) await run.step(index);
  const outcome = await run.finish();
  const statuses = Object.fromEntries(outcome.steps.map((step) => [step.resource.slice(6), step.status]));
  return { outcome, statuses, events: events.map(({ type }) => type) };
}

describe('TaskRun', () => {
  it('changes what differs, in order, and leaves the rest alone', async () => {
    const fake = fakeHost({ b: '1' });
    const { outcome, events } = await runTask(fake, [thing('a', '1'), thing('b', '1'), thing('c', '1')]);
    expect(fake.changed).toEqual(['a', 'c']);
    expect(outcome.status).toBe('changed');
    expect(events).toEqual([
      'task-started',
      'step-started',
      'step-finished',
      'step-started',
      'step-finished',
      'task-finished',
    ]);
  });

  it('changes nothing a second time', async () => {
    const fake = fakeHost();
    const resources = [thing('a', '1'), thing('b', '1')];
    await runTask(fake, resources);
    const { outcome } = await runTask(fake, resources);
    expect(outcome).toMatchObject({ status: 'unchanged', steps: [] });
    expect(fake.changed).toEqual(['a', 'b']);
  });

  it('does not run the rest of a task after a failed step', async () => {
    const fake = fakeHost();
    fake.failures.set('a', { exitCode: 1, stderr: 'disk full' });
    const { outcome, statuses } = await runTask(fake, [thing('a', '1'), thing('b', '1')]);
    expect(statuses).toEqual({ a: 'failed', b: 'not-run' });
    expect(outcome.status).toBe('failed');
    expect(outcome.steps[0]?.error?.details).toMatchObject({
      stderr: 'disk full',
      next: 'vdb provision',
    });
    expect(fake.changed).toEqual([]);
  });

  it('verifies what was changed before a step failed', async () => {
    const fake = fakeHost();
    fake.failures.set('b', { exitCode: 1, stderr: 'no' });
    fake.stuck.add('a');
    const { statuses } = await runTask(fake, [thing('a', '1'), thing('b', '1')]);
    expect(statuses).toEqual({ a: 'failed', b: 'failed' });
  });

  it('fails a step that can still not be seen at the end', async () => {
    const fake = fakeHost({ a: 'pending:the server does not answer yet' });
    const { outcome } = await runTask(fake, [thing('a', '1', { diff: () => null })]);
    expect(outcome.status).toBe('failed');
    expect(outcome.steps[0]?.error?.message).toContain('the server does not answer yet');
  });

  it('lets the resource explain what a failure means', async () => {
    const fake = fakeHost();
    fake.failures.set('a', { exitCode: 1, stderr: 'E: locked' });
    const explain = () => ({ meaning: 'apt is busy', next: 'wait' });
    const { outcome } = await runTask(fake, [thing('a', '1', { explain })]);
    expect(outcome.steps[0]?.error?.details).toMatchObject({ meaning: 'apt is busy', next: 'wait' });
  });

  it('fails a step whose commands succeed without the wanted effect', async () => {
    const fake = fakeHost();
    fake.stuck.add('a');
    const { outcome, statuses } = await runTask(fake, [thing('a', '1'), thing('b', '1')]);
    expect(statuses).toEqual({ b: 'changed', a: 'failed' });
    expect(outcome.steps.at(-1)?.error?.details.code).toBe('step.not-converged');
  });

  it('fails a step that a later step of the task undid', async () => {
    const fake = fakeHost({ a: '1' });
    fake.onSet = (name) => name === 'b' && fake.things.set('a', '0');
    const { statuses } = await runTask(fake, [thing('a', '1'), thing('b', '1')]);
    expect(statuses).toEqual({ b: 'changed', a: 'failed' });
  });

  it('looks again before a step that follows the ones before it', async () => {
    const fake = fakeHost({ role: 'pending:no server yet' });
    fake.onSet = (name) => name === 'server' && fake.things.set('role', '1');
    const { statuses } = await runTask(fake, [thing('server', 'up'), thing('role', '1')]);
    expect(statuses).toEqual({ server: 'changed' });
  });

  it('changes nothing that it could not see', async () => {
    const fake = fakeHost({ a: 'unknown:no answer within 20 s' });
    const { outcome } = await runTask(fake, [thing('a', '1')]);
    expect(outcome.steps[0]?.error?.details.code).toBe('step.unknown');
    expect(fake.changed).toEqual([]);
  });

  it('reports a refused change with the way to make it, and goes on', async () => {
    const fake = fakeHost();
    const refused = { why: 'data would be lost', next: 'dump it first' };
    const diff: Resource['diff'] = () => ({ action: 'update', summary: 'x', refused });
    const { outcome, statuses } = await runTask(fake, [thing('a', '1', { diff }), thing('b', '1')]);
    expect(statuses).toEqual({ a: 'refused', b: 'changed' });
    expect(outcome.status).toBe('failed');
    expect(outcome.steps[0]?.error?.details.next).toBe('dump it first');
  });

  it('does not run the rest of a task after a refusal that blocks', async () => {
    const fake = fakeHost();
    const refused = { why: 'the server would not come up', next: 'set it back', blocks: true as const };
    const diff: Resource['diff'] = () => ({ action: 'update', summary: 'x', refused });
    const things = [thing('a', '1'), thing('b', '1', { diff }), thing('c', '1')];
    const { outcome, statuses } = await runTask(fake, things);
    expect(statuses).toEqual({ a: 'changed', b: 'refused', c: 'not-run' });
    expect(outcome.status).toBe('failed');
    expect(fake.changed).toEqual(['a']);
  });

  it('reports what is not to be had as skipped, with the reason', async () => {
    const fake = fakeHost();
    fake.failures.set('a', { exitCode: 69, stderr: 'noise\nno network' });
    const { outcome } = await runTask(fake, [thing('a', '1')]);
    expect(outcome).toMatchObject({
      status: 'skipped',
      steps: [{ status: 'skipped', summary: 'no network' }],
    });
  });

  it('begins no further step once it is told to stop', async () => {
    const fake = fakeHost();
    const { outcome, statuses } = await runTask(
      fake,
      [thing('a', '1'), thing('b', '1')],
      () => fake.changed.length > 0,
    );
    expect(statuses).toEqual({ a: 'changed', b: 'not-run' });
    expect(outcome).toMatchObject({ status: 'not-run', why: 'interrupted: 1 changed, 1 not' });
  });
});
