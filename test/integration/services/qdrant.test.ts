import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { CANARY_PREFIX, canary } from '../../../src/services/qdrant/canary.js';
import { qdrantClient } from '../../../src/services/qdrant/client.js';
import { qdrantOverview } from '../../../src/services/qdrant/overview.js';
import { installedQdrant, type LocalQdrant, startQdrant } from '../../support/local-qdrant.js';

const version = installedQdrant();

describe.skipIf(version === null)(`the Qdrant client (real server: ${version ?? 'none on PATH'})`, () => {
  let server: LocalQdrant;

  beforeAll(async () => {
    server = await startQdrant();
  });

  afterAll(async () => {
    await server.stop();
  });

  it('gives version, exact counts and the cluster', async () => {
    const client = await qdrantClient(server);
    await client.createCollection('documents', { vectors: { size: 2, distance: 'Dot' } });
    await client.upsert('documents', { wait: true, points: [{ id: 1, vector: [1, 0] }] });
    expect(await qdrantOverview(server)).toMatchObject({
      version: version?.split(' ')[1],
      genuine: true,
      collections: [{ name: 'documents', status: 'green', points: 1, indexed: 0 }],
      cluster: { peers: 1, role: 'Leader', led: true },
    });
  });

  it('sings and leaves no collection behind', async () => {
    const { upsertMs, queryMs, deleteMs } = await canary(server);
    expect(Math.min(upsertMs, queryMs, deleteMs)).toBeGreaterThan(0);
    const { collections } = await qdrantOverview(server);
    expect(collections.filter(({ name }) => name.startsWith(CANARY_PREFIX))).toEqual([]);
  });

  it('names a wrong key as such, without printing it or anything else', async () => {
    const print = vi.spyOn(console, 'warn');
    const wrong = { port: server.port, apiKey: 'a-wrong-key' };
    const error = await qdrantOverview(wrong).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ details: { code: 'qdrant.unauthorized' } });
    expect(JSON.stringify(error) + String(error)).not.toContain('a-wrong-key');
    expect(print).not.toHaveBeenCalled();
  });

  it('tells no answer from a refusal', async () => {
    await expect(qdrantOverview({ port: 1, apiKey: 'any' })).rejects.toMatchObject({
      exitCode: 4,
      details: { meaning: 'It did not answer.' },
    });
  });
});
