import { describe, expect, it } from 'vitest';
import { missingRoom, readRoom } from '../../../../src/backup/drill/room.js';
import type { BackupPart } from '../../../../src/backup/manifest.js';

const GIB = 1024 ** 3;
const part = (kind: string, bytes: number): BackupPart => ({
  path: `${kind}${bytes}`,
  kind,
  bytes,
  sha256: '',
});

describe('readRoom', () => {
  it('sees whether a snapshot can be linked', () => {
    expect(readRoom('storage  1000 7 7\npostgres  500\n')).toEqual({
      storage: 1000,
      postgres: 500,
      linkable: true,
    });
    expect(readRoom('storage 1000 7 8\n')).toEqual({ storage: 1000, postgres: null, linkable: false });
  });

  it.each(['', 'storage 7 7\n', 'storage x 7 7'])('takes nothing for an answer: %j', (stdout) => {
    expect(readRoom(stdout)).toBeNull();
  });
});

describe('missingRoom', () => {
  const parts = [part('collection', GIB), part('collection', 4 * GIB), part('postgres', GIB)];
  const plenty = { storage: 100 * GIB, postgres: 100 * GIB, linkable: true };

  it('wants room for the largest collection, not for all', () => {
    expect(missingRoom(parts, { ...plenty, storage: 8.3 * GIB })).toEqual([]);
    expect(missingRoom(parts, { ...plenty, storage: 8 * GIB })).toEqual([
      'the data volume has 8 GiB free, and about 8.3 GiB are needed',
    ]);
  });

  it('wants it a third time where snapshots lie on another file system', () => {
    expect(missingRoom(parts, { ...plenty, storage: 8.3 * GIB, linkable: false })).toHaveLength(1);
  });

  it('wants room for the database where there is one', () => {
    expect(missingRoom(parts, { ...plenty, postgres: GIB })).toEqual([
      'the volume of PostgreSQL has 1 GiB free, and about 4.1 GiB are needed',
    ]);
    expect(missingRoom(parts, { ...plenty, postgres: null })).toEqual([]);
  });
});
