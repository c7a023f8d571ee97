import { afterAll, beforeAll, expect, test } from 'vitest';
import { type LabHost, result } from '../support/lab.js';
import { describeLab } from './support/shared.js';
import { freshHost, remove } from './support/site.js';

describeLab('an operator that is killed while apt is at work on a new host', () => {
  let host: LabHost;

  beforeAll(async () => {
    host = await freshHost('killed');
  });
  afterAll(() => remove('killed'));

  /** Kills the run while dpkg has changes of its database under way, and `also` on the host just before. */
  const killInApt = async (command: string, also = 'true') => {
    const run = host.begin(command);
    await run.until(/"step.started","task":"packages"/);
    // Stopped any earlier, the run may not have asked the host for anything yet.
    await host.inside('until pgrep -x apt-get; do sleep 0.01; done');
    run.child.kill('SIGSTOP');
    await host.inside(`until [ -n "$(ls -A /var/lib/dpkg/updates)" ]; do sleep 0.01; done; ${also}`);
    run.child.kill('SIGKILL');
    expect((await run.ended).exitCode).toBeNull();
  };
  const converges = async (command: string) => {
    await host.inside('flock -w 60 -x /run/vdb/busy true');
    const ended = await host.vdb(command);
    expect(ended, ended.stdout).toMatchObject({ exitCode: 0 });
    expect(await host.inside('dpkg --audit')).toBe('');
    expect(result(await host.vdb(command))).toMatchObject({ changed: 0, exit_code: 0 });
  };

  test('leaves no lock; apt, while it goes on, is reported to the next run; history has it as unfinished', async () => {
    const command = 'provision --only 0.2 --json';
    await killInApt(command);
    expect((await host.vdb('lock status')).stdout).toContain('is not locked');
    const next = await host.vdb(command);
    expect([0, 5]).toContain(next.exitCode);
    if (next.exitCode === 5) expect(result(next)).toMatchObject({ error: { code: 'host.busy' } });
    await converges(command);
    expect(result(await host.vdb('history --json')).runs).toBeGreaterThan(1);
    expect((await host.vdb('history --json')).stdout).toContain('"status":"unfinished"');
  });

  test('and apt and dpkg with it: the next run repairs what they left and converges', async () => {
    const command = 'provision --only 3.2 --json';
    await killInApt(command, 'kill -9 $(pgrep -x "apt-get|dpkg")');
    expect(await host.inside('dpkg --audit; ls /var/lib/dpkg/updates')).not.toBe('');
    await converges(command);
  });
});
