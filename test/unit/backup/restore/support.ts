import type { Definitions } from '../../../../src/backup/definitions.js';
import { type BackupManifest, readManifest } from '../../../../src/backup/manifest.js';
import { type PlanInput, planRestore, type RestorePlan } from '../../../../src/backup/restore/plan.js';
import type { PresentQdrant } from '../../../../src/backup/restore/present.js';
import { setIdOf } from '../../../../src/backup/set.js';

export const CREATED = '2026-11-24T02:00:00.000Z';
export const SET = setIdOf(new Date(CREATED));
const SHA = 'a'.repeat(64);

/** A set with these collections, a database, Redis and the configuration. */
export function manifestOf(collections: string[], changes: Partial<BackupManifest> = {}): BackupManifest {
  const part = (path: string, kind: string, more: object = {}) => ({
    path,
    kind,
    bytes: 1000,
    sha256: SHA,
    ...more,
  });
  const text = JSON.stringify({
    ...{ schema: 'vdb.backup/1', id: SET, created: CREATED, finished: CREATED, genuine: true },
    versions: { qdrant: '1.18.3' },
    parts: [
      part('qdrant.json', 'definitions'),
      ...collections.map((collection) =>
        part(`collections/${collection}.snapshot`, 'collection', { collection, points: 10 }),
      ),
      part('postgres/app.dump', 'postgres', { database: 'app', tables: { 'public.users': { rows: 3 } } }),
      part('postgres/globals.sql', 'postgres-globals'),
      part('redis/dump.rdb', 'redis', { keys: 4 }),
      part('configuration.tar', 'configuration'),
    ],
    ...changes,
  });
  return readManifest(text, SET);
}

export function definitionsOf(collections: string[], aliases: Record<string, string> = {}): Definitions {
  const each = { config: {}, payload_schema: {}, sample: [] };
  return {
    schema: 'vdb.definitions/1',
    collections: Object.fromEntries(collections.map((name) => [name, each])),
    aliases,
  };
}

export function presentOf(collections: string[] = [], aliases: Record<string, string> = {}): PresentQdrant {
  return { version: '1.18.3', genuine: true, peers: 1, collections, aliases };
}

/** A plan for `collections` of a set on a server; every collection that is there has five points. */
export function planOf(collections: string[], changes: Partial<PlanInput> = {}): RestorePlan {
  const qdrant = changes.qdrant === undefined ? presentOf() : changes.qdrant;
  return planRestore({
    manifest: manifestOf(collections),
    definitions: definitionsOf(collections),
    restore: SET,
    leftovers: [],
    claimed: [],
    selection: {},
    there: Object.fromEntries((qdrant?.collections ?? []).map((name) => [name, { points: 5, bytes: 500 }])),
    databases: ['app'],
    redis: true,
    ...changes,
    qdrant,
  });
}
