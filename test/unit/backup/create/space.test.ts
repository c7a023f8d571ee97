import { describe, expect, it } from 'vitest';
import { assertSpace, readMeasured, type Spaces } from '../../../../src/backup/create/space.js';

const GIB = 1024 ** 3;
const SIZES = {
  collections: new Map([
    ['a', 3 * GIB],
    ['b', GIB],
  ]),
  database: GIB,
};

function spaces(backups: [string, number], qdrant: [string, number]): Spaces {
  const of = ([device, gib]: [string, number]) => ({ device, free: gib * GIB });
  return { backups: of(backups), snapshots: of(qdrant), temp: of(qdrant) };
}

describe('the space for a set', () => {
  it('is the size of everything once, where snapshots are linked into the set', () => {
    expect(() => assertSpace('db', SIZES, spaces(['1', 5.4], ['1', 5.4]))).not.toThrow();
    expect(() => assertSpace('db', SIZES, spaces(['1', 5.2], ['1', 5.2]))).toThrow(
      'There is no room for a backup set: the directory of backups has 5.2 GiB free, and about 5.3 GiB are needed',
    );
  });

  it('is the size of the largest collection too, where Qdrant makes snapshots on another file system', () => {
    expect(() => assertSpace('db', SIZES, spaces(['1', 6], ['2', 3.3]))).not.toThrow();
    expect(() => assertSpace('db', SIZES, spaces(['1', 6], ['2', 3]))).toThrow(
      "Qdrant's directory of snapshots has 3 GiB",
    );
  });

  it('is some even for an empty server', () => {
    const nothing = { collections: new Map<string, number>(), database: 0 };
    expect(() => assertSpace('db', nothing, spaces(['1', 0.01], ['2', 9]))).toThrow(
      'about 64 MiB are needed',
    );
  });
});

describe('what the host says of its space', () => {
  const SAID = 'fs backups 41 1000\nfs snapshots 42 2000\nfs temp 42 2000\n';

  it('is read', () => {
    expect(readMeasured(`${SAID}collection 746\tmy docs/\nend\n`)).toEqual({
      sizes: new Map([['my docs', 746]]),
      spaces: {
        backups: { device: '41', free: 1000 },
        snapshots: { device: '42', free: 2000 },
        temp: { device: '42', free: 2000 },
      },
    });
  });

  it('is an error where a file system is missing', () => {
    expect(() => readMeasured(SAID.replace('temp', 'tmp'))).toThrow(
      'the free space for temp could not be read',
    );
  });
});
