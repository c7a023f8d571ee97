import { describe, expect, it } from 'vitest';
import { findTask } from '../../../src/engine/find-task.js';
import { selectTasks } from '../../../src/engine/select.js';
import { task } from '../../support/fake-task.js';

const TASKS = ['0.2', '0.4', '1.1', '3.1', '3.2'].map((id) => task(id, []));
const ids = (selection: Parameters<typeof selectTasks>[1]): string[] =>
  selectTasks(TASKS, selection).map(({ id }) => id);

describe('selectTasks', () => {
  it.each([
    ['everything without a selection', {}, ['0.2', '0.4', '1.1', '3.1', '3.2']],
    ['only what is named, in the documented order', { only: ['3.1', '0.4'] }, ['0.4', '3.1']],
    ['a whole phase by its number', { only: ['3'] }, ['3.1', '3.2']],
    ['all but what is skipped', { skip: ['0', '3.2'] }, ['1.1', '3.1']],
    ['a task and those after it', { from: '1.1' }, ['1.1', '3.1', '3.2']],
    ['all conditions at once', { from: '0.4', only: ['0', '3'], skip: ['3.1'] }, ['0.4', '3.2']],
  ])('chooses %s', (_, selection, expected) => {
    expect(ids(selection)).toEqual(expected);
  });

  it('does not take 3.1 for the beginning of 3.10', () => {
    expect(selectTasks([task('3.1', []), task('3.10', [])], { only: ['3.1'] })).toHaveLength(1);
  });

  it.each([{ only: ['3.3'] }, { skip: ['3.3'] }, { from: '3.3' }])(
    'refuses an unknown number in %o',
    (selection) => {
      expect(() => ids(selection)).toThrow(
        expect.objectContaining({
          exitCode: 2,
          details: expect.objectContaining({ code: 'task.unknown', next: 'Did you mean 3.1?' }),
        }),
      );
    },
  );
});

describe('findTask', () => {
  it('finds a task by its number, and by a beginning that only one has', () => {
    expect(findTask(TASKS, '0.4').id).toBe('0.4');
    expect(findTask(TASKS, '1').id).toBe('1.1');
  });

  it('asks which one when several begin so', () => {
    expect(() => findTask(TASKS, '3')).toThrow(/3.1 and 3.2/);
  });

  it('refuses a selection that leaves nothing', () => {
    const tasks = [task('0.2', [])];
    expect(() => selectTasks(tasks, { only: ['0.2'], skip: ['0.2'] })).toThrow('No task is left');
  });
});
