import { hostname, userInfo } from 'node:os';
import { expect, test } from 'vitest';
import { type Ended, result, type Started } from '../support/lab.js';
import { holdAptLock, isInstalled, removePackage, runInApt } from './support/apt-lock.js';
import { onSharedHost } from './support/shared.js';

const DATABASE = '/opt/citadel/config/database.yaml';
const OPERATOR = `${userInfo().username}@${hostname()}`;

onSharedHost('one run at a time', (host) => {
  /** A run in the middle of its first step, with a second step due after it. */
  const inTheMiddle = async (during: (run: Started) => Promise<void>): Promise<Ended> => {
    await removePackage(host());
    await host().inside(`chmod 0600 ${DATABASE}`);
    const release = await holdAptLock(host());
    const run = await runInApt(host());
    try {
      await during(run);
    } finally {
      await release();
    }
    return run.ended;
  };
  const converge = async () => expect((await host().vdb('provision --only 3.1')).exitCode).toBe(0);
  const modeOfDatabase = () => host().inside(`stat -c %a ${DATABASE}`);

  test('a second run is told who holds the lock and ends with 5, the first goes on', async () => {
    const first = await inTheMiddle(async () => {
      const second = await host().vdb('provision --only 3.2');
      expect(second.exitCode).toBe(5);
      expect(second.stderr).toContain(`is locked by ${OPERATOR} since`);
      expect(second.stderr).toContain('vdb --lab shared provision');
      const status = await host().vdb('lock status');
      expect(status.stdout).toContain(`locked by ${OPERATOR}`);
      expect((await host().vdb('provision --only 3.2 --plan')).exitCode).toBe(0);
    });
    expect(result(first)).toMatchObject({ changed: 2, exit_code: 0 });
    expect((await host().vdb('lock status')).stdout).toContain('is not locked');
  });

  test('interrupted once, the step that runs is finished, the next is not begun, and the lock is free', async () => {
    const run = await inTheMiddle(async ({ child, until }) => {
      child.kill('SIGINT');
      await until(/Stopping: the running step finishes first/);
    });
    expect(run.exitCode).toBe(130);
    expect(result(run)).toMatchObject({ status: 'interrupted', exit_code: 130 });
    expect(await isInstalled(host())).toBe(true);
    expect(await modeOfDatabase()).toBe('600\n');
    expect((await host().vdb('lock status')).stdout).toContain('is not locked');
    expect((await host().vdb('history --limit 1')).stdout).toContain('interrupted');
    await converge();
    expect(await modeOfDatabase()).toBe('644\n');
  });

  test('interrupted twice, it ends at once; what still works on the host is waited for or reported', async () => {
    const run = await inTheMiddle(async ({ child, until, ended }) => {
      child.kill('SIGINT');
      await until(/Once more to stop at once/);
      const pressed = performance.now();
      child.kill('SIGINT');
      await ended;
      expect(performance.now() - pressed).toBeLessThan(2000);
      const next = await host().vdb('provision --only 3.1');
      expect(next.exitCode).toBe(5);
      expect(next.stderr).toContain('A command of an earlier run is still at work');
    });
    expect(run.exitCode).toBe(130);
    await host().inside('flock -w 60 -x /run/vdb/busy true');
    await converge();
  });

  test('a connection that is cut in the middle ends the run with 4, and the next run converges', async () => {
    const run = await inTheMiddle(async ({ ended }) => {
      await host().inside('kill $(pgrep -x sshd-session)');
      const { exitCode } = await ended;
      expect(exitCode).toBe(4);
    });
    expect(run.stdout).toContain('"code":"host.connection-lost"');
    expect(run.stdout).not.toContain('This is a bug in vdb');
    expect(result(run)).toMatchObject({ status: 'failed', exit_code: 4 });
    await host().inside('flock -w 60 -x /run/vdb/busy true');
    await converge();
  });

  test('a lock whose process dies on the host stops the run before its next step', async () => {
    const run = await inTheMiddle(async () => {
      await host().inside(
        `for process in /proc/[0-9]*; do
           [ "$(readlink $process/fd/9)" != /run/vdb/lock ] || kill "\${process#/proc/}"
         done`,
      );
    });
    expect(run.exitCode).toBe(4);
    expect(run.stdout + run.stderr).not.toContain('This is a bug in vdb');
    expect(await modeOfDatabase()).toBe('600\n');
    await converge();
  });
});
