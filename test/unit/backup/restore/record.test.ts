import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { keptFile, readRecords, recordedFiles } from '../../../../src/backup/restore/record.js';
import { unprivilegedHost } from '../../../support/unprivileged-host.js';
import { SET } from './support.js';

let state: string;

beforeEach(() => {
  state = mkdtempSync(join(tmpdir(), 'vdb-records-'));
  mkdirSync(join(state, 'restores'));
});

afterEach(() => rmSync(state, { recursive: true, force: true }));

it('a file that was recorded before it was made counts once it is there', async () => {
  const [rdb, tar, undone] = ['rdb', 'tar', 'undone.rdb'].map((kind) => keptFile(state, SET, kind));
  const record = {
    ...{ schema: 'vdb.restore/1', restore: SET, set: SET, at: '2026-11-25T00:00:00.000Z', by: 'ops@desk' },
    ...{ state: 'begun', collections: [], aliases: [], databases: [] },
    ...{ redis: rdb, configuration: tar, files: [undone] },
  };
  writeFileSync(join(state, 'restores', `${SET}.json`), JSON.stringify(record));
  const host = unprivilegedHost(join(state, 'busy'));
  const [before] = await readRecords(host, state);
  expect(before).toMatchObject({ redis: null, configuration: null, files: [] });
  writeFileSync(rdb as string, '');
  writeFileSync(undone as string, '');
  const [after] = await readRecords(host, state);
  expect(recordedFiles(after!)).toEqual([rdb, undone]);
});
