import { beforeAll, describe, expect, test } from 'vitest';
import type { Host } from '../../../src/host/host.js';
import { sh } from '../../../src/host/shell.js';
import { aptTransaction } from '../../../src/resources/apt.js';
import { cronFile } from '../../../src/resources/cron.js';
import { ioScheduler, kernelModule, transparentHugepages } from '../../../src/resources/kernel.js';
import { freeSpace, mountOptions } from '../../../src/resources/mount.js';
import { swapFile } from '../../../src/resources/swap.js';
import { sysctl, sysctlValue } from '../../../src/resources/sysctl.js';
import { timeSync } from '../../../src/resources/time.js';
import { group, systemUser } from '../../../src/resources/user.js';
import { changeOf, converge, look, NO_CONTAINER, rootHost } from '../../support/root-host.js';

const container = true;

describe.skipIf(NO_CONTAINER)(`the system of a real host ${NO_CONTAINER ?? ''}`, () => {
  let host: Host;
  beforeAll(async () => {
    host = await rootHost();
    await host.run({
      title: 'clean',
      script: sh`userdel vdbtest 2>/dev/null; groupdel vdbtest 2>/dev/null; groupdel vdbextra 2>/dev/null
        rm -f /etc/sysctl.d/60-vdb.conf /etc/cron.d/vdb-test; sysctl -q -w net.core.somaxconn=128 net.ipv4.ip_local_port_range="32768 60999"`,
    });
  });

  test('a system user is created with its group, then put into another', async () => {
    const user = systemUser({ name: 'vdbtest', home: '/opt/vdbtest' });
    expect(await converge(host, user)).toMatchObject({ before: { action: 'create' }, after: null });
    expect((await converge(host, group({ name: 'vdbextra' }))).after).toBeNull();
    const more = systemUser({ name: 'vdbtest', home: '/opt/vdbtest2', groups: ['vdbextra'] });
    expect(await converge(host, more)).toMatchObject({ before: { action: 'update' }, after: null });
    expect(await changeOf(host, user)).toMatchObject({ summary: 'home /opt/vdbtest2, want /opt/vdbtest' });
  });

  test('a user with a login shell loses it', async () => {
    const user = systemUser({ name: 'vdbtest', home: '/opt/vdbtest2' });
    await host.run({ title: 'spoil', script: sh`usermod -s /bin/bash vdbtest` });
    expect((await converge(host, user)).after).toBeNull();
  });

  test('network settings are set and kept', async () => {
    for (const resource of sysctl({
      values: { 'net.core.somaxconn': 4096, 'net.ipv4.ip_local_port_range': '10240  65000' },
      container,
    })) {
      const { before, after } = await converge(host, resource);
      expect(before, resource.id).not.toBeNull();
      expect(after, resource.id).toBeNull();
    }
  });

  test('settings of the machine around the container are neither set nor passed over', async () => {
    const other = Number((await host.read(sh`sysctl -n vm.max_map_count`)).stdout) + 1;
    expect(await look(host, sysctlValue({ key: 'vm.max_map_count', value: other, container }))).toMatchObject(
      {
        status: 'foreign',
        why: expect.stringContaining('belongs to the machine'),
      },
    );
    expect(
      await look(host, sysctlValue({ key: 'vm.max_map_count', value: other - 1, container })),
    ).toMatchObject({ status: 'known' });
    expect((await look(host, sysctlValue({ key: 'net.no.such', value: 1, container }))).status).toBe(
      'foreign',
    );
    expect((await look(host, sysctlValue({ key: 'net.no.such', value: 1, container: false }))).status).toBe(
      'pending',
    );
  });

  test('modules, huge pages, disks, swap and clock of the machine are reported', async () => {
    const mode = (await host.read(sh`cat /sys/kernel/mm/transparent_hugepage/enabled`)).stdout.includes(
      '[never]',
    )
      ? 'always'
      : 'never';
    for (const resource of [
      kernelModule({ name: 'no_such_module', container }),
      transparentHugepages({ mode, container }),
      ioScheduler({ mountPoint: '/', scheduler: 'none', container }),
      swapFile({ sizeMib: 512, container }),
      timeSync({ container }),
    ]) {
      expect((await look(host, resource)).status, resource.id).toBe('foreign');
    }
    expect(await changeOf(host, swapFile({ sizeMib: 0, container }))).toBeNull();
  });

  test('options of a mount are changed as it runs and in fstab', async () => {
    await host.run({
      title: 'mount',
      script: sh`mkdir -p /mnt/vdb-test && mount -t tmpfs -o relatime vdbtest /mnt/vdb-test && cp /etc/fstab /tmp/fstab.vdb
        echo 'vdbtest /mnt/vdb-test tmpfs defaults,relatime 0 0' >>/etc/fstab`,
    });
    const wanted = { mountPoint: '/mnt/vdb-test', options: ['noatime', 'nodev'] };
    expect((await look(host, mountOptions({ ...wanted, container }))).status).toBe('foreign');
    const { before, after } = await converge(host, mountOptions({ ...wanted, container: false }));
    expect(before?.fields).toHaveLength(4);
    expect(after).toBeNull();
    expect((await host.read(sh`tail -n 1 /etc/fstab`)).stdout.trim()).toBe(
      'vdbtest /mnt/vdb-test tmpfs defaults,noatime,nodev 0 0',
    );
    await host.run({
      title: 'clean',
      script: sh`umount /mnt/vdb-test && rmdir /mnt/vdb-test && mv /tmp/fstab.vdb /etc/fstab`,
    });
  });

  test('a directory that is no mount of its own is refused only when it must be one', async () => {
    const options = { mountPoint: '/opt', options: ['noatime'], container };
    expect(await look(host, mountOptions(options))).toEqual({
      status: 'foreign',
      why: '/opt is not a mount of its own',
    });
    expect((await changeOf(host, mountOptions({ ...options, required: true })))?.refused?.why).toContain(
      '/opt is not a mount',
    );
  });

  test('too little space is refused, also for a path that is not there yet', async () => {
    expect(await changeOf(host, freeSpace({ path: '/data/not/there', minGib: 0.001 }))).toBeNull();
    expect((await changeOf(host, freeSpace({ path: '/data/not/there', minGib: 1e6 })))?.refused?.why).toMatch(
      /GiB free/,
    );
  });

  test('a cron file is installed', async () => {
    await host.run(aptTransaction(['cron']));
    const wanted = cronFile({ name: 'vdb-test', content: '0 3 * * * root true' });
    expect((await converge(host, wanted)).after).toBeNull();
    await host.run({
      title: 'clean',
      script: sh`rm /etc/cron.d/vdb-test; userdel vdbtest; groupdel vdbextra`,
    });
  });
});
