import { beforeAll, describe, expect, test } from 'vitest';
import type { Host } from '../../../src/host/host.js';
import { sh } from '../../../src/host/shell.js';
import { aptPackages, aptRepository, aptTransaction, explainApt } from '../../../src/resources/apt.js';
import { changeOf, converge, NO_CONTAINER, rootHost } from '../../support/root-host.js';

const result = { exitCode: 100, stdout: '', durationMs: 1 };

describe.skipIf(NO_CONTAINER)(`packages on a real host ${NO_CONTAINER ?? ''}`, () => {
  let host: Host;
  beforeAll(async () => {
    host = await rootHost();
    await host.run({
      title: 'remove',
      script: sh`dpkg --purge hello >/dev/null 2>&1; rm -f /run/vdb/apt-updated`,
    });
  });

  test('missing packages are found and installed once', async () => {
    const wanted = aptPackages({ name: 'test', packages: ['hello', 'bash'] });
    expect(await converge(host, wanted)).toMatchObject({
      before: { action: 'install', summary: 'install hello' },
      after: null,
    });
  });

  test('an unknown package fails with an explanation after one more update', async () => {
    const wanted = aptTransaction(['no-such-package-vdb']);
    const error = await host.run(wanted).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ result: { stderr: expect.stringContaining('Unable to locate package') } });
    const { stderr } = (error as { result: { stderr: string } }).result;
    expect(explainApt({ ...result, stderr })?.meaning).toContain('no such package');
  });

  test('lists that were lost are fetched again', async () => {
    await host.run({
      title: 'lose lists',
      script: sh`rm -rf /var/lib/apt/lists/*; dpkg --purge hello >/dev/null 2>&1`,
    });
    expect((await converge(host, aptPackages({ name: 'test', packages: ['hello'] }))).after).toBeNull();
  });

  test('an interrupted dpkg is repaired', async () => {
    await host.run({
      title: 'interrupt',
      script: sh`cd /tmp && apt-get -q download hello >/dev/null 2>&1 && dpkg --purge hello >/dev/null && dpkg --unpack hello_*.deb >/dev/null; rm -f hello_*.deb`,
    });
    const wanted = aptPackages({ name: 'test', packages: ['hello'] });
    expect((await changeOf(host, wanted))?.summary).toBe('install hello');
    expect((await converge(host, wanted)).after).toBeNull();
  });

  test('a package manager that is at work is waited for', async () => {
    await host.run({
      title: 'hold the lock',
      stdin: `import fcntl, time
files = [open('/var/lib/dpkg/' + name, 'a') for name in ('lock-frontend', 'lock')]
[fcntl.lockf(file, fcntl.LOCK_EX) for file in files]
time.sleep(8)
`,
      script: sh`cat >/tmp/vdb-hold.py; cd /tmp && apt-get -q download hello >/dev/null 2>&1
        dpkg --purge hello >/dev/null 2>&1; dpkg --unpack hello_*.deb >/dev/null; rm -f hello_*.deb
        systemd-run -q --collect python3 /tmp/vdb-hold.py && sleep 1 && rm /tmp/vdb-hold.py`,
    });
    const started = performance.now();
    expect((await converge(host, aptPackages({ name: 'test', packages: ['hello'] }))).after).toBeNull();
    expect(performance.now() - started).toBeGreaterThan(5000);
  });

  test('a repository is understood by apt and refreshes the lists', async () => {
    const wanted = aptRepository({
      name: 'vdb-test',
      uris: ['http://deb.debian.org/debian'],
      suites: ['trixie-backports'],
      components: ['main'],
    });
    expect((await converge(host, wanted)).after).toBeNull();
    await host.run(aptTransaction(['hello']));
    const { stdout } = await host.read(sh`apt-cache policy; rm -f /etc/apt/sources.list.d/vdb-test.sources`);
    expect(stdout).toContain('trixie-backports');
  });
});
