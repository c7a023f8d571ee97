import { describe, expect, test } from 'vitest';
import type { Document } from 'yaml';
import { vdbWith } from '../support/configuration.js';
import { onSharedHost } from '../support/shared.js';
import { DEPLOYMENT, expectFound, resultsOf } from './breakage.js';

/** A file that is the machine's is never changed: another one is mounted over it in the container. */
function covered(path: string, content: string): { break: string; mend: string } {
  return {
    break: `printf '%b' '${content}' >/run/covered && mount --bind /run/covered ${path}`,
    mend: `umount ${path}; rm -f /run/covered`,
  };
}

function configured(path: string[], value: unknown): (document: Document) => void {
  return (document) => document.setIn(path, value);
}

onSharedHost('the machine', (host) => {
  test('a release that vdb does not know is found', async () => {
    await expectFound(host(), {
      id: 'host.os',
      seen: /Debian GNU\/Linux 12/,
      relatives: [DEPLOYMENT, /^drift/],
      ...covered('/etc/os-release', 'ID=debian\\nVERSION_ID=12\\nPRETTY_NAME="Debian GNU/Linux 12"\\n'),
    });
  });

  test('a release whose security updates end is found, by a threshold of ten years', async () => {
    await expectFound(host(), {
      id: 'host.os',
      status: 'warn',
      seen: /security updates until 2028-08-09, in \d+ days/,
      configure: configured(['checks', 'thresholds', 'host.os'], 3650),
    });
  });

  test('a program for another CPU in the slot is found', async () => {
    const other = `cp /usr/bin/true /run/other && printf '\\267\\0' | dd of=/run/other bs=1 seek=18 conv=notrunc status=none`;
    await expectFound(host(), {
      id: 'host.arch',
      seen: /aarch64/,
      relatives: [/^drift/],
      break: `${other} && mount --bind /run/other /opt/qdrant/slots/blue/qdrant`,
      mend: 'umount /opt/qdrant/slots/blue/qdrant; rm -f /run/other',
    });
  });

  test('fewer CPUs than planned are found', async () => {
    await expectFound(host(), {
      id: 'host.cpus',
      seen: /^\d+$/,
      configure: configured(['qdrant', 'cpu'], 4096),
      relatives: [/^drift/],
    });
  });

  test('less memory than planned is found', async () => {
    await expectFound(host(), {
      id: 'host.memory',
      seen: /GiB[\s\S]*Qdrant: 64 TiB\nRedis: 64 MiB\nPostgreSQL: /,
      configure: configured(['qdrant', 'memory'], '64TiB'),
      relatives: [/^drift/],
    });
  });

  test('a container that may use less than its machine has is found, by a limit that is mounted over', async () => {
    const path =
      '$(ls /sys/fs/cgroup/memory.max /sys/fs/cgroup/memory/memory.limit_in_bytes 2>/dev/null | head -n 1)';
    await expectFound(host(), {
      id: 'host.memory',
      seen: /^512 MiB/,
      relatives: ['capacity.memory'],
      ...covered(path, '536870912'),
    });
  });
});

/** What the lab's machine has may be right or wrong; a value that is surely wrong is seen as such either way. */
describe('the kernel, by values that are mounted over', () => {
  onSharedHost('the kernel', (host) => {
    const PSI =
      'some avg10=90.00 avg60=90.00 avg300=90.00 total=1\\nfull avg10=80.00 avg60=42.00 avg300=1.00 total=1\\n';

    test.each([
      ['host.map-count', '/proc/sys/vm/max_map_count', '4711\\n', /^4711 on the machine/],
      ['host.overcommit', '/proc/sys/vm/overcommit_memory', '2\\n', /^2 on the machine/],
      ['host.thp', '/sys/kernel/mm/transparent_hugepage/enabled', '[always] madvise never\\n', /^always/],
      ['host.pressure', '/proc/pressure/io', PSI, /^io 42 %$/],
    ])('%s', async (id, path, content, seen) => {
      await expectFound(host(), { id, status: 'warn', seen, ...covered(path, content) });
    });

    test('host.swap', async () => {
      await expectFound(host(), {
        id: 'host.swap',
        status: 'warn',
        seen: /^2\.0 GiB used/,
        break: `sed 's/^SwapTotal:.*/SwapTotal: 4194304 kB/; s/^SwapFree:.*/SwapFree: 2097152 kB/' /proc/meminfo >/run/covered
          mount --bind /run/covered /proc/meminfo`,
        mend: 'umount /proc/meminfo; rm -f /run/covered',
      });
    });

    test.each([
      ['host.map-count', '/proc/sys/vm/max_map_count', '262144\\n', 'pass'],
      ['host.overcommit', '/proc/sys/vm/overcommit_memory', '1\\n', 'pass'],
      ['host.map-count', '/proc/sys/vm/max_map_count', 'ERROR\\n', 'unknown'],
      ['host.map-count', '/proc/sys/vm/max_map_count', '', 'unknown'],
    ])('%s of %s with %j: %s', async (id, path, content, status) => {
      const cover = covered(path, content);
      try {
        await host().inside(cover.break);
        const found = resultsOf(await vdbWith(host(), () => {}, `check ${id} --json`));
        expect(found.get(id)?.status).toBe(status);
      } finally {
        await host().inside(cover.mend);
      }
    });
  });
});

onSharedHost('the health of the system', (host) => {
  test('a unit that the kernel killed a process of is found in the journal', async () => {
    const entry = [
      'MESSAGE_ID=fe6faa94e7774663a0da52717891d8ef',
      'UNIT=eats.service',
      'MESSAGE=killed by the OOM killer',
    ];
    await expectFound(host(), {
      id: 'host.oom',
      seen: /^1 killed, the last on \d{4}-\d\d-\d\d: eats\.service/,
      break: `printf '%s\\n' ${entry.map((line) => `'${line}'`).join(' ')} | logger --journald && journalctl --sync`,
      mend: 'journalctl -q --rotate && sleep 1 && journalctl -q --vacuum-time=1s',
    });
  });

  test('a unit that failed is found', async () => {
    await expectFound(host(), {
      id: 'host.failed-units',
      seen: /broken-for-a-test\.service/,
      break: 'systemd-run -q --unit=broken-for-a-test --wait false || true',
      mend: 'systemctl reset-failed broken-for-a-test.service',
    });
  });

  test('fewer open files than planned are found, and the unit is repaired', async () => {
    await expectFound(host(), {
      id: 'host.nofile',
      seen: /^4096 files$/,
      relatives: [/^drift/],
      break: `sed -i 's/^LimitNOFILE=.*/LimitNOFILE=4096/' /etc/systemd/system/qdrant@.service
        systemctl daemon-reload && systemctl restart qdrant@blue
        for i in $(seq 100); do curl -so /dev/null http://127.0.0.1:6333/readyz && break; sleep 0.1; done`,
    });
  });

  test('a reboot that a package asks for is found', async () => {
    await expectFound(host(), {
      id: 'host.reboot',
      status: 'warn',
      seen: /^a reboot is asked for by libc6$/,
      break: 'touch /run/reboot-required && echo libc6 >/run/reboot-required.pkgs',
      mend: 'rm -f /run/reboot-required /run/reboot-required.pkgs',
    });
  });

  test('a drop-in that opens the unit to the system is found', async () => {
    const open = [
      'ProtectSystem ProtectHome PrivateTmp PrivateDevices ProtectKernelTunables ProtectKernelModules',
      'ProtectKernelLogs ProtectControlGroups ProtectClock ProtectHostname NoNewPrivileges RestrictNamespaces',
      'RestrictRealtime RestrictSUIDSGID LockPersonality',
    ].join(' ');
    await expectFound(host(), {
      id: 'host.hardening',
      status: 'warn',
      seen: /^qdrant@blue\.service: [6-9]\.\d$/,
      relatives: [/^drift/],
      break: `mkdir -p /etc/systemd/system/qdrant@.service.d
        { echo '[Service]'; for key in ${open}; do echo "$key=no"; done; echo SystemCallFilter=
        echo 'CapabilityBoundingSet=~'; echo RestrictAddressFamilies=; echo SystemCallArchitectures=
        } >/etc/systemd/system/qdrant@.service.d/90-open.conf
        systemctl daemon-reload`,
      mend: 'rm -f /etc/systemd/system/qdrant@.service.d/90-open.conf; systemctl daemon-reload',
    });
  });
});
