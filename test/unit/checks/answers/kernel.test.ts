import { describe, expect, it } from 'vitest';
import {
  readChoice,
  readMemoryLimit,
  readMounts,
  readNumber,
  readPressure,
  readRaids,
  readSwapUsed,
} from '../../../../src/checks/answers/kernel.js';
import { known, type Observation } from '../../../../src/host/probe.js';

const READERS = [
  readChoice,
  readMemoryLimit,
  readMounts,
  readNumber,
  readPressure,
  readRaids,
  readSwapUsed,
] as const;

describe.each(READERS.map((read) => [read.name, read] as const))('%s', (_, read) => {
  it.each(['', 'garbage', '-1', '1 2', 'Übersetzt: 4 kB', '\n\n'])('is unknown for %j', (text) => {
    expect(read(known(text)).status).toBe('unknown');
  });

  it('passes on what was not seen', () => {
    const unseen: Observation<string> = { status: 'unknown', why: 'cut' };
    expect(read(unseen)).toEqual(unseen);
  });
});

describe('what is there', () => {
  it('reads numbers, choices and limits', () => {
    expect(readNumber(known('65530'))).toEqual(known(65_530));
    expect(readChoice(known('always [madvise] never'))).toEqual(known('madvise'));
    expect(readMemoryLimit(known('max'))).toEqual(known(Number.POSITIVE_INFINITY));
    expect(readMemoryLimit(known('1073741824'))).toEqual(known(1_073_741_824));
  });

  it('reads the full pressure of a minute, not the partial one', () => {
    const text =
      'some avg10=0.37 avg60=0.72 avg300=0.59 total=26214491\nfull avg10=0.10 avg60=0.12 avg300=0.17 total=16547144';
    expect(readPressure(known(text))).toEqual(known(0.12));
  });

  it('reads used swap in bytes', () => {
    const text = 'MemTotal:       24684084 kB\nSwapCached: 0 kB\nSwapTotal:  4096 kB\nSwapFree:   1024 kB';
    expect(readSwapUsed(known(text))).toEqual(known(3072 * 1024));
  });

  it('reads mounts with and without optional fields, and spaces in their names', () => {
    const text = [
      '22 27 0:21 / /proc rw,relatime - proc proc rw',
      '30 22 8:1 /sub /my\\040data rw,noatime shared:5 master:1 - xfs /dev/sdb1 rw,attr2',
    ].join('\n');
    expect(readMounts(known(text))).toEqual(
      known([
        { target: '/proc', fileSystem: 'proc', options: ['rw', 'relatime'] },
        { target: '/my data', fileSystem: 'xfs', options: ['rw', 'noatime', 'attr2'] },
      ]),
    );
  });

  it('takes a kernel without mdstat for one without arrays, but no other file that is missing', () => {
    expect(readRaids(known<string>(null))).toEqual(known([]));
    expect(readNumber(known<string>(null))).toEqual(known(null));
  });

  it.each([
    ['md0 : active raid1 sdb1[1] sda1[0]\n 1046528 blocks super 1.2 [2/2] [UU]', false],
    ['md0 : active raid1 sda1[0]\n 1046528 blocks super 1.2 [2/1] [U_]', true],
    ['md0 : active raid1 sdb1[1](F) sda1[0]\n 1046528 blocks super 1.2 [2/1] [U_]', true],
    ['md0 : active raid5 sdd[3](S) sdc[2] sdb[1] sda[0]\n 9 blocks level 5, 64k chunk [3/3] [UUU]', false],
    ['md0 : active raid0 sda1[0] sdb1[1]\n 2093056 blocks super 1.2 512k chunks', false],
    ['md127 : inactive sda1[0](S)\n 1046528 blocks super 1.2', true],
    ['md127 : inactive sdb[1](S) sda[0](S)\n 6306 blocks super external:imsm', false],
  ])('%j is degraded: %s', (array, degraded) => {
    const found = readRaids(known(`Personalities : [raid1]\n${array}\n\nunused devices: <none>`));
    expect(found).toMatchObject({ status: 'known', value: [{ degraded }] });
  });
});
