import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { CANARY_PREFIX, canary } from '../../../src/services/qdrant/canary.js';
import { type QdrantAccess, qdrantClient } from '../../../src/services/qdrant/client.js';
import { availableKinds, type RunningQdrant, startQdrant } from '../../support/qdrant.js';

describe.each(availableKinds())('the Qdrant client (%s)', (kind) => {
  let server: RunningQdrant;
  let access: QdrantAccess;

  beforeAll(async () => {
    server = await startQdrant(kind, { cluster: kind === 'real' });
    access = { port: server.httpPort, apiKey: server.apiKey };
  });

  afterAll(async () => {
    await server.stop();
  });

  it('sings and leaves no collection behind', async () => {
    const { upsertMs, queryMs, deleteMs } = await canary(access);
    expect(Math.min(upsertMs, queryMs, deleteMs)).toBeGreaterThan(0);
    const { collections } = await (await qdrantClient(access)).getCollections();
    expect(collections.filter(({ name }) => name.startsWith(CANARY_PREFIX))).toEqual([]);
  });

  it('names a wrong key as such, without printing it or anything else', async () => {
    const print = vi.spyOn(console, 'warn');
    const wrong = { port: server.httpPort, apiKey: 'a-wrong-key' };
    const error = await canary(wrong).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ details: { code: 'qdrant.unauthorized' } });
    expect(JSON.stringify(error) + String(error)).not.toContain('a-wrong-key');
    expect(print).not.toHaveBeenCalled();
  });

  it('tells no answer from a refusal', async () => {
    await expect(canary({ port: 1, apiKey: 'any' })).rejects.toMatchObject({
      exitCode: 4,
      details: { meaning: 'It did not answer.' },
    });
  });
});
