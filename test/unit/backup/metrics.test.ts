import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { CreateOutcome } from '../../../src/backup/create/events.js';
import type { BackupManifest } from '../../../src/backup/manifest.js';
import { backupMetrics, tellingOf } from '../../../src/backup/metrics.js';
import { TEXTFILE_DIRECTORY } from '../../../src/services/monitoring/textfile.js';
import { OWNED, unprivilegedHost } from '../../support/unprivileged-host.js';

const HASH = 'a'.repeat(64);
const MANIFEST: BackupManifest = {
  schema: 'vdb.backup/1',
  id: '20261124T020000Z',
  created: '2026-11-24T02:00:00.000Z',
  finished: '2026-11-24T02:05:00.400Z',
  parts: [
    { path: 'collections/a"b.snapshot', kind: 'collection', collection: 'a"b', bytes: 40, sha256: HASH },
    { path: 'postgres/m.dump', kind: 'postgres', database: 'm', bytes: 2, sha256: HASH },
  ],
};

/** The samples, without help and types. */
function samples(text: string): string[] {
  return text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
}

const set = { manifest: MANIFEST, durationMs: 2500 };
const DONE = backupMetrics('', { at: new Date('2026-11-24T01:59:59Z'), set });

describe('metrics of backups', () => {
  it('tell of a set: when, how long, and its bytes in all and by part', () => {
    expect(samples(DONE)).toEqual([
      'vdb_backup_last_attempt_timestamp_seconds 1795485599',
      'vdb_backup_last_status 1',
      'vdb_backup_last_success_timestamp_seconds 1795485900',
      'vdb_backup_duration_seconds 2.5',
      'vdb_backup_bytes 42',
      'vdb_backup_part_bytes{kind="collection",collection="a\\"b"} 40',
      'vdb_backup_part_bytes{kind="postgres",database="m"} 2',
    ]);
    expect(DONE.endsWith('\n')).toBe(true);
    expect(DONE.match(/^# TYPE /gm)).toHaveLength(6);
  });

  it('tell of a failure, and still of the last set', () => {
    const failed = backupMetrics(DONE, { at: new Date('2026-11-25T02:00:00Z') });
    expect(samples(failed)).toEqual([
      'vdb_backup_last_attempt_timestamp_seconds 1795572000',
      'vdb_backup_last_status 0',
      ...samples(DONE).slice(2),
    ]);
    expect(failed.match(/^# TYPE /gm)).toHaveLength(6);
    expect(backupMetrics(failed, { at: new Date('2026-11-24T01:59:59Z'), set })).toBe(DONE);
  });

  it('tell of a failure before there was any set', () => {
    expect(samples(backupMetrics('', { at: new Date('2026-11-25T02:00:00Z') }))).toEqual([
      'vdb_backup_last_attempt_timestamp_seconds 1795572000',
      'vdb_backup_last_status 0',
    ]);
  });
});

describe('an attempt at a set', () => {
  let place: string;
  let warnings: string[];
  beforeEach(() => {
    place = mkdtempSync(join(tmpdir(), 'vdb-backup-metrics-'));
    warnings = [];
  });
  afterEach(() => rmSync(place, { recursive: true }));

  const told = () => samples(readFileSync(join(place, 'textfiles/vdb_backup.prom'), 'utf8'));
  const attempt = (outcome: () => Promise<CreateOutcome>) => {
    const instead = { ...OWNED, [TEXTFILE_DIRECTORY]: join(place, 'textfiles') };
    const host = unprivilegedHost(join(place, 'busy'), { instead });
    return tellingOf(host, (message) => warnings.push(message), outcome);
  };
  const outcome: CreateOutcome = { status: 'done', ...set, directory: '/data/backups/a' };

  it('is told of, however it ends', async () => {
    expect(await attempt(() => Promise.resolve(outcome))).toBe(outcome);
    expect(told()).toContain('vdb_backup_last_status 1');
    const interrupted = { status: 'interrupted', durationMs: 1 } as const;
    expect(await attempt(() => Promise.resolve(interrupted))).toBe(interrupted);
    expect(told()).toContain('vdb_backup_last_status 0');
    await attempt(() => Promise.resolve(outcome));
    await expect(attempt(() => Promise.reject(new Error('the disk is full')))).rejects.toThrow('disk');
    expect(told()).toContain('vdb_backup_last_status 0');
    expect(told()).toContain('vdb_backup_bytes 42');
    expect(warnings).toEqual([]);
  });

  it('is what it is where nobody can be told', async () => {
    writeFileSync(join(place, 'textfiles'), '');
    expect(await attempt(() => Promise.resolve(outcome))).toBe(outcome);
    expect(warnings).toEqual([expect.stringMatching(/^The metrics could not be written: /)]);
    await expect(attempt(() => Promise.reject(new Error('the disk is full')))).rejects.toThrow('disk');
  });
});
