import { test } from 'vitest';
import type { Document } from 'yaml';
import { onSharedHost } from '../support/shared.js';
import { expectFound } from './breakage.js';

const BLUE = '/data/qdrant/blue';

function configured(...settings: [path: string[], value: unknown][]): (document: Document) => void {
  return (document) => {
    for (const [path, value] of settings) document.setIn(path, value);
  };
}

onSharedHost('the space of the data', (host) => {
  test('a backup volume that is nearly full is found', async () => {
    await expectFound(host(), {
      id: 'storage.free',
      seen: /^0\.\d GiB \(\d %\) free on \/data\/backups$/,
      break: `mount -t tmpfs -o size=64m,mode=0700 tmpfs /data/backups
        dd if=/dev/zero of=/data/backups/full bs=1M count=60 status=none`,
      mend: 'umount /data/backups',
    });
  });

  test('a volume without inodes is found', async () => {
    await expectFound(host(), {
      id: 'storage.inodes',
      seen: /^9\d % used on \/data\/backups$/,
      break: `mount -t tmpfs -o size=8g,nr_inodes=100,mode=0700 tmpfs /data/backups
        touch /data/backups/file-{1..90}`,
      mend: 'umount /data/backups',
    });
  });

  test('snapshots without room for the largest collection are found', async () => {
    await expectFound(host(), {
      id: 'storage.snapshot-room',
      seen: /free on \/data\/qdrant\/blue\/snapshots; the largest collection, large, takes 256 MiB$/,
      break: `mkdir ${BLUE}/storage/collections/large
        fallocate -l 256M ${BLUE}/storage/collections/large/segment
        mount -t tmpfs -o size=1m,mode=0750,uid=qdrant,gid=qdrant tmpfs ${BLUE}/snapshots`,
      mend: `umount ${BLUE}/snapshots; rm -r ${BLUE}/storage/collections/large`,
    });
  });
});

onSharedHost('the place of the data', (host) => {
  test('a slot on a file system in memory is found', async () => {
    await expectFound(host(), {
      id: 'storage.filesystem',
      seen: /^tmpfs on \/run\/slot$/,
      configure: configured([['qdrant', 'slots', 'blue', 'storage'], '/run/slot']),
      relatives: [/^drift/, /^capacity\./],
      break: `install -d /run/slot && mount -t tmpfs -o size=8g,mode=0750,uid=qdrant,gid=qdrant tmpfs /run/slot
        mkdir -p /run/slot/storage/collections`,
      mend: 'umount /run/slot; rmdir /run/slot',
    });
  });

  test('a data volume without its mount options is found', async () => {
    await expectFound(host(), {
      id: 'storage.mount',
      status: 'warn',
      seen: /^\/run\/volume: without noatime$/,
      configure: configured([['storage', 'mount_point'], '/run/volume']),
      relatives: [/^drift/],
      break: 'mkdir /run/volume && mount -t tmpfs -o size=8g,relatime tmpfs /run/volume',
      mend: 'umount /run/volume; rmdir /run/volume',
    });
  });

  test('data on the system disk is found where the configuration demands a volume', async () => {
    await expectFound(host(), {
      id: 'storage.mount',
      seen: /^\/data is not a mount of its own$/,
      configure: configured([['storage', 'require_own_mount'], true]),
      relatives: [/^drift/],
    });
  });

  test('data that other accounts can read is found and closed', async () => {
    await expectFound(host(), {
      id: 'storage.permissions',
      seen: /^\/data\/qdrant: 0755 qdrant:qdrant$/,
      relatives: [/^drift/],
      break: 'chmod 0755 /data/qdrant',
    });
  });

  test('a slot and backups of another account are found and given back', async () => {
    await expectFound(host(), {
      id: 'storage.permissions',
      seen: /blue: 0750 nobody:qdrant[\s\S]*backups: 0700 nobody:root/,
      relatives: [/^drift/],
      break: `chown nobody ${BLUE} /data/backups`,
    });
  });
});

onSharedHost('the disks', (host) => {
  test('a failing disk is found, by a stand-in for smartctl on a machine that seems not to be virtual', async () => {
    await expectFound(host(), {
      id: 'storage.disks',
      status: 'warn',
      seen: /^SMART calls \/dev\/sdb failing$/,
      relatives: [/^drift/],
      break: `cat >/usr/local/bin/smartctl <<'END'
#!/bin/sh
[ "$1" != --scan ] || { printf '/dev/sda -d sat # x\\n/dev/sdb -d nvme # y\\n'; exit; }
case "$*" in *sdb) echo '{"smart_status":{"passed":false}}'; exit 8;; esac
echo '{"smart_status":{"passed":true}}'
END
cat >/usr/local/bin/systemd-detect-virt <<'END'
#!/bin/sh
[ "$1" != --container ] || exec /usr/bin/systemd-detect-virt "$@"
echo none; exit 1
END
chmod +x /usr/local/bin/smartctl /usr/local/bin/systemd-detect-virt`,
      mend: 'rm -f /usr/local/bin/smartctl /usr/local/bin/systemd-detect-virt',
    });
  });
});
