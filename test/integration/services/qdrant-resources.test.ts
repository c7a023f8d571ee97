import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Host } from '../../../src/host/host.js';
import { observe } from '../../../src/host/probe.js';
import { qdrantAlias } from '../../../src/resources/qdrant-alias.js';
import { collectionPath, qdrantCollection } from '../../../src/resources/qdrant-collection.js';
import { type QdrantEndpoint, qdrantCommand, qdrantGet } from '../../../src/resources/qdrant-http.js';
import { qdrantPayloadIndex } from '../../../src/resources/qdrant-payload-index.js';
import { wantedCollection } from '../../support/collection.js';
import { converge, seen } from '../../support/converge.js';
import { availableKinds, type RunningQdrant, startQdrant } from '../../support/qdrant.js';
import { look } from '../../support/root-host.js';
import { unprivilegedHost } from '../../support/unprivileged-host.js';

describe.each(availableKinds())('resources of Qdrant (%s)', (kind) => {
  const name = 'documents';
  let host: Host;
  let server: RunningQdrant;
  let endpoint: QdrantEndpoint;

  const collection = (overrides: Record<string, unknown> = {}, strictMode?: boolean) =>
    qdrantCollection({
      ...endpoint,
      name,
      wanted: { ...wantedCollection(overrides), ...(strictMode === undefined ? {} : { strictMode }) },
    });

  const request = (method: 'PUT' | 'DELETE' | 'PATCH', path: string, body?: unknown) =>
    host.run(qdrantCommand(endpoint, { title: `${method} ${path}`, method, path, body }));

  beforeAll(async () => {
    server = await startQdrant(kind);
    host = unprivilegedHost(join(server.directory, 'busy'));
    endpoint = { port: server.httpPort, keyFile: join(server.directory, 'header') };
  });

  afterAll(async () => {
    await server.stop();
  });

  it('waits for the key file instead of asking without it', async () => {
    expect(await look(host, collection())).toMatchObject({
      status: 'pending',
      why: expect.stringContaining('key'),
    });
  });

  it('does not take a refused key for a missing collection', async () => {
    await writeFile(endpoint.keyFile, 'api-key: wrong\n');
    expect(await look(host, collection())).toMatchObject({ status: 'unknown' });
    await writeFile(endpoint.keyFile, `api-key: ${server.apiKey}\n`);
  });

  it('creates a collection, and finds nothing left to do', async () => {
    expect(await converge(host, collection())).toMatchObject({ action: 'create' });
    expect(await converge(host, collection())).toBeNull();
  });

  it.each([
    ['graph parameters', { hnsw: { m: 24, ef_construct: 200, on_disk: true, full_scan_threshold: 5000 } }],
    ['scalar quantization', { quantization: { type: 'scalar', quantile: 0.99, always_ram: false } }],
    ['binary quantization', { quantization: { type: 'binary' } }],
    ['product quantization', { quantization: { type: 'product', compression: 'x32' } }],
    ['no quantization', { quantization: null }],
    ['where vectors and payloads live', { on_disk: false, on_disk_payload: false }],
    ['replication', { replicas: 2, write_consistency: 2 }],
  ])('updates %s in place', async (_, overrides) => {
    await converge(host, collection({ quantization: { type: 'scalar' } }));
    expect(await converge(host, collection(overrides))).toMatchObject({ action: 'update' });
  });

  it('switches strict mode on and off', async () => {
    await converge(host, collection());
    expect(await converge(host, collection({}, true))).toMatchObject({ action: 'update' });
    expect(await converge(host, collection({}, false))).toMatchObject({ action: 'update' });
  });

  it('updates what the vector overrides', async () => {
    await request('PATCH', collectionPath(name), {
      vectors: { '': { hnsw_config: { m: 40 }, quantization_config: { binary: { always_ram: true } } } },
    });
    const change = await converge(host, collection());
    expect(change?.fields?.map(({ field }) => field)).toEqual(['hnsw.m', 'quantization']);
  });

  it('refuses what would take a copy', async () => {
    const resource = collection({ size: 8, distance: 'Dot', shards: 2 });
    const change = resource.diff(await seen(host, resource));
    expect(change?.refused?.why).toContain('size, distance, shards');
  });

  it('creates payload indexes and changes their type', async () => {
    const index = (field: string, type: string) =>
      qdrantPayloadIndex({ ...endpoint, collection: name, field, type });
    for (const type of ['keyword', 'integer', 'float', 'bool', 'geo', 'datetime', 'text', 'uuid']) {
      expect(await converge(host, index(`f.${type}`, type))).toMatchObject({ action: 'create' });
    }
    expect(await converge(host, index('f.keyword', 'integer'))).toMatchObject({ action: 'update' });
    expect(await converge(host, index('f.keyword', 'integer'))).toBeNull();
  });

  it('creates and moves an alias', async () => {
    const alias = (target: string) =>
      qdrantAlias({ ...endpoint, alias: `${name}_alias`, collection: target });
    await request('PUT', collectionPath(`${name}_b`), { vectors: { size: 2, distance: 'Dot' } });
    expect(await converge(host, alias(name))).toMatchObject({ action: 'create' });
    expect(await converge(host, alias(`${name}_b`))).toMatchObject({ action: 'update' });
    expect(await converge(host, alias(`${name}_b`))).toBeNull();
  });

  it('asks about many things at once, and keeps the answers apart', async () => {
    const paths = [collectionPath(name), collectionPath('no such thing'), '/aliases', collectionPath(name)];
    const answers = await observe(
      host,
      paths.map((path) => qdrantGet(endpoint, path)),
    );
    expect(answers.map(({ status }) => status)).toEqual(['known', 'known', 'known', 'known']);
    expect(answers[1]).toEqual({ status: 'known', value: null });
    expect(answers[3]).toEqual(answers[0]);
  });

  it("shows Qdrant's reason when it refuses a change", async () => {
    const command = qdrantCommand(endpoint, {
      title: 'bad',
      method: 'PUT',
      path: collectionPath(`${name}_c`),
      body: { vectors: { size: 0, distance: 'Dot' } },
    });
    await expect(host.run(command)).rejects.toMatchObject({
      details: { stderr: expect.stringContaining('Format error') },
    });
  });

  it('is pending where nothing listens', async () => {
    const nowhere = qdrantCollection({ ...endpoint, port: 1, name, wanted: wantedCollection() });
    expect(await look(host, nowhere)).toMatchObject({ status: 'pending' });
  });
});
