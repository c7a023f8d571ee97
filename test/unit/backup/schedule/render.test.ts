import { spawnSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  cronText,
  cronWord,
  execLine,
  operatorService,
  serverService,
  timerUnit,
} from '../../../../src/backup/schedule/render.js';
import { testConfig } from '../../../support/config.js';

const HAS_SYSTEMD = spawnSync('systemd-analyze', ['--version']).status === 0;
const SERVER = { config: testConfig(), host: 'db' };

/** What systemd says of units, with a program that exists in place of vdb's. */
async function complaints(units: Record<string, string>): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'vdb-units-'));
  try {
    for (const [name, text] of Object.entries(units))
      await writeFile(join(directory, name), text.replace(/^ExecStart=.*$/m, 'ExecStart=/bin/true'));
    const paths = Object.keys(units).map((name) => join(directory, name));
    const { stderr } = spawnSync('systemd-analyze', ['verify', '--man=no', ...paths], { encoding: 'utf8' });
    return stderr
      .split('\n')
      .filter((line) => line.includes(directory))
      .join('\n');
  } finally {
    await rm(directory, { recursive: true });
  }
}

describe('the units of a schedule', () => {
  it('run the backup of the current release with the configuration of the server', () => {
    expect(serverService(SERVER)).toContain(
      '\nExecStart=/usr/bin/node /opt/qdrant/vdb/current/bin/vdb --config /etc/vdb/vdb.yaml --host db backup --skip-if-locked --quiet\n',
    );
  });

  it('have no line of a template left, and no gap where it had one', () => {
    for (const text of [
      serverService(SERVER),
      operatorService('db', ['/bin/true']),
      timerUnit('db', '0 2 1 * 1'),
    ])
      expect(text).not.toMatch(/<%|%>|\n\n\n|=.*\n\n[^[#\n]/);
  });

  it('have a timer with a line for each way to be due', () => {
    expect(timerUnit('db', '0 2 1 * 1').match(/^OnCalendar=.*$/gm)).toEqual([
      'OnCalendar=*-*-01 02:00:00',
      'OnCalendar=Mon *-*-* 02:00:00',
    ]);
  });

  it('close the home directories unless the backup writes there', () => {
    const config = testConfig({ paths: { backups: '/home/backup/sets' } });
    expect(serverService(SERVER)).toContain('ProtectHome=read-only\n');
    expect(serverService({ config, host: 'db' })).not.toContain('ProtectHome');
  });

  it.skipIf(!HAS_SYSTEMD)('are what systemd takes', async () => {
    const timer = timerUnit('db', '*/10 1-5 1,15 * 7');
    expect(await complaints({ 'vdb-backup.service': serverService(SERVER), 'vdb-backup.timer': timer })).toBe(
      '',
    );
    expect(
      await complaints({ 'vdb-backup.service': operatorService('db', ['/a b']), 'vdb-backup.timer': timer }),
    ).toBe('');
  });
});

describe('words', () => {
  it.each([
    [['/usr/bin/node', '--host=x'], '/usr/bin/node --host=x'],
    [['/a b/c'], '"/a b/c"'],
    [['50%'], '50%%'],
    [['$HOME'], '$$HOME'],
    [['a"b\\c'], '"a\\"b\\\\c"'],
  ])('%j is %s for systemd', (words, line) => {
    expect(execLine(words)).toBe(line);
  });

  it.each(['/plain/path', '/with space', "it's", '100%', '$HOME `x`', 'a\\b'])(
    '%s comes through cron and its shell unchanged',
    (word) => {
      // As cron does it: a backslash before a percent sign goes, then the shell has the line.
      const line = cronWord(word).replaceAll('\\%', '%');
      expect(spawnSync('sh', ['-c', `printf %s ${line}`], { encoding: 'utf8' }).stdout).toBe(word);
      expect(cronWord(word)).not.toMatch(/(?<!\\)%/);
    },
  );
});

describe('a file for cron', () => {
  it('has a line with the schedule, the account and the command, and ends with a newline', () => {
    const lines = cronText('0 2 * * *', ['/usr/bin/node', '/opt/100%/vdb']).split('\n');
    expect(lines.slice(-2)).toEqual(['0 2 * * * root nice -n 10 /usr/bin/node /opt/100\\%/vdb', '']);
  });
});
