import { afterAll, beforeAll, expect, test } from 'vitest';
import { type LabHost, result } from '../support/lab.js';
import { untilTrue } from './support/apt-lock.js';
import { describeLab } from './support/shared.js';
import { freshHost, remove } from './support/site.js';

const PROVISION = 'provision --only 0.2,3.2 --json';

describeLab('an operator that dies while apt is at work on a new host', () => {
  let host: LabHost;

  beforeAll(async () => {
    host = await freshHost('killed');
  });
  afterAll(() => remove('killed'));

  test('frees the lock at once; apt is reported or has ended; the next run repairs dpkg and converges', async () => {
    const run = host.begin(PROVISION);
    await untilTrue(async () => (await host.inside('pgrep -x dpkg || true')) !== '');
    run.child.kill('SIGKILL');
    await run.ended;
    expect((await host.vdb('lock status')).stdout).toContain('is not locked');

    const next = await host.vdb(PROVISION);
    expect([0, 5]).toContain(next.exitCode);
    if (next.exitCode === 5) expect(result(next)).toMatchObject({ error: { code: 'host.busy' } });

    await host.inside('apt-get -qy --purge remove redis-server redis-tools >/dev/null 2>&1; true');
    const again = host.begin(PROVISION);
    await untilTrue(async () => (await host.inside('pgrep -x dpkg || true')) !== '');
    again.child.kill('SIGKILL');
    await host.inside('kill -9 $(pgrep -x "apt-get|dpkg") 2>/dev/null; true');
    await again.ended;

    await host.inside('flock -w 60 -x /run/vdb/busy true');
    expect(result(await host.vdb(PROVISION))).toMatchObject({ status: 'done', exit_code: 0 });
    expect(await host.inside('dpkg --audit')).toBe('');
    expect(result(await host.vdb(PROVISION))).toMatchObject({ changed: 0, exit_code: 0 });
    const history = await host.vdb('history');
    expect(history.stdout).toMatch(/unfinished/);
    expect(history.stdout.trim().split('\n').at(-1)).toContain('unfinished');
  });
});
