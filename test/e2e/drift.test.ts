import { expect, test } from 'vitest';
import { result } from '../support/lab.js';
import { onSharedHost } from './support/shared.js';

const LIMITS = '/etc/security/limits.d/60-vdb.conf';
const REDIS = '/etc/redis/vdb.conf';

onSharedHost('drift', (host) => {
  const pidOf = (unit: string) => host().inside(`systemctl show -P MainPID ${unit}`);

  test('a file edited by hand is shown with a diff and put right', async () => {
    const wanted = await host().inside(`cat ${LIMITS}`);
    await host().inside(`sed -i 's/nofile.*/nofile 4321/' ${LIMITS}`);
    const plan = await host().vdb('provision --only 0.2 --plan');
    expect(plan.stdout).toContain('1 change in 1 task');
    expect(plan.stdout).toMatch(/^\s+-.*nofile 4321$/m);
    expect(plan.stdout).toMatch(/^\s+\+.*nofile\s+\d+$/m);
    expect(result(await host().vdb('provision --only 0.2 --json'))).toMatchObject({
      changed: 1,
      exit_code: 0,
    });
    expect(await host().inside(`cat ${LIMITS}`)).toBe(wanted);
  });

  test('a changed mode and owner are shown and put right', async () => {
    await host().inside(`chmod 0666 ${LIMITS} && chown qdrant ${LIMITS}`);
    const plan = await host().vdb('provision --only 0.2 --plan');
    expect(plan.stdout).toContain('0666');
    expect(plan.stdout).toContain('qdrant:root');
    expect((await host().vdb('provision --only 0.2')).exitCode).toBe(0);
    expect(await host().inside(`stat -c '%a %U:%G' ${LIMITS}`)).toBe('644 root:root\n');
  });

  test('a secret file is put right without its content being shown', async () => {
    await host().inside(`echo '# by hand' >> ${REDIS}`);
    const plan = await host().vdb('provision --only 3.2 --plan');
    expect(plan.stdout).toContain(`update ${REDIS}`);
    expect(plan.stdout).not.toContain('by hand');
    expect(plan.stdout).toMatch(/restart redis-server.service/);
    expect((await host().vdb('provision --only 3.2')).exitCode).toBe(0);
  });

  test('a stopped service is started', async () => {
    await host().inside('systemctl stop redis-server qdrant@blue');
    const plan = await host().vdb('provision --skip 0.4 --plan');
    expect(plan.stdout).toMatch(/start redis-server.service/);
    expect(plan.stdout).toMatch(/start qdrant@blue.service/);
    expect((await host().vdb('provision --skip 0.4')).exitCode).toBe(0);
    expect(await host().inside('systemctl is-active redis-server qdrant@blue')).toBe('active\nactive\n');
  });

  test('a restart that was lost, because the run died after writing the file, is made up for', async () => {
    await host().inside(
      `cp -p ${REDIS} /run/wanted && sed -i 's/^maxmemory .*/maxmemory 32mb/' ${REDIS} &&
       systemctl restart redis-server && cat /run/wanted > ${REDIS} && rm /run/wanted`,
    );
    const before = await pidOf('redis-server');
    const plan = await host().vdb('provision --only 3.2 --plan');
    expect(plan.stdout).not.toContain(`update ${REDIS}`);
    expect(plan.stdout).toMatch(
      /restart redis-server.service: restart: it runs with an older \/etc\/redis\/vdb.conf/,
    );
    expect((await host().vdb('provision --only 3.2')).exitCode).toBe(0);
    expect(await pidOf('redis-server')).not.toBe(before);
  });

  test('vdb check reports drift with exit code 3, and its absence with 0', async () => {
    await host().inside(`chmod 0600 ${LIMITS}`);
    expect((await host().vdb('check drift')).exitCode).toBe(3);
    expect((await host().vdb('provision --only 0.2')).exitCode).toBe(0);
    expect((await host().vdb('check drift')).exitCode).toBe(0);
  });
});
