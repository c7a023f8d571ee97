import { describe, expect, it } from 'vitest';
import type { BackupManifest, BackupPart } from '../../../../src/backup/manifest.js';
import { EXIT, VdbError } from '../../../../src/errors.js';
import {
  createdText,
  eventData,
  finishedText,
  partName,
  progressText,
} from '../../../../src/ui/backup/created.js';
import { failureLine } from '../../../../src/ui/backup/failed.js';

const MIB = 1024 ** 2;
const PART: BackupPart = {
  path: 'collections/docs.snapshot',
  kind: 'collection',
  collection: 'docs',
  bytes: 20 * MIB,
  sha256: 'a'.repeat(64),
  points: 7,
};

describe('the progress of a part', () => {
  it('has bytes, rate and time left where the end is known', () => {
    const text = progressText({ bytes: 10 * MIB, total: 40 * MIB, phase: 'hashing' }, 2000);
    expect(text).toBe('hashing 10 MiB of 40 MiB, 5 MiB/s, 6.0 s left');
  });

  it.each([0, 5 * MIB])('has no end where that is not known, or was estimated too small: %d', (total) => {
    expect(progressText({ bytes: 10 * MIB, total, phase: 'taking' }, 2000)).toBe('taking 10 MiB, 5 MiB/s');
  });
});

describe('a part that is done', () => {
  it.each<[Partial<BackupPart>, string]>([
    [{}, '20 MiB, 2.0 s, 10 MiB/s, 7 points'],
    [
      { points: undefined, points_between: [7, 9] },
      '20 MiB, 2.0 s, 10 MiB/s, 7 to 9 points: written to meanwhile',
    ],
    [{ points: undefined, keys: 1 }, '20 MiB, 2.0 s, 10 MiB/s, 1 key'],
    [
      { points: undefined, tables: { a: { rows: 2 }, b: { rows: 3 } } },
      '20 MiB, 2.0 s, 10 MiB/s, 2 tables, 5 rows',
    ],
  ])('says what is in it', (change, text) => {
    expect(finishedText({ ...PART, ...change } as BackupPart, 2000)).toBe(text);
  });

  it('has no rate where it was over in a moment', () => {
    expect(finishedText({ ...PART, bytes: 10 }, 20)).toBe('10 B, 20 ms, 7 points');
  });

  it('is an event for machines, times in milliseconds', () => {
    expect(eventData({ type: 'part-finished', part: PART, durationMs: 12.7 })).toEqual({
      type: 'part.finished',
      ...PART,
      duration_ms: 13,
    });
  });

  it('is named by what it holds', () => {
    const named = (kind: string) => partName({ kind, path: 'p' });
    expect([partName(PART), named('redis'), named('of tomorrow')]).toEqual(['docs', 'Redis', 'p']);
  });
});

describe('a finished set', () => {
  it('is told with where it lies and what is not in it', () => {
    const manifest: BackupManifest = {
      schema: 'vdb.backup/1',
      id: '20261124T020000Z',
      created: '2026-11-24T02:00:00.000Z',
      finished: '2026-11-24T02:05:00.000Z',
      parts: [
        PART,
        { ...PART, path: 'collections/b.snapshot', points: undefined, points_between: [3, 5] } as BackupPart,
      ],
      host: { name: 'db', hostname: 'db1' },
      genuine: false,
      left_out: ['/opt/citadel/.env'],
      left_out_databases: ['shop'],
    };
    const directory = '/data/backups/20261124T020000Z';
    expect(
      createdText({ manifest, directory, durationMs: 4000 }, { target: 'root@db:22', color: false }),
    ).toBe(
      [
        'Done: backup set 20261124T020000Z of db, 2 parts, 40 MiB, 4.0 s',
        '  /data/backups/20261124T020000Z on root@db:22',
        '  2 collections, 10 points',
        '  1 file left out, because of the secrets in them',
        '  1 other database left out: shop',
        '  from the emulator, not from Qdrant',
      ].join('\n'),
    );
  });
});

describe('a failure, for cron', () => {
  const failure = (message: string, details: object) =>
    failureLine('vdb backup', new VdbError(message, { code: 'x', exitCode: EXIT.failed, ...details }));

  it('is one line: what, where, why, what next', () => {
    expect(failure('It broke', { host: 'root@db:22', stderr: 'first\nlast word\n', next: 'vdb check' })).toBe(
      'vdb backup failed on root@db:22: It broke: last word (next: vdb check)',
    );
  });

  it('says nothing twice, and stays one line whatever is in it', () => {
    expect(failure('root@db:22 is locked\nby somebody', { host: 'root@db:22', stderr: 'is locked' })).toBe(
      'vdb backup failed: root@db:22 is locked by somebody',
    );
  });
});
