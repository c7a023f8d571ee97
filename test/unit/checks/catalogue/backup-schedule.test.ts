import { describe, expect, it } from 'vitest';
import type { ConfigurationState } from '../../../../src/backup/schedule/configuration.js';
import { CRON_FILE } from '../../../../src/backup/schedule/place.js';
import { cronText, serverCommand, serverService, timerUnit } from '../../../../src/backup/schedule/render.js';
import { serverConfiguration } from '../../../../src/backup/schedule/server-config.js';
import { type ScheduleState, SERVICE_FILE, TIMER_FILE } from '../../../../src/backup/schedule/state.js';
import type { CheckContext } from '../../../../src/checks/check.js';
import type { CheckResult } from '../../../../src/checks/result.js';
import { known, type Observation } from '../../../../src/host/probe.js';
import { sha256 } from '../../../../src/resources/file.js';
import { version } from '../../../../src/version.js';
import { contextOf, judged } from '../support.js';

const CONTEXT = contextOf();
const JOB = { config: CONTEXT.config, host: 'one' };
const { config: text, secrets } = serverConfiguration(CONTEXT.config, CONTEXT.hostConfig);
const OWN = { type: 'file', mode: '600', owner: 'root:root', size: 1 } as const;

const FILES: ConfigurationState = {
  config: { ...OWN, sha256: sha256(text) },
  secrets: { ...OWN, sha256: sha256(secrets) },
};

const RAN = {
  active: 'inactive',
  result: 'success',
  exitCode: 0,
  started: 1_795_485_600,
  ended: 1_795_485_660,
};

const TIMER: ScheduleState = {
  timer: { active: true, enabled: true, next: 1_795_572_000 },
  service: RAN,
  cron: false,
  elapses: 1_795_572_000,
  files: {
    [SERVICE_FILE]: sha256(serverService(JOB)),
    [TIMER_FILE]: sha256(timerUnit('one', '0 2 * * *')),
  },
  release: `${version()}-0123456789ab`,
};

const CRON: ScheduleState = {
  ...TIMER,
  timer: null,
  service: null,
  cron: true,
  files: { [CRON_FILE]: sha256(cronText('0 2 * * *', serverCommand(JOB))) },
};

const NOTHING: ScheduleState = { ...TIMER, timer: null, service: null, files: {}, release: null };

function checked(
  state: ScheduleState,
  files: ConfigurationState = FILES,
  context: CheckContext = CONTEXT,
): CheckResult {
  return judged('backups.schedule', [known(state), known(files)], context);
}

function journalOf(command: string, hoursAgo: number, status = 'done'): Observation<string> {
  const at = new Date(CONTEXT.now.getTime() - hoursAgo * 3_600_000).toISOString();
  const base = { schema: 'vdb.journal/1', run: 'r', who: 'me@laptop', command, vdb: '1', at };
  return known(`${JSON.stringify({ ...base, event: 'outcome', status, duration_ms: 1, tasks: [] })}\n`);
}

describe('backups.schedule', () => {
  it('passes for a timer or a file of cron that is as the configuration has it', () => {
    expect(checked(TIMER)).toMatchObject({ status: 'pass', seen: 'by vdb-backup.timer' });
    expect(checked({ ...TIMER, service: { ...RAN, started: null, ended: null } }).status).toBe('pass');
    expect(checked({ ...TIMER, service: { ...RAN, active: 'activating' } }).status).toBe('pass');
    expect(checked(CRON)).toMatchObject({ status: 'pass', seen: 'by /etc/cron.d/vdb-backup' });
  });

  it.each<[string, Partial<ScheduleState>, RegExp]>([
    [
      'a timer that is stopped',
      { timer: { active: false, enabled: true, next: null } },
      /timer is not active/,
    ],
    [
      'a timer that is not started at boot',
      { timer: { active: true, enabled: false, next: 1 } },
      /not at boot/,
    ],
    [
      'a unit that was edited',
      { files: { ...TIMER.files, [SERVICE_FILE]: sha256('') } },
      /^\/etc\/systemd\/system\/vdb-backup\.service is not as the configuration has it$/,
    ],
    ['both at once', { files: { ...TIMER.files, [CRON_FILE]: sha256('') }, cron: true }, /besides the timer/],
    ['another version', { release: '0.0.9-0123456789ab' }, /^it runs vdb 0\.0\.9-0123456789ab, and this is /],
    ['no release', { release: null }, /^it runs vdb that is not there/],
    [
      'a run that failed',
      { service: { ...RAN, active: 'failed', result: 'exit-code', exitCode: 1 } },
      /^the run of 2026-11-24T02:00:00Z failed \(exit code 1\)$/,
    ],
    ['a run that took too long', { service: { ...RAN, result: 'timeout' } }, /failed \(timeout\)$/],
  ])('warns of %s', (_, change, seen) => {
    expect(checked({ ...TIMER, ...change })).toMatchObject({
      status: 'warn',
      seen: expect.stringMatching(seen),
    });
  });

  it('warns of another schedule and other secrets, and says so without any', () => {
    const context = contextOf({ qdrant: CONTEXT.config.qdrant, backup: { schedule: '0 3 * * *' } });
    const result = checked(TIMER, FILES, context);
    expect(result).toMatchObject({ status: 'warn', seen: '2 findings' });
    expect(result.details?.join()).toMatch(
      /vdb-backup\.timer is not as .*configuration in \/etc\/vdb is not this one/,
    );
    expect(JSON.stringify(result)).not.toContain(CONTEXT.config.qdrant.api_key);
  });

  it('warns of a configuration that is gone or open to others', () => {
    const open = { ...FILES, secrets: { ...OWN, mode: '644', sha256: sha256(secrets) } };
    for (const files of [{ config: null, secrets: null }, open])
      expect(checked(TIMER, files)).toMatchObject({
        status: 'warn',
        seen: expect.stringContaining('/etc/vdb'),
      });
  });

  it('tells of a run of cron from the journal', () => {
    const command = `vdb ${serverCommand(JOB).slice(2).join(' ')}`;
    const context = { ...CONTEXT, journal: journalOf(command, 10, 'failed') };
    expect(checked(CRON, FILES, context)).toMatchObject({
      seen: expect.stringMatching(/ failed \(failed\)$/),
    });
  });

  it('warns where nothing is scheduled, and says what it cannot see', () => {
    expect(checked(NOTHING)).toMatchObject({
      status: 'warn',
      seen: 'nothing on the server starts backups',
      details: [expect.stringContaining('on another machine')],
    });
  });

  it('passes with runs that a schedule on another machine began, while they are fresh and do not fail', () => {
    const elsewhere = 'vdb --config /home/me/vdb.yaml --host one backup --skip-if-locked --quiet';
    const seen = (journal: Observation<string>) => checked(NOTHING, FILES, { ...CONTEXT, journal });
    expect(seen(journalOf(elsewhere, 10))).toMatchObject({
      status: 'pass',
      seen: 'not on the server; me@laptop began one at 2026-11-24T02:00:00.000Z',
    });
    expect(seen(journalOf(elsewhere, 30)).status).toBe('warn');
    expect(seen(journalOf(elsewhere, 10, 'failed'))).toMatchObject({ status: 'warn' });
    expect(seen(journalOf('vdb backup', 10)).status).toBe('warn');
    const once = `vdb ${serverCommand(JOB).slice(2).join(' ')}`;
    expect(seen(journalOf(once, 10)).status, 'a schedule of the server that is gone').toBe('warn');
    expect(seen({ status: 'unknown', why: 'no answer' }).status).toBe('unknown');
  });

  it('does not apply where no backups are wanted', () => {
    const context = contextOf({ backup: { enabled: false } });
    expect(checked(NOTHING, FILES, context).status).toBe('skip');
  });
});
