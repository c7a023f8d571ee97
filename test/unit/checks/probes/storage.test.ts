import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { diskOf } from '../../../../src/checks/probes/disk.js';
import { randomReads } from '../../../../src/checks/probes/random-read.js';
import { directorySizes } from '../../../../src/checks/probes/sizes.js';
import { diskHealth } from '../../../../src/checks/probes/smart.js';
import { ask, known, observe } from '../../../../src/host/probe.js';
import { localHost } from '../local-host.js';

let directory = '';
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'vdb-sizes-'));
});
afterAll(() => rm(directory, { recursive: true, force: true }));

describe('diskOf', () => {
  it.each([
    ['1024 3072 80 100 ext4 /data', { free: 3072, size: 4096, inodes: { used: 80, most: 100 } }],
    ['1024 3072 0 0 btrfs /data', { inodes: null }],
    ['1024 3072 - - fuse.sshfs /my data', { inodes: null, fileSystem: 'fuse.sshfs', mountedOn: '/my data' }],
  ])('reads %j', (line, value) => {
    expect(diskOf.parse(`@ /data\n${line}\n`, ['/data'])).toMatchObject([{ status: 'known', value }]);
  });
});

describe('directorySizes', () => {
  it('adds up each directory by itself, whatever its name', async () => {
    await mkdir(join(directory, 'full', 'my collection'), { recursive: true });
    await mkdir(join(directory, 'full', 'empty'));
    await mkdir(join(directory, 'none'));
    await writeFile(join(directory, 'full', 'my collection', 'data'), Buffer.alloc(1_000_000, 1));
    await writeFile(join(directory, 'full', 'beside'), 'a file is no collection');
    const paths = ['full', 'none', 'missing'].map((name) => join(directory, name));
    const [full, none, missing] = (await observe(
      localHost(),
      paths.map((path) => ask(directorySizes, path)),
    )) as [{ value: { name: string; bytes: number }[] }, unknown, unknown];
    expect(full.value.map(({ name }) => name).sort()).toEqual(['empty', 'my collection']);
    expect(full.value.find(({ name }) => name === 'my collection')?.bytes).toBeGreaterThanOrEqual(1_000_000);
    expect(none).toEqual(known([]));
    expect(missing).toEqual(known(null));
  });

  it.each(['1', '0\n', '123\t./a\n2', 'du: cannot read\n1', 'unreadable', ''])(
    'is unknown for %j',
    (text) => {
      const block = `@@ /c\n${text === '0\n' ? '5\t./a\n0' : text}\n`;
      expect(directorySizes.parse(block, ['/c'])[0]?.status).toBe('unknown');
    },
  );

  it('refuses an answer that is cut or about something else', () => {
    expect(() => directorySizes.parse('', ['/c'])).toThrow();
    expect(() => directorySizes.parse('@@ /d\n0\n', ['/c'])).toThrow('/d');
  });
});

describe('diskHealth', () => {
  it('reads what each disk says', () => {
    const stdout = [
      '@@ disks',
      '/dev/sda {"json_format_version":[1,0],"smart_status":{"passed":true}}',
      '/dev/sdb {"smart_status":{"passed":false,"nvme":{"value":4}}}',
      '/dev/sdc {"smartctl":{"messages":[{"string":"Unable to detect device type"}],"exit_status":1}}',
      '/dev/sdd ',
      '/dev/sde {"smart_status":{"passed":"yes"}}',
    ].join('\n');
    expect(diskHealth.parse(`${stdout}\n`, [null])).toEqual([
      known([
        { device: '/dev/sda', passed: true },
        { device: '/dev/sdb', passed: false },
        { device: '/dev/sdc', passed: null },
        { device: '/dev/sdd', passed: null },
        { device: '/dev/sde', passed: null },
      ]),
    ]);
  });

  it('tells no disk from no smartctl, and refuses anything else', () => {
    expect(diskHealth.parse('@@ disks\n', [null])).toEqual([known([])]);
    expect(diskHealth.parse('absent\n', [null])).toEqual([known(null)]);
    expect(() => diskHealth.parse('', [null])).toThrow();
    expect(() => diskHealth.parse('smartctl: not permitted\n', [null])).toThrow();
  });
});

describe('randomReads', () => {
  const line = (code: number, result: unknown): string => {
    const encoded = (text: string): string => Buffer.from(`${text}\n`).toString('base64');
    const text = typeof result === 'string' ? result : JSON.stringify(result);
    return `fio ${code} ${encoded('/data/a file')} ${encoded(text)}\n`;
  };
  const jobs = (total_ios: number, percentile: Record<string, number>) => ({
    jobs: [{ read: { total_ios, clat_ns: { percentile } } }],
  });

  it('reads the 99th percentile', () => {
    const warned = `fio: a warning\n${JSON.stringify(jobs(55_722, { '99.000000': 146_432 }))}`;
    expect(randomReads.parse(line(0, warned), ['/data'])).toEqual([
      known({ measured: true, file: '/data/a file', reads: 55_722, p99Ms: 0.146432 }),
    ]);
  });

  it('says why there was nothing to measure', () => {
    expect(randomReads.parse('small 8192\n', ['/data'])).toMatchObject([{ value: { measured: false } }]);
    expect(randomReads.parse('absent\n', ['/data'])).toEqual([known(null)]);
    expect(randomReads.parse('no-fio\n', ['/data'])).toMatchObject([
      { status: 'unknown', why: expect.stringContaining('apt-get install fio') },
    ]);
    expect(randomReads.parse(line(1, 'fio: pid=0, err=22'), ['/data'])).toMatchObject([
      { status: 'unknown', why: 'fio: exit code 1: fio: pid=0, err=22' },
    ]);
  });

  it.each(['', 'fio', line(0, 'done'), line(0, jobs(0, { '99.000000': 0 })), line(0, jobs(9, {}))])(
    'refuses %j',
    (stdout) => {
      expect(() => randomReads.parse(stdout, ['/data'])).toThrow();
    },
  );
});
