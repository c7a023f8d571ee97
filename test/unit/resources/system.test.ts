import { execFileSync } from 'node:child_process';
import { tmpdir } from 'node:os';
import { describe, expect, test } from 'vitest';
import { sha256 } from '../../../src/resources/file.js';
import {
  fstabOptions,
  merged,
  parseFstab,
  readFstab,
  withLine,
  withOptions,
} from '../../../src/resources/fstab.js';
import { ioScheduler, kernelModule, transparentHugepages } from '../../../src/resources/kernel.js';
import { freeSpace, mountOptions } from '../../../src/resources/mount.js';
import { swapFile } from '../../../src/resources/swap.js';
import { sysctlFile, sysctlValue } from '../../../src/resources/sysctl.js';
import { timeSync } from '../../../src/resources/time.js';
import { answer, commandsFor, scriptOf, summaryOf } from '../../support/resource-table.js';

const encoded = (text: string) => Buffer.from(text).toString('base64');

describe('sysctlValue', () => {
  const range = sysctlValue({ key: 'net.ipv4.ip_local_port_range', value: '10240 65000', container: true });
  const maps = (container: boolean) => sysctlValue({ key: 'vm.max_map_count', value: 262144, container });

  test('compares values whatever the space between', () => {
    expect(summaryOf(range, 'net.ipv4.ip_local_port_range = 10240\t65000\n')).toBeNull();
    expect(summaryOf(range, 'net.ipv4.ip_local_port_range = 32768\t60999\n')).toBe(
      '32768 60999, want 10240 65000',
    );
  });

  test('is set by one command', () => {
    expect(commandsFor(maps(false), '65530')).toEqual(['sysctl -q -w -- vm.max_map_count=262144']);
  });

  test.each([
    ['65530', false, 'known'],
    ['65530', true, 'foreign'],
    ['262144', true, 'known'],
  ])('of the kernel that is %s (container: %s) is %s', (value, container, status) => {
    expect(answer(maps(container), `vm.max_map_count = ${value}\n`).status).toBe(status);
  });

  test('that does not exist may come with a module, but not in a container', () => {
    expect(answer(maps(false), '').status).toBe('pending');
    expect(answer(maps(true), '').status).toBe('foreign');
  });

  test('of shared memory belongs to the container', () => {
    const own = sysctlValue({ key: 'kernel.shmmax', value: 1, container: true });
    expect(answer(own, 'kernel.shmmax = 2\n').status).toBe('known');
  });

  test('is unknown where sysctl is not installed', () => {
    expect(answer(range, 'bash: line 1: sysctl: command not found\n').status).toBe('unknown');
  });

  test('refuses what is no kernel setting', () => {
    expect(() => sysctlValue({ key: '--system', value: 1, container: false })).toThrow(
      'not a kernel setting',
    );
  });

  test('persists in a file', () => {
    const [command] = sysctlFile({ values: { 'vm.swappiness': 10, 'net.core.somaxconn': 4096 } }).apply(
      { action: 'create', summary: '' },
      null,
    );
    expect(command?.stdin).toBe('vm.swappiness = 10\nnet.core.somaxconn = 4096\n');
  });
});

describe('kernelModule', () => {
  const wanted = kernelModule({ name: 'tcp_bbr', container: false });

  test.each([
    ['L tcp_bbr\nP tcp_bbr\n', []],
    ['L tcp_bbr\n', [expect.stringContaining('/etc/modules-load.d/vdb-tcp_bbr.conf')]],
    ['P tcp_bbr\n', ['modprobe -- tcp_bbr']],
  ])('found as %j', (stdout, commands) => {
    const observation = answer(wanted, stdout);
    const have = observation.status === 'known' ? observation.value : null;
    expect(wanted.diff(have) === null).toBe(commands.length === 0);
    expect(wanted.diff(have) === null ? [] : commandsFor(wanted, have)).toEqual(commands);
  });

  test('of the machine around a container is reported', () => {
    expect(answer(kernelModule({ name: 'tcp_bbr', container: true }), '').status).toBe('foreign');
  });
});

describe('transparentHugepages', () => {
  const wanted = transparentHugepages({ mode: 'madvise', container: false });

  test('differ until the mode runs and is kept', () => {
    expect(summaryOf(wanted, 'always madvise [never]\n')).toContain('mode never, want madvise');
    expect(summaryOf(wanted, 'always [madvise] never\ndisabled\n')).toContain('vdb-hugepages.service');
    const [put] = wanted.apply({ action: 'update', summary: '' }, { running: 'madvise', persisted: false });
    expect(
      summaryOf(wanted, `always [madvise] never\nenabled\n${sha256(String(put?.stdin))}  /x\n`),
    ).toBeNull();
  });

  test('are foreign in a container only when they differ', () => {
    const inside = transparentHugepages({ mode: 'madvise', container: true });
    expect(answer(inside, 'always madvise [never]\n').status).toBe('foreign');
    expect(summaryOf(inside, 'always [madvise] never\n')).toBeNull();
  });
});

describe('ioScheduler', () => {
  const options = { mountPoint: '/data', scheduler: 'none', readAheadKib: 16, container: false };
  const wanted = ioScheduler(options);
  const line = (name: string, setting: string) =>
    `ACTION=="add|change", SUBSYSTEM=="block", KERNEL=="${name}", ATTR{queue/${setting}\n`;
  const rule = line('dm-0', 'read_ahead_kb}="16"') + line('sda', 'scheduler}="none"');

  test.each([
    [
      'another runs',
      '\n@/data\nD sda none [mq-deadline] bfq\nT dm-0 16\n',
      'scheduler of sda is mq-deadline, want none',
    ],
    [
      'more is read ahead',
      '\n@/data\nD sda [none] bfq\nT dm-0 128\n',
      'read-ahead of dm-0 is 128 KiB, want 16 KiB',
    ],
    ['it is not kept', '\n@/data\nD sda [none] mq-deadline\nT dm-0 16\n', 'keep it over a reboot'],
    [
      'it runs and is kept',
      `${encoded(rule)}\n@/data\nD sda [none] mq-deadline\nD sda [none] mq-deadline\nT dm-0 16\n`,
      null,
    ],
  ])('when %s', (_, stdout, summary) => {
    expect(summaryOf(wanted, stdout)).toBe(summary);
  });

  const disks = [{ name: 'sda', active: 'bfq', available: ['none', 'bfq'] }];
  const top = [{ name: 'dm-0', readAheadKib: 128 }];

  test('sets every disk and the device above them, and writes the rule', () => {
    const [write, ...set] = wanted.apply({ action: 'update', summary: '' }, { disks, top, rule: null });
    expect(write?.stdin).toBe(rule);
    expect(set.map(({ script }) => script.source)).toEqual([
      'printf %s none >/sys/block/sda/queue/scheduler',
      'printf %s 16 >/sys/block/dm-0/queue/read_ahead_kb',
    ]);
  });

  test('leaves the read-ahead alone where none is asked for', () => {
    const { readAheadKib: _, ...without } = options;
    expect(commandsFor(ioScheduler(without), { disks, top, rule: null }).join('\n')).not.toContain('ahead');
  });

  test('is refused when the disk does not have it', () => {
    const unable = [{ name: 'sda', active: 'bfq', available: ['bfq'] }];
    expect(wanted.diff({ disks: unable, top, rule: null })?.refused?.next).toContain('bfq');
  });

  test.each([
    ['', false],
    ['D sda none [bfq]\nT sda 16\n', true],
    ['D sda [none] bfq\nT sda 128\n', true],
  ])('is foreign without a disk, and in a container: %j', (stdout, container) => {
    expect(answer(ioScheduler({ ...options, container }), `\n@/data\n${stdout}`).status).toBe('foreign');
  });

  test('waits for a mount point that is not there yet', () => {
    const look = scriptOf(ioScheduler({ ...options, mountPoint: '/nowhere/yet' }));
    const stdout = execFileSync('bash', ['-c', look], { encoding: 'utf8' });
    expect(answer(wanted, stdout).status).toBe('pending');
  });

  test('finds its way through the devices of this machine', () => {
    const look = scriptOf(ioScheduler({ ...options, mountPoint: '/' }));
    const stdout = execFileSync('bash', ['-c', look], { encoding: 'utf8' });
    expect(['known', 'foreign']).toContain(answer(wanted, stdout).status);
  });
});

describe('fstab', () => {
  const fstab =
    '# /data is ours\nUUID=1 / ext4 errors=remount-ro 0 1\n/dev/sdb\t/data\text4\tdefaults,relatime\t0 2\n';

  test('options replace those that contradict them', () => {
    expect(merged(['rw', 'relatime', 'size=1G'], ['noatime', 'size=2G'])).toEqual([
      'rw',
      'noatime',
      'size=2G',
    ]);
  });

  test('only the line of the mount point changes', () => {
    expect(withOptions(fstab, '/data', ['noatime'])).toBe(
      '# /data is ours\nUUID=1 / ext4 errors=remount-ro 0 1\n/dev/sdb /data ext4 defaults,noatime 0 2\n',
    );
    expect(withOptions(fstab, '/other', ['noatime'])).toBe(fstab);
  });

  test('is read with its escapes', () => {
    expect(fstabOptions(fstab, '/data')).toEqual(['defaults', 'relatime']);
    expect(fstabOptions('/dev/sdb /my\\040data ext4 noatime 0 2', '/my data')).toEqual(['noatime']);
    expect(fstabOptions(fstab, '/nothing')).toBeNull();
  });

  test('that cannot be read is not taken for an empty one', () => {
    const read = (path: string) =>
      execFileSync('bash', ['-c', `exec 2>/dev/null; ${readFstab(path).source}`], { encoding: 'utf8' });
    expect(parseFstab([read('/nowhere/fstab').trim()])).toBe('');
    expect(() => read(tmpdir())).toThrow();
    expect(() => parseFstab(['A Filename'])).toThrow('no /etc/fstab');
  });

  test('gets a line also when its last one had no end', () => {
    expect(withLine('a b c d', '/swapfile none swap sw 0 0')).toBe('a b c d\n/swapfile none swap sw 0 0\n');
  });
});

describe('mountOptions', () => {
  const wanted = mountOptions({ mountPoint: '/data', options: ['noatime'], container: false });
  const stdout = (options: string, type = 'ext4', fstab = '/dev/sdb /data ext4 noatime 0 2\n') =>
    `/ /dev/sda ext4 rw\n/data /dev/sdb ${type} ${options}\nfstab ${encoded(fstab)}`;

  test.each([
    ['as wanted', stdout('rw,noatime'), null],
    ['without the option', stdout('rw,relatime'), 'mounted without noatime'],
    [
      'without it in fstab',
      stdout('rw,noatime', 'ext4', '/dev/sdb /data ext4 defaults 0 2\n'),
      '/etc/fstab without noatime',
    ],
    ['not in fstab at all', stdout('rw,noatime', 'ext4', ''), null],
    ['on a network', stdout('rw,noatime', 'nfs4'), '/data is a nfs4 file system'],
    ['in user space', stdout('rw,noatime', 'fuse.sshfs'), '/data is a fuse.sshfs file system'],
  ])('%s', (_, text, summary) => {
    expect(summaryOf(wanted, text)).toBe(summary);
  });

  test('of a directory are nothing to set, unless it has to be a mount', () => {
    const directory = '/ /dev/sda ext4 rw\nfstab none';
    expect(answer(wanted, directory)).toEqual({ status: 'foreign', why: '/data is not a mount of its own' });
    const required = mountOptions({
      ...{ mountPoint: '/data', options: ['noatime'], container: false, required: true },
    });
    expect(answer(required, directory)).toMatchObject({ status: 'known', value: null });
    expect(required.diff(null)?.refused?.why).toBe('/data is not a mount of its own');
  });

  test('remounts with what is wanted', () => {
    const have = { source: '/dev/sdb', type: 'ext4', options: ['rw'], fstab: '' };
    expect(commandsFor(wanted, have)).toEqual(['mount -o remount,noatime -- /data']);
  });
});

describe('freeSpace', () => {
  const wanted = freeSpace({ path: '/data', minGib: 100 });

  test('is rounded down, so that 99.96 GiB are not shown as enough', () => {
    expect(summaryOf(wanted, `  ${Math.floor(99.96 * 1024 ** 3)} /\n`)).toBe(
      '/ has 99.9 GiB free, /data needs 100 GiB',
    );
    expect(summaryOf(wanted, `${100 * 1024 ** 3} /my data\n`)).toBeNull();
  });

  test('can only be refused', () => {
    expect(wanted.diff({ available: 0, mountPoint: '/' })?.refused).toBeDefined();
    expect(commandsFor(wanted, { available: 0, mountPoint: '/' })).toEqual([]);
  });
});

describe('swapFile', () => {
  const wanted = swapFile({ sizeMib: 1, container: false });
  const swaps = 'A Filename Type Size Used Priority\n';
  const fstab = `fstab ${encoded('/swapfile none swap sw 0 0\n')}\n`;

  test.each([
    ['as wanted', `${fstab}${swaps}A /swapfile file 1024 0 -2\nS 1048576 /swapfile\n`, null],
    ['missing', `fstab none\n${swaps}`, 'create a swap file of 1 MiB'],
    [
      'of another size',
      `${fstab}${swaps}A /swapfile file 2048 0 -2\nS 2097152 /swapfile\n`,
      'size 2 MiB, want 1 MiB',
    ],
    ['not in use', `${fstab}${swaps}S 1048576 /swapfile\n`, 'state not in use, want in use'],
    [
      'not kept',
      `fstab none\n${swaps}A /swapfile file 1024 0 -2\nS 1048576 /swapfile\n`,
      '/etc/fstab no line, want /swapfile none swap',
    ],
  ])('%s', (_, stdout, summary) => {
    expect(summaryOf(wanted, stdout)).toBe(summary);
  });

  test('is only put to use when it has its size', () => {
    const have = { size: 1048576, active: false, fstab: '/swapfile none swap sw 0 0\n' };
    expect(commandsFor(wanted, have)).toEqual(['swapon -- /swapfile']);
  });

  test('is made in valid bash, before the old one is taken out of use', () => {
    const [script = ''] = commandsFor(wanted, null);
    expect(execFileSync('bash', ['-n', '-c', script]).toString()).toBe('');
    expect(script.indexOf('mkswap')).toBeLessThan(script.indexOf('swapoff'));
  });

  test('of size 0 wants nothing; in a container it is foreign', () => {
    expect(summaryOf(swapFile({ sizeMib: 0, container: true }), `${fstab}${swaps}`)).toBeNull();
    expect(answer(swapFile({ sizeMib: 1, container: true }), `${fstab}${swaps}`).status).toBe('foreign');
  });
});

describe('timeSync', () => {
  test.each([
    ['Leap status     : Normal\n', null],
    ['Leap status     : Not synchronised\n', 'not synchronised; wait for its time sources'],
    ['506 Cannot talk to daemon\n', 'chrony does not answer; wait for its time sources'],
  ])('finds %j', (stdout, summary) => {
    expect(summaryOf(timeSync({ container: false }), stdout)).toBe(summary);
  });

  test('leaves the clock of the machine alone', () => {
    expect(answer(timeSync({ container: true }), '').status).toBe('foreign');
  });
});
