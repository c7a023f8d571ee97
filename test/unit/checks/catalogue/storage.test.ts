import { describe, expect, it } from 'vitest';
import { CATALOGUE } from '../../../../src/checks/catalogue/index.js';
import type { CheckContext } from '../../../../src/checks/check.js';
import { known, type Observation } from '../../../../src/host/probe.js';
import { ABSENT, contextOf, EMULATED, FACTS, judged } from '../support.js';

const UNSEEN: Observation<never> = { status: 'unknown', why: 'no answer within 20 s' };
const GIB = 1024 ** 3;
const DISK = { free: 50 * GIB, size: 100 * GIB, inodes: null, fileSystem: 'ext4', mountedOn: '/data' };

function onMachine(virtualisation: string, container = false): CheckContext {
  return { ...contextOf(), facts: known({ ...FACTS, virtualisation, container }) };
}

describe('storage.free', () => {
  const disk = (freeGib: number, sizeGib: number, mountedOn = '/data') =>
    known({
      free: freeGib * 1024 ** 3,
      size: sizeGib * 1024 ** 3,
      inodes: null,
      fileSystem: 'ext4',
      mountedOn,
    });

  it('passes with a quarter free', () => {
    expect(judged('storage.free', [disk(25, 100)])).toMatchObject({ status: 'pass' });
  });

  it('fails with less than a quarter free', () => {
    expect(judged('storage.free', [disk(24, 100)])).toMatchObject({
      status: 'fail',
      seen: '24.0 GiB (24 %) free on /data',
      expected: 'at least 25 % and 10 GiB',
    });
  });

  it('fails below the configured GiB, whatever the share', () => {
    expect(judged('storage.free', [disk(9, 10)]).status).toBe('fail');
  });

  it('looks at the storage, the active slot and the backups', () => {
    const context = contextOf({
      paths: { storage: '/data', backups: '/backups' },
      qdrant: { ...EMULATED.qdrant, slots: { blue: { storage: '/fast/blue' } } },
    });
    const check = CATALOGUE.find(({ id }) => id === 'storage.free');
    const probes = [check?.probe?.(context) ?? []].flat();
    expect(probes.map(({ arg }) => arg)).toEqual(['/data', '/fast/blue', '/backups']);
  });

  it('fails when the file system of the slot is full, whatever the others have free', () => {
    const disks = [disk(90, 100), disk(0, 100, '/data/blue'), disk(90, 100)];
    expect(judged('storage.free', disks)).toMatchObject({
      status: 'fail',
      seen: '0.0 GiB (0 %) free on /data/blue',
    });
  });

  it('says once what it saw of a file system that holds several paths', () => {
    const disks = [disk(50, 100), disk(50, 100), disk(60, 100, '/backups')];
    expect(judged('storage.free', disks)).toMatchObject({
      status: 'pass',
      seen: '50.0 GiB (50 %) free on /data, 60.0 GiB (60 %) free on /backups',
    });
  });

  it('takes its threshold from the configuration', () => {
    const context = contextOf({ checks: { thresholds: { 'storage.free': 10 } } });
    expect(judged('storage.free', [disk(15, 100)], context).status).toBe('pass');
  });
});

describe('storage.inodes', () => {
  const inodes = (used: number, most: number) => [known({ ...DISK, inodes: { used, most } })];

  it.each([
    [79, 'pass', '79 % used on /data'],
    [80, 'fail', '80 % used on /data'],
  ])('with %i of 100 says %s', (used, status, seen) => {
    expect(judged('storage.inodes', inodes(used, 100))).toMatchObject({ status, seen });
  });

  it('does not round what is used up to the limit, nor down from it', () => {
    expect(judged('storage.inodes', inodes(7999, 10_000)).status).toBe('pass');
    expect(judged('storage.inodes', inodes(8000, 10_000)).status).toBe('fail');
  });

  it('passes on a file system that has as many as it needs', () => {
    expect(judged('storage.inodes', [known(DISK)])).toMatchObject({
      status: 'pass',
      seen: 'not limited on /data',
    });
  });
});

describe.each(['storage.free', 'storage.inodes', 'storage.filesystem'])('%s', (id) => {
  const above = known({ ...DISK, mountedOn: '/', instead: '/' });

  it('is unknown for a path that does not exist, whatever is above it', () => {
    const paths = id === 'storage.filesystem' ? [above] : [known({ ...DISK, mountedOn: '/' }), above, above];
    expect(judged(id, paths)).toMatchObject({
      status: 'unknown',
      seen: '/data/qdrant/blue does not exist; only / above it could be measured',
    });
  });
});

describe('storage.snapshot-room', () => {
  const collections = known([
    { name: 'a', bytes: GIB },
    { name: 'b', bytes: 3 * GIB },
  ]);
  const free = (bytes: number, mountedOn = '/data') => known({ ...DISK, free: bytes, mountedOn });

  it.each([
    [3 * GIB + 1, 'pass'],
    [3 * GIB, 'fail'],
  ])('with %i bytes free says %s', (bytes, status) => {
    expect(judged('storage.snapshot-room', [collections, free(bytes), free(bytes)]).status).toBe(status);
  });

  it('fails when there is no room where snapshots are kept, whatever there is where they are built', () => {
    const found = judged('storage.snapshot-room', [collections, free(9 * GIB), free(GIB, '/data/snapshots')]);
    expect(found).toMatchObject({
      status: 'fail',
      seen: '1 GiB free on /data/snapshots; the largest collection, b, takes 3 GiB',
      expected: 'more than 3 GiB',
    });
  });

  it('looks where snapshots are built and where they are kept', () => {
    const check = CATALOGUE.find(({ id }) => id === 'storage.snapshot-room');
    const probes = [check?.probe?.(contextOf()) ?? []].flat();
    expect(probes.map(({ arg }) => arg)).toEqual([
      '/data/qdrant/blue/storage/collections',
      '/data/qdrant/blue/tmp',
      '/data/qdrant/blue/snapshots',
    ]);
  });

  it('is unknown where the collections or the disk were not seen', () => {
    expect(judged('storage.snapshot-room', [UNSEEN, free(GIB), free(GIB)]).status).toBe('unknown');
    expect(judged('storage.snapshot-room', [ABSENT, free(GIB), free(GIB)]).status).toBe('unknown');
    expect(judged('storage.snapshot-room', [collections, UNSEEN, UNSEEN]).status).toBe('unknown');
  });
});

describe('storage.filesystem', () => {
  it.each([
    ...['ext4', 'ext3', 'xfs', 'btrfs'].map((type) => [type, 'pass']),
    ...['nfs', 'nfs4', 'fuse', 'fuse.sshfs', 'fuseblk', 'cifs', 'smb3', '9p', 'virtiofs', 'tmpfs'].map(
      (type) => [type, 'fail'],
    ),
    ...['overlay', 'zfs', 'f2fs', 'vfat', 'unheard-of'].map((type) => [type, 'warn']),
  ])('%s: %s', (fileSystem, status) => {
    expect(judged('storage.filesystem', [known({ ...DISK, fileSystem })]).status).toBe(status);
  });
});

describe('storage.mount', () => {
  const mounts = (options: string) =>
    known(
      `22 27 0:21 / / rw,relatime - ext4 /dev/vda rw\n30 22 8:1 / /data ${options} shared:5 - xfs /dev/vdb rw,attr2`,
    );
  const required = contextOf({ storage: { require_own_mount: true } });

  it('passes with its options', () => {
    expect(judged('storage.mount', [mounts('rw,noatime')])).toMatchObject({
      status: 'pass',
      seen: 'xfs with noatime',
    });
  });

  it('warns without them, and fails where the configuration demands the mount', () => {
    const found = { seen: '/data: without noatime', expected: 'noatime' };
    expect(judged('storage.mount', [mounts('rw,relatime')])).toMatchObject({ status: 'warn', ...found });
    expect(judged('storage.mount', [mounts('rw,relatime')], required)).toMatchObject({
      status: 'fail',
      ...found,
    });
  });

  it('offers the task for the options alone, and not in a container', () => {
    const without = mounts('rw,relatime');
    expect(judged('storage.mount', [without])).toHaveProperty('fix', '0.3');
    expect(judged('storage.mount', [without], onMachine('podman', true))).not.toHaveProperty('fix');
    const root = known('22 27 0:21 / / rw,relatime - ext4 /dev/vda rw');
    expect(judged('storage.mount', [root], required)).not.toHaveProperty('fix');
  });

  it('finds an option of the file system too', () => {
    const context = contextOf({ storage: { mount_options: ['attr2'] } });
    expect(judged('storage.mount', [mounts('rw')], context).status).toBe('pass');
  });

  it('is skipped without a mount, unless the configuration demands one', () => {
    const root = known('22 27 0:21 / / rw,relatime - ext4 /dev/vda rw');
    expect(judged('storage.mount', [root]).status).toBe('skip');
    expect(judged('storage.mount', [root], required)).toMatchObject({
      status: 'fail',
      severity: 'error',
      seen: '/data is not a mount of its own',
    });
  });

  it('is unknown when the list is not one', () => {
    expect(judged('storage.mount', [known('/dev/vda on / type ext4')]).status).toBe('unknown');
  });
});

describe('storage.permissions', () => {
  const access = (mode: number, owner: string) => known({ mode, owner });
  const SLOT = access(0o750, 'qdrant:qdrant');
  const BACKUPS = access(0o700, 'root:root');

  it('passes with what provisioning makes', () => {
    expect(judged('storage.permissions', [SLOT, SLOT, BACKUPS])).toMatchObject({ status: 'pass' });
  });

  it.each([
    [0o755, 'qdrant:qdrant'],
    [0o770, 'qdrant:qdrant'],
    [0o751, 'qdrant:qdrant'],
    [0o750, 'nobody:qdrant'],
    [0o750, 'qdrantx:qdrant'],
  ])('fails with %o of %s', (mode, owner) => {
    expect(judged('storage.permissions', [access(mode, owner), SLOT, BACKUPS])).toMatchObject({
      status: 'fail',
      fix: '0.3,1.1',
      seen: `/data/qdrant: 0${mode.toString(8)} ${owner}`,
    });
  });

  it("fails when the backups are not root's", () => {
    expect(judged('storage.permissions', [SLOT, SLOT, SLOT]).status).toBe('fail');
  });

  it('is unknown while one does not exist', () => {
    expect(judged('storage.permissions', [SLOT, SLOT, ABSENT]).status).toBe('unknown');
  });
});

describe('storage.disks', () => {
  const WHOLE = known(`Personalities : [raid1]
md0 : active raid1 sdb1[1] sda1[0]
      1046528 blocks super 1.2 [2/2] [UU]

unused devices: <none>`);
  const DEGRADED = known(`Personalities : [raid1] [raid0]
md1 : active raid0 sdc1[1] sdd1[0]
      2093056 blocks super 1.2 512k chunks

md0 : active raid1 sda1[0]
      1046528 blocks super 1.2 [2/1] [U_]

unused devices: <none>`);
  const health = (...passed: (boolean | null)[]) =>
    known(passed.map((each, index) => ({ device: `/dev/sd${'abc'[index]}`, passed: each })));
  const metal = onMachine('none');

  it.each([
    ['no array in a virtual machine', [ABSENT], onMachine('kvm'), 'skip'],
    ['a whole array in a virtual machine', [WHOLE], onMachine('kvm'), 'pass'],
    ['a degraded array in a virtual machine', [DEGRADED], onMachine('kvm'), 'fail'],
    ['a degraded array of the machine around a container', [DEGRADED], onMachine('podman', true), 'warn'],
    ['a degraded array on metal, whatever SMART says', [DEGRADED, health(true)], metal, 'fail'],
    ['healthy disks', [WHOLE, health(true, true)], metal, 'pass'],
    ['a failing disk', [ABSENT, health(true, false)], metal, 'fail'],
    ['a disk that says nothing', [ABSENT, health(true, null)], metal, 'unknown'],
    ['no disk', [ABSENT, health()], metal, 'warn'],
    ['no smartctl', [ABSENT, ABSENT], metal, 'warn'],
    ['smartctl that was not seen', [ABSENT, UNSEEN], metal, 'unknown'],
    ['a failing disk where no virtualisation could be seen', [ABSENT, health(false)], onMachine(''), 'fail'],
    ['no smartctl where no virtualisation could be seen', [ABSENT, ABSENT], onMachine(''), 'warn'],
    ['garbage', [known('md0 is fine')], onMachine('kvm'), 'unknown'],
  ])('%s', (_, observations, context, status) => {
    expect(judged('storage.disks', observations, context).status).toBe(status);
  });

  it('names the array and the disk', () => {
    expect(judged('storage.disks', [DEGRADED], onMachine('kvm')).seen).toBe('degraded: md0');
    expect(judged('storage.disks', [ABSENT, health(true, false)], metal).seen).toBe(
      'SMART calls /dev/sdb failing',
    );
  });

  it('asks no disk of a virtual machine', () => {
    const check = CATALOGUE.find(({ id }) => id === 'storage.disks');
    const kinds = (context: CheckContext) =>
      [check?.probe?.(context) ?? []].flat().map(({ kind }) => kind.name);
    expect(kinds(onMachine('kvm'))).toEqual(['kernel']);
    expect(kinds(metal)).toEqual(['kernel', 'disk-health']);
    expect(kinds(onMachine(''))).toEqual(['kernel', 'disk-health']);
  });
});
