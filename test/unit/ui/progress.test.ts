import { describe, expect, it } from 'vitest';
import { applySteps } from '../../../src/engine/apply.js';
import type { OnEvent } from '../../../src/engine/events.js';
import { lookAll } from '../../../src/engine/plan.js';
import { jsonProgress, plainProgress } from '../../../src/ui/progress.js';
import { fakeHost, thing } from '../../support/fake-host.js';
import { fakeContext, task } from '../../support/fake-task.js';

/** A task of which the first step succeeds and the second fails. */
async function runWith(onEvent: OnEvent): Promise<void> {
  const fake = fakeHost();
  fake.failures.set('b', { exitCode: 1, stderr: 'disk full' });
  const tasks = [task('1.1', [thing('a', '1'), thing('b', '1')])];
  const steps = await lookAll(fake.host, tasks, fakeContext());
  await applySteps({
    host: fake.host,
    steps,
    again: 'vdb provision',
    stop: new AbortController().signal,
    onEvent,
  });
}

describe('plainProgress', () => {
  it('writes one line for each finished step and task', async () => {
    const lines: string[] = [];
    await runWith(plainProgress((line) => lines.push(line.replace(/\(.*\)$/, '(time)')), false));
    expect(lines).toEqual([
      'changed  1.1 thing a: nothing becomes 1 (time)',
      'FAILED   1.1 thing b: set b failed on root@fake:22 with exit code 1 (time)',
      'task     1.1 Task 1.1: failed (time)',
    ]);
  });
});

describe('jsonProgress', () => {
  it('emits events with their errors as data', async () => {
    const events: ({ type: string } & Record<string, unknown>)[] = [];
    await runWith(jsonProgress((event) => events.push(event)));
    expect(events.map(({ type }) => type)).toEqual([
      'task.started',
      'step.started',
      'step.finished',
      'step.started',
      'step.finished',
      'task.finished',
    ]);
    expect(events[4]).toMatchObject({
      status: 'failed',
      error: { code: 'host.command-failed', stderr: 'disk full' },
    });
    expect(events[5]).toMatchObject({ task: '1.1', status: 'failed', changed: 1 });
  });
});
