import { describe, expect, it } from 'vitest';
import type { HistoryEntry } from '../../../src/engine/journal.js';
import { lookAll } from '../../../src/engine/plan.js';
import { taskData, taskListText, taskRow, taskText } from '../../../src/ui/tasks.js';
import { fakeHost, thing } from '../../support/fake-host.js';
import { fakeContext, task } from '../../support/fake-task.js';

const CACHE = task('3.2', [thing('a', '1'), thing('b', '1')], { dependsOn: ['0.2'] });
const LAST: HistoryEntry = {
  ...{ run: 'r', who: 'ann@desk', command: 'vdb provision', vdb: '0.1.0', at: '2026-01-02T03:04:05Z' },
  ...{ status: 'failed', changed: 1, failed: ['x'], skipped: [], durationMs: 5 },
  tasks: [{ id: '3.2', status: 'changed', changed: 1 }],
};

async function rowOn(things: Record<string, string>) {
  const steps = await lookAll(fakeHost(things).host, [CACHE], fakeContext());
  return taskRow(CACHE, steps, null);
}

describe('taskRow', () => {
  it.each([
    ['done', { a: '1', b: '1' }, { state: 'done', changes: 0 }],
    ['due', { a: '1' }, { state: 'due', changes: 1 }],
    ['unclear', { a: '1', b: 'unknown:no answer' }, { state: 'unclear', changes: 0, unclear: 1 }],
    ['done, whatever is foreign', { a: '1', b: 'foreign:shared' }, { state: 'done' }],
  ])('says that a task is %s', async (_, things, expected) => {
    expect(await rowOn(things as Record<string, string>)).toMatchObject(expected);
  });

  it('does not claim anything about a host that nobody looked at', () => {
    expect(taskRow(CACHE, null, null)).toMatchObject({
      state: 'not-looked-at',
      changes: null,
      last_run: null,
    });
  });

  it("takes the task's own result from the last run, not the run's", () => {
    expect(taskRow(CACHE, null, LAST).last_run).toMatchObject({ status: 'changed', who: 'ann@desk' });
  });
});

describe('taskListText', () => {
  it('puts one task in a line', async () => {
    const rows = [
      taskRow(task('0.2', []), null, null),
      { ...(await rowOn({})), last_run: taskRow(CACHE, null, LAST).last_run },
    ];
    expect(taskListText(rows, false).split('\n')).toEqual([
      'TASK  TITLE     NEEDS  STATE          LAST RUN',
      '0.2   Task 0.2  -      not looked at  -',
      '3.2   Task 3.2  0.2    2 changes due  2026-01-02 03:04:05Z changed, ann@desk',
    ]);
  });
});

describe('taskText', () => {
  it('gives each sub-task with its success criterion', () => {
    const text = taskText(CACHE, false);
    expect(text).toContain('Depends on: 0.2');
    expect(text).toContain('Rollback: the document gives none');
    expect(text).toContain('  3.2.1 Part 3.2.1\n        Criterion of 3.2.1');
  });

  it('says the same to machines', () => {
    expect(taskData(CACHE)).toMatchObject({
      ...{ id: '3.2', depends_on: ['0.2'], rollback: false },
      subtasks: [{ id: '3.2.1', criterion: 'Criterion of 3.2.1' }],
    });
  });
});
