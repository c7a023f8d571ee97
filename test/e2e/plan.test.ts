import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { events, type LabHost } from '../support/lab.js';
import { changes, listFiles, listRunning } from './support/listing.js';
import { describeLab } from './support/shared.js';
import { remove, site, wholeHost } from './support/site.js';

describeLab('plan mode on a host that vdb has never changed', () => {
  let host: LabHost;
  const state = async () => [...(await listFiles(host)), ...(await listRunning(host))];

  beforeAll(async () => {
    host = await wholeHost('plan');
    await host.inside('systemctl stop apt-daily.timer apt-daily-upgrade.timer systemd-tmpfiles-clean.timer');
    await host.vdb('lock status');
  });
  afterAll(() => remove('plan'));

  test('it writes nothing on the host, however it is asked', async () => {
    const before = await state();
    expect(before.length).toBeGreaterThan(5000);
    const ended = await host.vdb('provision --plan -o plan.json');
    expect(ended).toMatchObject({ exitCode: 0 });
    expect(ended.stdout).toMatch(/\d\d changes in 10 tasks/);
    expect((await host.vdb('provision --plan --json --verbose')).exitCode).toBe(0);
    expect((await host.vdb('task run 3.2 --plan')).exitCode).toBe(0);
    expect(changes(before, await state())).toEqual([]);
  });

  test('a listing shows what a single change of a file leaves', async () => {
    const before = await state();
    await host.inside('touch /etc/motd');
    expect(changes(before, await state())).not.toEqual([]);
  });

  test('looking at status, checks, tasks, history and lock writes nothing either', async () => {
    const before = await state();
    for (const command of ['status', 'check', 'task list', 'history', 'lock status']) {
      expect([0, 3], command).toContain((await host.vdb(command)).exitCode);
    }
    expect(changes(before, await state())).toEqual([]);
  });

  test('no secret is in the plan, in what is said, or in the events', async () => {
    const text = await host.vdb('provision --plan -o secret-plan.json --verbose');
    const json = await host.vdb('provision --plan --json');
    const saved = await readFile(join(site.directory, 'secret-plan.json'), 'utf8');
    expect(host.secrets).toHaveLength(5);
    expect(events(json.stdout).map(({ type }) => type)).toEqual(['plan', 'result']);
    for (const sink of [text.stdout, text.stderr, json.stdout, json.stderr, saved]) {
      for (const secret of host.secrets) expect(sink).not.toContain(secret);
    }
  });
});
