import { expect, it } from 'vitest';
import type { BackupManifest, BackupPart } from '../../../src/backup/manifest.js';
import { samplesOf } from '../../../src/capacity/samples.js';

function part(collection: string, counts: Partial<BackupPart>): BackupPart {
  const path = `collections/${collection}.snapshot`;
  return { path, bytes: 1, sha256: '0'.repeat(64), kind: 'collection', collection, ...counts };
}

function manifest(parts: BackupPart[]): BackupManifest {
  const created = '2030-01-02T03:04:05.000Z';
  return { schema: 'vdb.backup/1', id: '20300102T030405Z', created, finished: created, parts };
}

it('counts what each set holds, by collection, at the time at which it was begun', () => {
  const parts = [part('docs', { points: 1200 }), part('chats', { points_between: [10, 14] })];
  expect(samplesOf([{ manifest: manifest(parts) }])).toEqual([
    { at: Date.UTC(2030, 0, 2, 3, 4, 5), points: { docs: 1200, chats: 10 } },
  ]);
});

it('leaves out what was not counted, and sets without a manifest', () => {
  const dump: BackupPart = { ...part('docs', { points: 5 }), kind: 'postgres' };
  expect(samplesOf([{ manifest: null }, { manifest: manifest([dump, part('docs', {})]) }])).toEqual([
    { at: Date.UTC(2030, 0, 2, 3, 4, 5), points: {} },
  ]);
});
