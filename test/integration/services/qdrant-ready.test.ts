import { describe, expect, it } from 'vitest';
import { qdrantReady } from '../../../src/resources/qdrant.js';
import { availableKinds, type QdrantOptions, startQdrant } from '../../support/qdrant.js';
import { unprivilegedHost } from '../../support/unprivileged-host.js';

describe.each(availableKinds())('the ready check of a slot (%s)', (kind) => {
  const exitCode = async (options: QdrantOptions): Promise<number> => {
    const server = await startQdrant(kind, options);
    try {
      const host = unprivilegedHost(`${server.directory}/busy`);
      return (await host.read(qdrantReady(server.httpPort))).exitCode;
    } finally {
      await server.stop();
    }
  };

  it('passes a server that asks for its key', async () => {
    expect(await exitCode({})).toBe(0);
  });

  it('fails a server that is open to everyone', async () => {
    expect(await exitCode({ apiKey: null })).toBe(1);
  });

  it('fails where nothing listens', async () => {
    expect((await unprivilegedHost('/dev/null').read(qdrantReady(1))).exitCode).toBe(1);
  });
});
