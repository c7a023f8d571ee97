import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { convergeHere, lookHere } from '../../../../src/backup/schedule/here.js';
import {
  chooseMeans,
  type HereJob,
  jobName,
  type Machine,
  meansHere,
} from '../../../../src/backup/schedule/here-place.js';

const JOB: HereJob = {
  host: 'vector.db',
  schedule: '0 2 * * *',
  node: '/opt/node 20/bin/node',
  vdb: '/usr/lib/vdb/bin/vdb',
  config: '/home/me/ops/vdb.yaml',
};
const NAME = jobName(JOB);

let top: string;
let calls: string[];
/** What systemd would say of the timer. */
let enabled: boolean;

beforeEach(async () => {
  top = await mkdtemp(join(tmpdir(), 'vdb-here-'));
  calls = [];
  enabled = false;
});

afterEach(() => rm(top, { recursive: true }));

/** A machine below a directory of its own, with a systemd that does as it is told. */
function machine(root: boolean, more: Partial<Machine> = {}): Machine {
  return {
    root,
    home: join(top, 'home/me'),
    top,
    env: {},
    systemctl: async ([verb = '', ...rest]) => {
      if (verb !== 'show') calls.push([verb, ...rest].join(' '));
      if (verb === 'enable') enabled = true;
      if (verb === 'disable') enabled = false;
      const stdout = enabled
        ? 'ActiveState=active\nUnitFileState=enabled\n'
        : 'ActiveState=inactive\nUnitFileState=\n';
      return { exitCode: 0, stdout, stderr: '' };
    },
    ...more,
  };
}

async function files(): Promise<string[]> {
  const entries = await readdir(top, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(top.length));
}

describe('a schedule on the machine of an operator', () => {
  it('has a name of its own for each configuration and host', () => {
    expect(NAME).toMatch(/^vdb-backup-vector-db-[0-9a-f]{8}$/);
    expect(jobName({ ...JOB, config: '/home/me/other/vdb.yaml' })).not.toBe(NAME);
    expect(jobName({ ...JOB, host: 'vector-db' })).not.toBe(NAME);
  });

  it('is a timer of the system for root, and a second time nothing changes', async () => {
    expect(await convergeHere(machine(true), JOB, 'timer')).toHaveLength(3);
    expect((await files()).sort()).toEqual([
      `/etc/systemd/system/${NAME}.service`,
      `/etc/systemd/system/${NAME}.timer`,
    ]);
    expect(calls).toEqual(['daemon-reload', `enable --now -- ${NAME}.timer`]);
    expect(await convergeHere(machine(true), JOB, 'timer')).toEqual([]);
    expect(await meansHere(machine(true), JOB)).toBe('timer');
  });

  it('names node, vdb, configuration and host in full', async () => {
    await convergeHere(machine(true), JOB, 'timer');
    const unit = await readFile(join(top, `etc/systemd/system/${NAME}.service`), 'utf8');
    expect(unit).toContain(
      '\nExecStart="/opt/node 20/bin/node" /usr/lib/vdb/bin/vdb --config /home/me/ops/vdb.yaml --host vector.db backup --skip-if-locked --quiet\n',
    );
  });

  it('is a timer of the account for anybody else', async () => {
    await convergeHere(machine(false), JOB, 'timer');
    expect((await files()).sort()).toEqual([
      `/home/me/.config/systemd/user/${NAME}.service`,
      `/home/me/.config/systemd/user/${NAME}.timer`,
    ]);
    const env = { XDG_CONFIG_HOME: join(top, 'settings') };
    await convergeHere(machine(false, { env }), JOB, 'timer');
    expect(await files()).toContain(`/settings/systemd/user/${NAME}.timer`);
  });

  it('follows the schedule', async () => {
    await convergeHere(machine(true), JOB, 'timer');
    const moved = { ...JOB, schedule: '0 3 * * *' };
    const path = join(top, `etc/systemd/system/${NAME}.timer`);
    expect(await lookHere(machine(true), moved, 'timer')).toEqual([`${path}: content differs`]);
    await convergeHere(machine(true), moved, 'timer');
    expect(await readFile(path, 'utf8')).toContain('OnCalendar=*-*-* 03:00:00');
  });

  it('becomes one of cron, and the timer is gone', async () => {
    await convergeHere(machine(true), JOB, 'timer');
    await convergeHere(machine(true), JOB, 'cron');
    expect(await files()).toEqual([`/etc/cron.d/${NAME}`]);
    expect(enabled).toBe(false);
    expect(await readFile(join(top, `etc/cron.d/${NAME}`), 'utf8')).toMatch(
      /\n0 2 \* \* \* root nice -n 10 '\/opt\/node 20\/bin\/node' .*--quiet\n$/,
    );
  });

  it('is removed with everything that it brought, and nothing else', async () => {
    const stamps = join(top, 'var/lib/systemd/timers');
    await mkdir(stamps, { recursive: true });
    await writeFile(join(stamps, 'stamp-other.timer'), '');
    await convergeHere(machine(true), JOB, 'timer');
    await writeFile(join(stamps, `stamp-${NAME}.timer`), '');
    expect(await convergeHere(machine(true), JOB, null)).toHaveLength(3);
    expect(await files()).toEqual(['/var/lib/systemd/timers/stamp-other.timer']);
    expect(await convergeHere(machine(true), JOB, null)).toEqual([]);
    expect(await meansHere(machine(true), JOB)).toBeNull();
  });

  it('is not said to be there when systemd does not take it', async () => {
    const systemctl: Machine['systemctl'] = async () => ({
      exitCode: 1,
      stdout: '',
      stderr: 'No medium found',
    });
    await expect(convergeHere(machine(false, { systemctl }), JOB, 'timer')).rejects.toMatchObject({
      message: expect.stringContaining('systemctl --user daemon-reload: No medium found'),
      details: { code: 'schedule.here' },
    });
    const lazy: Machine['systemctl'] = async () => ({
      exitCode: 0,
      stdout: 'ActiveState=inactive\n',
      stderr: '',
    });
    await expect(convergeHere(machine(false, { systemctl: lazy }), JOB, 'timer')).rejects.toThrow(
      'enable and start it',
    );
  });
});

describe('what a machine has to start it', () => {
  const withSystemd = () => mkdir(join(top, 'run/systemd/system'), { recursive: true });

  it('is a timer where there is systemd, else cron', async () => {
    expect(await chooseMeans(machine(true), JOB, undefined)).toBe('cron');
    await withSystemd();
    expect(await chooseMeans(machine(true), JOB, undefined)).toBe('timer');
    expect(await chooseMeans(machine(true), JOB, 'cron')).toBe('cron');
    expect(await chooseMeans(machine(false), JOB, undefined)).toBe('timer');
  });

  it('is refused where there is none of it, with a way', async () => {
    await expect(chooseMeans(machine(true), JOB, 'timer')).rejects.toMatchObject({
      details: { code: 'schedule.means', next: 'vdb backup schedule install --on here --with cron' },
    });
    await expect(chooseMeans(machine(false), JOB, 'cron')).rejects.toMatchObject({
      message: expect.stringContaining('Only root can write to /etc/cron.d'),
      details: { next: expect.stringMatching(/crontab -e: 0 2 \* \* \* nice -n 10 '.*--quiet$/) },
    });
  });
});
