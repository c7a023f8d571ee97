import { describe, expect, it } from 'vitest';
import { type ScheduleShown, scheduleText, verdictOf } from '../../../../src/ui/backup/schedule.js';

const SHOWN: ScheduleShown = {
  host: 'db',
  on: 'server',
  enabled: true,
  means: 'timer',
  schedule: '0 2 * * *',
  release: '0.1.0-0123456789ab',
  differences: [],
  last: { at: '2026-11-24T02:00:00Z', ended: '2026-11-24T02:01:00Z', status: 'done' },
  next: '2026-11-25T02:00:00Z',
};

const FAILED = {
  ...SHOWN,
  last: { at: '2026-11-24T02:00:00Z', ended: null, status: 'failed', why: 'exit code 1' },
} as const;
const NOTHING = { ...SHOWN, means: null, release: null, last: null, next: null };

describe('a schedule, for people', () => {
  it('says what starts it, when it ran, how that ended, and when it runs next', () => {
    expect(scheduleText(SHOWN, false)).toBe(
      [
        'The backup of db is started by a timer of systemd on the server.',
        '  when     0 2 * * *, in the time zone of the server',
        '  runs     vdb 0.1.0-0123456789ab',
        '  last     2026-11-24T02:00:00Z, succeeded',
        '  next     2026-11-25T02:00:00Z',
        '  state    as the configuration and this vdb have it',
      ].join('\n'),
    );
  });

  it('says in what it differs, and what makes it so', () => {
    const text = scheduleText({ ...SHOWN, differences: ['vdb-backup.timer: content differs'] }, false);
    expect(text).toContain(
      '  state    differs; vdb backup schedule install makes it so:\n           vdb-backup.timer: content differs',
    );
  });

  it('says how a run failed, or that one is under way', () => {
    expect(scheduleText(FAILED, false)).toContain('  last     2026-11-24T02:00:00Z, failed (exit code 1)');
    const running = { at: '2026-11-24T02:00:00Z', ended: null, status: 'running' } as const;
    expect(scheduleText({ ...SHOWN, last: running }, false)).toContain('still running');
  });

  it('says that there is none, and the way to one', () => {
    expect(scheduleText(NOTHING, false)).toBe(
      'The backup of db is not scheduled on the server.\n  next     vdb backup schedule install',
    );
    expect(scheduleText({ ...NOTHING, on: 'here' }, false)).toContain('install --on here');
    expect(scheduleText({ ...NOTHING, enabled: false }, false)).toBe(
      'The backup of db is not to be scheduled, and is not on the server.',
    );
  });

  it.each([
    ['all as it shall be', SHOWN, 'ok'],
    ['never run yet', { ...SHOWN, last: null }, 'ok'],
    ['a difference', { ...SHOWN, differences: ['x'] }, 'wrong'],
    ['a run that failed', FAILED, 'wrong'],
    ['nothing', NOTHING, 'wrong'],
    ['nothing, and nothing wanted', { ...NOTHING, enabled: false }, 'ok'],
    ['one that is not wanted', { ...SHOWN, enabled: false }, 'wrong'],
  ] as const)('with %s is %3$s', (_, shown, verdict) => {
    expect(verdictOf(shown)).toBe(verdict);
  });
});
