import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { chmod, readFile, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  discardCollection,
  type QdrantPlace,
  restoreCollection,
} from '../../../src/backup/restore/collections.js';
import type { Host } from '../../../src/host/host.js';
import { type MadePart, resultOf, takeCollection } from '../../support/backup-set.js';
import { availableKinds, type RunningQdrant, startQdrant } from '../../support/qdrant.js';
import { unprivilegedHost } from '../../support/unprivileged-host.js';

const NO_SNAPSHOT = 'no snapshot at all';
const ODD = "o'dd näme & co";
const PLACES = availableKinds().flatMap((kind) => [
  { kind, cluster: true, where: 'a cluster of one node' },
  { kind, cluster: false, where: 'a standalone server' },
]);

describe.each(PLACES)('a collection of a set, restored in $where ($kind)', ({ kind, cluster }) => {
  let server: RunningQdrant;
  let host: Host;
  let place: QdrantPlace;
  let set: string;
  const made = new Map<string, MadePart>();

  const restore = (collection: string, target: string, edit: (one: MadePart) => void = () => {}) => {
    const one = structuredClone(made.get(collection)!);
    edit(one);
    return restoreCollection(host, place, { set, target, ...one });
  };
  const names = async () =>
    (await resultOf<{ collections: { name: string }[] }>(server, 'GET', '/collections')).collections.map(
      ({ name }) => name,
    );
  const held = () =>
    existsSync(place.snapshots) ? readdirSync(place.snapshots).filter((name) => name.startsWith('.vdb')) : [];

  beforeAll(async () => {
    const origin = await startQdrant(kind, { cluster: true });
    set = mkdtempSync(join(tmpdir(), 'vdb-set-'));
    try {
      for (const name of ['documents', ODD]) {
        await fill(origin, name);
        made.set(name, await takeCollection(origin, set, name));
      }
    } finally {
      await origin.stop();
    }
    server = await startQdrant(kind, { cluster });
    console.info(`restored in: ${kind === 'real' ? 'Qdrant' : 'the emulator'} ${server.version}`);
    host = unprivilegedHost(join(server.directory, 'busy'));
    const keyFile = join(server.directory, 'header');
    writeFileSync(keyFile, `api-key: ${server.apiKey}\n`);
    place = { port: server.httpPort, keyFile, snapshots: join(server.directory, 'snapshots') };
  });

  afterAll(async () => {
    await server.stop();
    rmSync(set, { recursive: true, force: true });
  });

  it('has the configuration, the indexes, the count and the values of the set', async () => {
    const { points, sampled, indexed } = await restore('documents', 'documents');
    expect({ points, sampled, indexed }).toEqual({ points: 60, sampled: 8, indexed: [] });
    const { payload_schema } = await resultOf<MadePart['definition']>(
      server,
      'GET',
      '/collections/documents',
    );
    expect(Object.keys(payload_schema).sort()).toEqual(['lang', 'year']);
    expect(held()).toEqual([]);
    expect(existsSync(join(set, 'collections/documents.snapshot'))).toBe(true);
  });

  it('may have a name with quotes, blanks and letters beyond ASCII, also as another one', async () => {
    expect(await restore(ODD, ODD)).toMatchObject({ points: 60 });
    expect(await restore(ODD, `${ODD}--20261124T020000Z`)).toMatchObject({ points: 60 });
  });

  it('is never recovered over one that is there, nor over an alias', async () => {
    await resultOf(server, 'POST', '/collections/aliases', {
      actions: [{ create_alias: { alias_name: 'docs', collection_name: 'documents' } }],
    });
    const before = await names();
    for (const target of ['documents', 'docs']) {
      await expect(restore('documents', target)).rejects.toMatchObject({
        details: { code: 'restore.exists' },
      });
    }
    expect(await names()).toEqual(before);
  });

  it.each([
    [
      'a wrong checksum',
      ({ part }: MadePart) => void Object.assign(part, { sha256: 'a'.repeat(64) }),
      /checksum mismatch/,
    ],
    [
      'another count',
      ({ part }: MadePart) => void Object.assign(part, { points: 61 }),
      /60 points, 61 in the set/,
    ],
    [
      'another setting',
      ({ definition }: MadePart) => void Object.assign(definition.config.hnsw_config as object, { m: 5 }),
      /hnsw_config\.m is 16, 5 in the set/,
    ],
    [
      'other values of a point',
      ({ definition }: MadePart) => void Object.assign(definition.sample[2]!, { sha256: 'b'.repeat(64) }),
      /point \d+ has other values/,
    ],
    [
      'a point that is missing',
      ({ definition }: MadePart) => void definition.sample.push({ id: 99999, sha256: 'c'.repeat(64) }),
      /point 99999 is missing/,
    ],
  ])('is removed again for %s', async (_, edit, message) => {
    const before = await names();
    await expect(restore('documents', 'documents--new', edit)).rejects.toThrow(message);
    expect(await names()).toEqual(before);
    expect(held()).toEqual([]);
  });

  it('of which something was written while it was taken may have another number of points, and that is said', async () => {
    const { remarks } = await restore('documents', 'documents--busy', ({ part }) => {
      Object.assign(part, { points: undefined, points_between: [61, 70] });
    });
    expect(remarks).toEqual(['something was written while it was taken, when it had 61 to 70 points']);
  });

  it('gets an index that is in the set and not in the snapshot', async () => {
    const index = { data_type: 'keyword', points: 3 };
    const { indexed } = await restore('documents', 'documents--indexed', ({ definition }) => {
      definition.payload_schema.kind = index;
    });
    expect(indexed).toEqual(['kind']);
    const { payload_schema } = await resultOf<MadePart['definition']>(
      server,
      'GET',
      '/collections/documents--indexed',
    );
    expect(payload_schema.kind).toMatchObject({ data_type: 'keyword' });
  });

  it('of a file that is cut off, or has a flipped byte, is refused, and nothing of it stays', async () => {
    const file = join(set, 'collections/documents.snapshot');
    const whole = await readFile(file);
    const before = await names();
    try {
      const flipped = Buffer.from(whole);
      flipped[flipped.length >> 1]! ^= 1;
      await writeFile(file, flipped);
      await expect(restore('documents', 'documents--flipped')).rejects.toThrow(/checksum mismatch/);
      await truncate(file, whole.length >> 1);
      await expect(restore('documents', 'documents--cut')).rejects.toThrow(/checksum mismatch/);
      await writeFile(file, NO_SNAPSHOT);
      const sha256 = createHash('sha256').update(NO_SNAPSHOT).digest('hex');
      const other = ({ part }: MadePart) => void Object.assign(part, { sha256 });
      await expect(restore('documents', 'documents--none', other)).rejects.toThrow(/could not be restored/);
    } finally {
      await writeFile(file, whole);
    }
    expect(await names()).toEqual(before);
    expect(held()).toEqual([]);
  });

  it('leaves owner and mode of the file of the set as they were', async () => {
    const file = join(set, 'collections/documents.snapshot');
    await chmod(file, 0o600);
    await restore('documents', 'documents--mode');
    const { mode, uid, nlink } = statSync(file);
    expect({ mode: mode & 0o777, uid, nlink }).toEqual({ mode: 0o600, uid: process.getuid?.(), nlink: 1 });
  });

  it('is removed, but not while an alias points to it; one that is not there is as good as removed', async () => {
    const name = "documents--o'dd ä";
    const alias = (action: object) => resultOf(server, 'POST', '/collections/aliases', { actions: [action] });
    await restore('documents', name);
    await alias({ create_alias: { alias_name: 'looked at', collection_name: name } });
    await expect(discardCollection(host, place, name)).rejects.toMatchObject({
      details: { code: 'restore.in-use' },
    });
    expect(await names()).toContain(name);
    await alias({ delete_alias: { alias_name: 'looked at' } });
    await discardCollection(host, place, name);
    await discardCollection(host, place, name);
    expect(await names()).not.toContain(name);
  });

  it('is not made while Qdrant does not answer', async () => {
    await server.kill('SIGTERM');
    try {
      await expect(restore('documents', 'documents--down')).rejects.toThrow(/Qdrant does not answer/);
    } finally {
      await server.start();
    }
    expect(await names()).not.toContain('documents--down');
  });
});

async function fill(server: RunningQdrant, name: string): Promise<void> {
  const path = `/collections/${encodeURIComponent(name)}`;
  await resultOf(server, 'PUT', path, { vectors: { size: 8, distance: 'Cosine' }, shard_number: 2 });
  for (const [field_name, field_schema] of [
    ['lang', 'keyword'],
    ['year', { type: 'integer', lookup: true, range: false }],
  ]) {
    await resultOf(server, 'PUT', `${path}/index?wait=true`, { field_name, field_schema });
  }
  const points = Array.from({ length: 60 }, (_, id) => ({
    id,
    vector: Array.from({ length: 8 }, (__, axis) => Math.sin(id * 8 + axis)),
    payload: { lang: id % 2 === 0 ? 'en' : 'de', year: 2000 + id, text: `línea "${id}"` },
  }));
  await resultOf(server, 'PUT', `${path}/points?wait=true`, { points });
}
