import { describe, expect, it } from 'vitest';
import { outcomeOf, type StepOutcome, type TaskOutcome } from '../../../src/engine/events.js';
import { VdbError } from '../../../src/errors.js';
import { errorData, errorText } from '../../../src/ui/error.js';
import { resultText } from '../../../src/ui/result.js';
import { count, duration, shortened } from '../../../src/ui/style.js';

const DETAILS = {
  code: 'x.y',
  exitCode: 1,
  host: 'root@db:22',
  stderr: 'line 1\nline 2',
  next: 'free space',
} as const;
const ERROR = new VdbError('write failed', { ...DETAILS, command: 'set -eu\ncat > /etc/a\nmv a b' });

function step(more: Partial<StepOutcome> = {}): StepOutcome {
  return {
    ...{ task: '1.1', subtask: '1.1.1', resource: 'r', title: '/etc/a', summary: 'content', durationMs: 1 },
    ...{ status: 'changed' },
    ...more,
  };
}

function textOf(steps: StepOutcome[], more: Partial<TaskOutcome> = {}, interrupted = false): string {
  const task: TaskOutcome = {
    ...{ id: '1.1', title: 'Files', status: 'changed', steps, startedAt: '', durationMs: 1 },
    ...more,
  };
  const outcome = outcomeOf([task], interrupted, 1500);
  return resultText(outcome, { host: 'db', running: [], color: false, verbose: false });
}

describe('resultText', () => {
  it('sums up what was done', () => {
    expect(textOf([step(), step()])).toMatch(/Done: db, 2 changes, 1\.5 s$/);
  });

  it('shows each failure with its remedy', () => {
    const text = textOf([step({ status: 'failed', error: ERROR })], { status: 'failed' });
    expect(text).toContain('error write failed');
    expect(text).toContain('free space');
    expect(text).toMatch(/Failed: db, 0 changes, 1 failed/);
  });

  it('does not call a task that was interrupted not run, nor failed', () => {
    const why = 'interrupted: 1 changed, 1 not';
    const text = textOf([step(), step({ status: 'not-run' })], { status: 'not-run', why }, true);
    expect(text).toContain(`not done 1.1 Files: ${why}`);
    expect(text).not.toContain('failed');
  });

  it('gives the reason of what was skipped or not run', () => {
    expect(textOf([step({ status: 'skipped', summary: 'no network' })])).toContain(
      'skipped 1.1 /etc/a: no network',
    );
    expect(textOf([], { status: 'not-run', why: 'it depends on 0.3, which failed' })).toContain(
      'not run 1.1 Files: it depends on 0.3, which failed',
    );
  });

  it('names each reason once, with the parts that are left out for it', () => {
    const leftOut = (subtask: string, summary: string) => step({ status: 'left-out', subtask, summary });
    const text = textOf([
      leftOut('3.1.5', 'no python'),
      leftOut('3.1.7', 'no python'),
      leftOut('3.1.6', 'no Qdrant'),
    ]);
    expect(text).toContain('left out 3.1.5, 3.1.7: no python\nleft out 3.1.6: no Qdrant');
  });

  it('does not call an interrupted run done', () => {
    expect(textOf([step()], {}, true)).toContain('Interrupted: db, 1 change');
  });
});

describe('errorText', () => {
  it('says what, where, what the host said and what to do', () => {
    expect(errorText(ERROR, false, false)).toMatch(
      /^error write failed\n {2}host: +root@db:22\n {2}command: +set -eu; cat > \/etc\/a; mv a b\n {2}stderr: +line 1\n +line 2\n {2}next: +free space$/,
    );
  });

  it('shows the whole command with --verbose', () => {
    expect(errorText(ERROR, false, true)).toMatch(/cat > \/etc\/a\n +mv a b/);
  });
});

describe('errorData', () => {
  it('holds what machines need, and no cause', () => {
    const data = errorData(new VdbError('x', { code: 'a.b', exitCode: 1, cause: new Error('inner') }));
    expect(data).toEqual({ code: 'a.b', message: 'x' });
  });
});

describe('style', () => {
  it.each([
    [950, '950 ms'],
    [12_340, '12.3 s'],
    [245_000, '4 min 05 s'],
  ])('says %i ms as %s', (ms, text) => {
    expect(duration(ms)).toBe(text);
  });

  it('counts in words', () => {
    expect([count(0, 'change'), count(1, 'change'), count(2, 'change')]).toEqual([
      '0 changes',
      '1 change',
      '2 changes',
    ]);
  });

  it('marks what it cuts off', () => {
    expect(shortened('abcdef', 4)).toBe('abc…');
    expect(shortened('abc', 4)).toBe('abc');
  });
});
