import { describe, expect, it } from 'vitest';
import { outcomeOf, type StepStatus, type TaskOutcome } from '../../../src/engine/events.js';
import { EXIT, VdbError } from '../../../src/errors.js';

function taskWith(...statuses: StepStatus[]): TaskOutcome {
  const steps = statuses.map((status, i) => ({
    ...{
      task: '1.1',
      subtask: '1.1.1',
      resource: `r${i}`,
      title: `r${i}`,
      status,
      summary: '',
      durationMs: 1,
    },
  }));
  return {
    id: '1.1',
    title: 'x',
    status: 'changed',
    steps,
    startedAt: '2026-01-01T00:00:00Z',
    durationMs: 1,
  };
}

describe('outcomeOf', () => {
  it('counts the steps of all tasks by what became of them', () => {
    const tasks = [
      taskWith('changed', 'failed', 'foreign'),
      taskWith('changed', 'refused', 'skipped', 'not-run'),
    ];
    expect(outcomeOf(tasks, false, 5)).toEqual({
      ...{ tasks, changed: 2, failed: 1, refused: 1, skipped: 1 },
      ...{ interrupted: false, lost: false, durationMs: 5 },
    });
  });

  it('says that the connection was lost when a step failed for that', () => {
    const task = taskWith('failed');
    const error = new VdbError('lost', { code: 'host.connection-lost', exitCode: EXIT.unreachable });
    const steps = task.steps.map((step) => ({ ...step, error }));
    expect(outcomeOf([{ ...task, steps }], false, 5).lost).toBe(true);
  });
});
