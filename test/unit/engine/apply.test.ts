import { describe, expect, it } from 'vitest';
import { applySteps } from '../../../src/engine/apply.js';
import type { RunEvent } from '../../../src/engine/events.js';
import { missingPackages, whatLeavesOut } from '../../../src/engine/packages.js';
import { lookAll } from '../../../src/engine/plan.js';
import type { Task } from '../../../src/engine/task.js';
import { type FakeHost, fakeHost, thing } from '../../support/fake-host.js';
import { fakeContext, subtask, task } from '../../support/fake-task.js';

async function applyTasks(fake: FakeHost, tasks: readonly Task[], stop = new AbortController()) {
  const events: RunEvent[] = [];
  const steps = await lookAll(fake.host, tasks, fakeContext());
  const onEvent = (event: RunEvent) => void events.push(event);
  const outcome = await applySteps({
    host: fake.host,
    steps,
    again: 'vdb provision',
    stop: stop.signal,
    onEvent,
  });
  const statuses = Object.fromEntries(outcome.tasks.map(({ id, status }) => [id, status]));
  return { outcome, statuses, events };
}

describe('applySteps', () => {
  it('runs a task after those that it depends on', async () => {
    const fake = fakeHost();
    const second = task('2.1', [thing('b', '1')], { dependsOn: ['1.1'] });
    const { outcome } = await applyTasks(fake, [second, task('1.1', [thing('a', '1')])]);
    expect(fake.changed).toEqual(['a', 'b']);
    expect(outcome).toMatchObject({ changed: 2, failed: 0, interrupted: false });
  });

  /** PostgreSQL, whose last part needs the Python of another task. */
  const withPython = (resource = thing('schema', '1')) => [
    task('0.4', [thing('python', '3')]),
    task('3.1', [], {
      subtasks: [
        subtask('3.1.1', [thing('server', '1')]),
        { ...subtask('3.1.5', [resource]), after: ['0.4'] },
      ],
    }),
  ];

  it('lets one part of a task wait for another task, and the parts before it not', async () => {
    const fake = fakeHost();
    const python = withPython().map((each) =>
      each.id === '0.4' ? task('0.4', [thing('a', '1'), thing('b', '1'), thing('python', '3')]) : each,
    );
    await applyTasks(fake, python);
    expect(fake.changed.indexOf('server')).toBeLessThan(fake.changed.indexOf('python'));
    expect(fake.changed.at(-1)).toBe('schema');
  });

  it('lets one part wait for a part of another task, which goes on meanwhile, and waits for that one itself', async () => {
    const fake = fakeHost();
    const tasks = [
      task('4.5', [], {
        subtasks: [
          subtask('4.5.1', [thing('edge', '1')]),
          { ...subtask('4.5.3', [thing('target', '1')]), after: ['1.2'] },
        ],
      }),
      task('1.2', [], {
        subtasks: [
          subtask('1.2.1', [thing('release', '1')]),
          { ...subtask('1.2.4', [thing('service', '1')]), after: ['4.5.1'] },
        ],
      }),
    ];
    const { statuses } = await applyTasks(fake, tasks);
    expect(statuses).toEqual({ '4.5': 'changed', '1.2': 'changed' });
    expect(fake.changed.slice(-2)).toEqual(['service', 'target']);
  });

  it('waits for no part of a task that failed before it', async () => {
    const fake = fakeHost();
    fake.failures.set('disk', { exitCode: 1, stderr: 'full' });
    const tasks = [
      task('0.3', [thing('disk', '1')]),
      task('4.5', [], { dependsOn: ['0.3'], subtasks: [subtask('4.5.1', [thing('edge', '1')])] }),
      task('1.2', [], { subtasks: [{ ...subtask('1.2.4', [thing('service', '1')]), after: ['4.5.1'] }] }),
    ];
    const { statuses } = await applyTasks(fake, tasks);
    expect(statuses).toEqual({ '0.3': 'failed', '4.5': 'not-run', '1.2': 'changed' });
  });

  it('looks again at what waited, whatever came of the others', async () => {
    const needs = (fake: FakeHost) =>
      thing('schema', '1', {
        diff: () => ({
          ...{ action: 'run', summary: 'migrate' },
          ...(fake.things.has('python') ? {} : { leftOut: { why: 'no python', until: 'thing:python' } }),
        }),
      });
    const failing = fakeHost();
    failing.failures.set('python', { exitCode: 1, stderr: 'no index' });
    const { statuses, outcome } = await applyTasks(failing, withPython(needs(failing)));
    expect(statuses).toEqual({ '0.4': 'failed', '3.1': 'changed' });
    expect(outcome.tasks[1]?.steps).toMatchObject([
      { resource: 'thing:server', status: 'changed' },
      { resource: 'thing:schema', status: 'left-out', summary: 'no python' },
    ]);
  });

  it('changes nothing more where what was waited for has changed nothing', async () => {
    const fake = fakeHost({ python: '3', server: '1', schema: '1' });
    const { statuses } = await applyTasks(fake, withPython());
    expect(statuses).toEqual({ '0.4': 'unchanged', '3.1': 'unchanged' });
    expect(fake.changed).toEqual([]);
  });

  it('does not wait for a dependency that was not selected', async () => {
    const fake = fakeHost();
    const { statuses } = await applyTasks(fake, [task('2.1', [thing('b', '1')], { dependsOn: ['1.1'] })]);
    expect(statuses).toEqual({ '2.1': 'changed' });
  });

  it('holds back what depends on a failed task, and nothing else', async () => {
    const fake = fakeHost();
    fake.failures.set('a', { exitCode: 1, stderr: 'broken' });
    const { outcome, statuses } = await applyTasks(fake, [
      task('1.1', [thing('a', '1')]),
      task('2.1', [thing('b', '1')], { dependsOn: ['1.1'] }),
      task('2.2', [thing('c', '1')], { dependsOn: ['2.1'] }),
      task('3.1', [thing('d', '1')]),
    ]);
    expect(statuses).toEqual({ '1.1': 'failed', '2.1': 'not-run', '2.2': 'not-run', '3.1': 'changed' });
    expect(fake.changed).toEqual(['d']);
    expect(outcome.tasks[1]?.why).toBe('it depends on 1.1, which failed');
  });

  it('counts a task that could not even be looked at as failed, bugs included', async () => {
    const fake = fakeHost();
    const tasks = [task('1.1', [thing('a', '1')])];
    const steps = await lookAll(fake.host, tasks, fakeContext());
    const broken = steps.map((step) => ({
      ...step,
      resource: {
        ...step.resource,
        diff: () => {
          throw new TypeError('no such property');
        },
      },
    }));
    const outcome = await applySteps({
      host: fake.host,
      steps: broken,
      again: 'vdb provision',
      stop: new AbortController().signal,
      onEvent: () => {},
    });
    expect(outcome).toMatchObject({ failed: 1, tasks: [{ status: 'failed' }] });
    expect(outcome.tasks[0]?.steps[0]?.error?.details.meaning).toBe('This is a bug in vdb.');
  });

  it('installs no packages once it was interrupted', async () => {
    const fake = fakeHost();
    const stop = new AbortController();
    stop.abort();
    const { statuses, events } = await applyTasks(
      fake,
      [task('1.1', [thing('a', '1', { packages: ['curl'] })])],
      stop,
    );
    expect(statuses).toEqual({ '1.1': 'not-run' });
    expect(events.map(({ type }) => type)).not.toContain('step-started');
  });

  it.each([
    ['E: Unable to locate package prometheus', 'monitoring.enabled: false leaves them out'],
    ['E: Failed to fetch http://mirror.example.org/', 'monitoring.enabled: false leaves them out'],
    ['E: Could not get lock /var/lib/dpkg/lock-frontend', undefined],
  ])('says how to go without packages that cannot be had: %s', async (stderr, way) => {
    const fake = fakeHost();
    fake.failures.set('apt', { exitCode: 100, stderr });
    const wanted = { packages: ['prometheus'], leftOutBy: 'monitoring.enabled: false' };
    const { outcome } = await applyTasks(fake, [task('5.1', [thing('a', '1', wanted)])]);
    const next = outcome.tasks[0]?.steps[0]?.error?.details.next ?? '';
    if (way === undefined) expect(next).not.toContain('leaves them out');
    else expect(next).toContain(way);
  });

  it('ends, and fails what needs packages, when the package step itself breaks', async () => {
    const fake = fakeHost();
    const { statuses } = await applyTasks(fake, [task('1.1', [thing('a', '1', { packages: ['curl'] })])]);
    expect(statuses).toEqual({ packages: 'failed', '1.1': 'failed' });
  });

  it('finishes the running step and begins nothing new when it is interrupted', async () => {
    const fake = fakeHost();
    const stop = new AbortController();
    fake.onSet = () => stop.abort();
    const tasks = [
      task('1.1', [thing('a', '1'), thing('b', '1')]),
      task('2.1', [thing('c', '1')], { dependsOn: ['1.1'] }),
    ];
    const { outcome, statuses } = await applyTasks(fake, tasks, stop);
    expect(fake.changed).toEqual(['a']);
    expect(outcome.interrupted).toBe(true);
    expect(statuses).toEqual({ '1.1': 'not-run', '2.1': 'not-run' });
  });

  it('ends each task with one event, whatever became of it', async () => {
    const fake = fakeHost();
    fake.failures.set('a', { exitCode: 1, stderr: '' });
    const tasks = [task('1.1', [thing('a', '1')]), task('2.1', [thing('b', '1')], { dependsOn: ['1.1'] })];
    const { events } = await applyTasks(fake, tasks);
    const finished = events.flatMap((event) => (event.type === 'task-finished' ? [event.task.id] : []));
    expect(finished).toEqual(['1.1', '2.1']);
  });
});

describe('missingPackages', () => {
  it('names each missing package once, whichever tasks want it', async () => {
    const fake = fakeHost({ have: 'yes' });
    const tasks = [
      task('1.1', [
        thing('x', 'yes', { packages: ['curl', 'jq'] }),
        thing('have', 'yes', { packages: ['vim'] }),
      ]),
      task('2.1', [thing('y', 'yes', { packages: ['curl'] })]),
    ];
    const steps = await lookAll(fake.host, tasks, fakeContext());
    expect(missingPackages(steps)).toEqual(['curl', 'jq']);
  });
});

describe('whatLeavesOut', () => {
  it('says how the configuration leaves out what alone is lacking', async () => {
    const monitoring = { packages: ['prometheus', 'curl'], leftOutBy: 'monitoring.enabled: false' };
    const tasks = [
      task('1.1', [thing('a', 'yes', { packages: ['curl', 'jq'] })]),
      task('5.1', [thing('b', 'yes', monitoring)]),
    ];
    const steps = await lookAll(fakeHost().host, tasks, fakeContext());
    expect(whatLeavesOut(steps, ['prometheus'])).toBe('monitoring.enabled: false');
    expect(whatLeavesOut(steps, ['prometheus', 'jq'])).toBeNull();
    expect(whatLeavesOut(steps, ['curl'])).toBeNull();
    expect(whatLeavesOut(steps, ['what-they-need'])).toBeNull();
  });
});
