import { expect, test } from 'vitest';
import { result } from '../support/lab.js';
import { holdAptLock, isInstalled, PACKAGE, removePackage, runInApt } from './support/apt-lock.js';
import { onSharedHost } from './support/shared.js';

const CLOSED = '/etc/apt/apt.conf.d/99closed';

onSharedHost('packages', (host) => {
  test('a run waits while unattended-upgrades holds the lock of dpkg, and succeeds', async () => {
    await removePackage(host());
    const release = await holdAptLock(host());
    const run = await runInApt(host());
    await new Promise((resolve) => setTimeout(resolve, 3000));
    expect(run.child.exitCode).toBeNull();
    expect(await isInstalled(host())).toBe(false);
    await release();
    expect(result(await run.ended)).toMatchObject({ status: 'done', exit_code: 0 });
    expect(await isInstalled(host())).toBe(true);
  });

  test('a mirror that is down is named as the cause, and nothing is left half done', async () => {
    await removePackage(host());
    await host().inside(
      `rm -f /var/cache/apt/archives/${PACKAGE}_*.deb
       printf 'Acquire::%s::Proxy "http://127.0.0.1:9";\\n' http https > ${CLOSED}
       echo 'Acquire::Retries "0";' >> ${CLOSED}`,
    );
    const { exitCode, stderr } = await host()
      .vdb('provision --only 3.1')
      .finally(() => host().inside(`rm ${CLOSED}`));
    expect(exitCode).toBe(1);
    expect(stderr).toMatch(/meaning:\s+The package mirror cannot be reached/);
    expect(stderr).toMatch(/next:\s+Check the way to the mirror/);
    expect(await host().inside('dpkg --audit')).toBe('');
    expect(await isInstalled(host())).toBe(false);
    expect(await host().inside('systemctl is-active postgresql@17-main')).toBe('active\n');
    expect((await host().vdb('provision --only 3.1')).exitCode).toBe(0);
    expect(await isInstalled(host())).toBe(true);
  });

  test('a package that dpkg died over while unpacking is installed again', async () => {
    await removePackage(host());
    await host().inside(
      `sed -i '/^Package: redis-tools$/,/^$/ s/^Status: .*/Status: install reinstreq half-installed/' /var/lib/dpkg/status`,
    );
    expect(await host().inside('dpkg --audit')).toContain('redis-tools');
    expect((await host().vdb('provision --skip 0.4')).exitCode).toBe(0);
    expect(await host().inside('dpkg --audit')).toBe('');
  });
});
