import { describe, expect, it } from 'vitest';
import { lastRunOf } from '../../../../src/backup/schedule/last-run.js';
import { askState, meansOf, type ScheduleState } from '../../../../src/backup/schedule/state.js';
import { historyOf } from '../../../../src/engine/journal.js';

const QUESTION = { current: '/opt/qdrant/vdb/current', calendars: ['*-*-* 02:00:00'] };
const { kind } = askState(QUESTION);
const SUM = 'a'.repeat(64);

const ANSWER = `Id=vdb-backup.timer
LoadState=loaded
ActiveState=active
UnitFileState=enabled
Result=success
NextElapseUSecRealtime=Thu 2026-11-26 02:00:00 UTC

Id=vdb-backup.service
LoadState=loaded
ActiveState=failed
UnitFileState=static
Result=exit-code
ExecMainStatus=1
ExecMainStartTimestamp=@1795485600
ExecMainExitTimestamp=@1795485660

file ${SUM}  /etc/systemd/system/vdb-backup.service
elapse Thu 2026-11-26 02:00:00 UTC
elapse Wed 2026-11-25 03:00:00 UTC
release 0.1.0-0123456789ab
end
`;

function read(stdout: string): ScheduleState {
  const [seen] = kind.parse(stdout, [QUESTION]);
  if (seen?.status !== 'known' || seen.value === null) throw new Error('not seen');
  return seen.value;
}

describe('the state of a schedule', () => {
  it('is read from what systemd says', () => {
    expect(read(ANSWER)).toEqual({
      timer: { active: true, enabled: true, next: Date.parse('2026-11-26T02:00:00Z') / 1000 },
      service: {
        active: 'failed',
        result: 'exit-code',
        exitCode: 1,
        started: 1_795_485_600,
        ended: 1_795_485_660,
      },
      cron: false,
      elapses: Date.parse('2026-11-25T03:00:00Z') / 1000,
      files: { '/etc/systemd/system/vdb-backup.service': SUM },
      release: '0.1.0-0123456789ab',
    });
    expect(meansOf(read(ANSWER))).toBe('timer');
  });

  it('is that of cron without systemd, or without its units', () => {
    const cron = `\nfile ${SUM}  /etc/cron.d/vdb-backup\nend\n`;
    const units = 'Id=vdb-backup.timer\nLoadState=not-found\n\nId=vdb-backup.service\nLoadState=not-found\n';
    for (const answer of [cron, units + cron]) {
      const state = read(answer);
      expect(state).toMatchObject({ timer: null, service: null, cron: true, elapses: null, release: null });
      expect(meansOf(state)).toBe('cron');
    }
    expect(meansOf(read('\nend\n'))).toBeNull();
  });

  it('is not known from an answer that was cut, or from a time that is none', () => {
    expect(() => kind.parse(ANSWER.replace('end\n', ''), [QUESTION])).toThrow('cut');
    expect(() => kind.parse(ANSWER.replace('02:00:00 UTC', '02:00:00 CET'), [QUESTION])).toThrow('CET');
  });
});

describe('the last run', () => {
  const COMMAND = ['/usr/bin/node', '/opt/vdb', '--config', '/etc/vdb/vdb.yaml', '--host', 'db', 'backup'];
  const service = read(ANSWER).service;
  const idle = { active: 'inactive', result: 'success', exitCode: 0, started: null, ended: null };
  const history = historyOf(
    [
      ['vdb --config /etc/vdb/vdb.yaml --host db backup', 'done', '2026-11-24T02:00:00Z'],
      ['vdb backup', 'failed', '2026-11-24T09:00:00Z'],
    ]
      .map(([command, status, at]) =>
        JSON.stringify({
          ...{ schema: 'vdb.journal/1', run: command, who: 'root@db', command, vdb: '1', at },
          ...{
            event: 'outcome',
            status,
            changed: 1,
            failed: [],
            skipped: [],
            duration_ms: 60_000,
            tasks: [],
          },
        }),
      )
      .join('\n'),
  );

  it('is what systemd remembers', () => {
    expect(lastRunOf({ service }, history, COMMAND)).toEqual({
      at: '2026-11-24T02:00:00Z',
      ended: '2026-11-24T02:01:00Z',
      status: 'failed',
      why: 'exit code 1',
    });
  });

  it('has failed also when systemd was told to forget that the unit did', () => {
    const forgotten = { ...idle, exitCode: 1, started: 1_795_485_600, ended: 1_795_485_660 };
    expect(lastRunOf({ service: forgotten }, [], COMMAND)).toMatchObject({
      status: 'failed',
      why: 'exit code 1',
    });
  });

  it('is the one that still runs', () => {
    const running = { ...idle, active: 'activating', started: 1_795_485_600 };
    expect(lastRunOf({ service: running }, history, COMMAND)).toMatchObject({
      status: 'running',
      ended: null,
    });
  });

  it.each([null, idle])(
    'is that of the journal where systemd knows of none: of the same command alone',
    (seen) => {
      expect(lastRunOf({ service: seen }, history, COMMAND)).toEqual({
        at: '2026-11-24T02:00:00Z',
        ended: '2026-11-24T02:01:00.000Z',
        status: 'done',
      });
      expect(lastRunOf({ service: seen }, [], COMMAND)).toBeNull();
    },
  );
});
