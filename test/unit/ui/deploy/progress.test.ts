import { describe, expect, test } from 'vitest';
import { deployLine, phaseText } from '../../../../src/ui/deploy/progress.js';

describe('a line about a deploy', () => {
  test('tells what a phase found, and how long it took', () => {
    const note = 'nothing runs at blue any more';
    expect(deployLine({ type: 'phase.finished', phase: 'drain', note, duration_ms: 1234 })).toBe(
      'drain      nothing runs at blue any more (1.2 s)',
    );
  });

  test('tells why a phase failed', () => {
    const failed = { type: 'phase.failed', phase: 'preflight', message: 'no room', duration_ms: 1 } as const;
    expect(deployLine(failed)).toBe('preflight  failed: no room');
  });

  test('is not there for a phase that has only begun', () => {
    expect(deployLine({ type: 'phase.started', phase: 'gate', title: 'is it healthy' })).toBeNull();
  });

  test.each([
    [true, 'Users are sent back, and the new slot is removed.'],
    [false, 'The new slot is removed; users were never sent there.'],
  ])('says what becomes of users where the new slot is taken back: switched %s', (switched, text) => {
    expect(deployLine({ type: 'withdraw.started', switched })).toBe(text);
  });

  test('says that the new slot was taken back, in the same columns', () => {
    expect(deployLine({ type: 'withdraw.finished' })).toBe('withdraw   done');
    expect(phaseText('stage', '')).toBe('stage');
  });
});
