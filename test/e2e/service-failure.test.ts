import { expect, test } from 'vitest';
import { events, result } from '../support/lab.js';
import { onSharedHost } from './support/shared.js';

const ENV = '/opt/citadel/.env';

onSharedHost('a service that will not start', (host) => {
  /** Somebody else listens where Redis wants to. */
  const occupy = () =>
    host().inside(
      `systemctl stop redis-server && systemd-run -q --unit squatter redis-server --port 6379 --bind 127.0.0.1
       for i in $(seq 50); do ss -Hltn | grep -q 127.0.0.1:6379 && exit 0; sleep 0.1; done; exit 1`,
    );
  const free = () => host().inside('systemctl stop squatter');

  test('fails with step, host, the last lines of its log and what to do; the rest is done', async () => {
    await occupy();
    try {
      await host().inside(`chmod 0644 ${ENV}`);
      const { exitCode, stderr } = await host().vdb('provision --skip 0.4');
      expect(exitCode).toBe(1);
      expect(stderr).toMatch(/step:\s+3\.2 redis-server\.service/);
      expect(stderr).toMatch(/host:\s+root@127\.0\.0\.1:\d+/);
      expect(stderr).toContain('Main process exited, code=exited, status=1/FAILURE');
      expect(stderr).toMatch(/next:\s+\S+/);
      expect(stderr).toMatch(/Failed: shared/);
      expect(await host().inside(`stat -c %a ${ENV}`)).toBe('600\n');
    } finally {
      await free();
    }
    expect((await host().vdb('provision --skip 0.4')).exitCode).toBe(0);
  });

  test('is a failed step and a failed result for machines', async () => {
    await occupy();
    const ended = await host().vdb('provision --only 3.2 --json').finally(free);
    expect(ended.exitCode).toBe(1);
    expect(result(ended)).toMatchObject({ status: 'failed', exit_code: 1 });
    const failed = events(ended.stdout).filter(
      ({ type, status }) => type === 'step.finished' && status === 'failed',
    );
    expect(failed[0]).toMatchObject({
      resource: 'service:redis-server.service',
      error: { host: expect.any(String) },
    });
    expect((await host().vdb('provision --only 3.2')).exitCode).toBe(0);
  });

  test('makes vdb check say not ready, and --wait give up in time', async () => {
    await host().inside('systemctl stop redis-server');
    const now = await host().vdb('check redis');
    expect(now.exitCode).toBe(3);
    expect(now.stdout).toMatch(/FAIL\s+redis\.ping/);
    const waited = await host().vdb('check redis --wait 3s');
    expect(waited.exitCode).toBe(6);
    expect((await host().vdb('provision --only 3.2')).exitCode).toBe(0);
    expect((await host().vdb('check redis')).exitCode).toBe(0);
  });
});
