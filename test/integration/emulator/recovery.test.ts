import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { parse, stringify } from 'yaml';
import { errorOf, onEachServer, resultOf } from './servers.js';

onEachServer('recovery mode', { settings: { storage: {} } }, (server) => {
  const restart = async (recovery_mode: string | undefined) => {
    const file = join(server().directory, 'config.yaml');
    const config = parse(await readFile(file, 'utf8')) as { storage: Record<string, unknown> };
    await writeFile(file, stringify({ ...config, storage: { ...config.storage, recovery_mode } }));
    await server().kill('SIGTERM');
    await server().start();
  };
  const metrics = async () => (await server().request<string>('GET', '/metrics')).body;

  it('loads no collection, and says so', async () => {
    await server().request('PUT', '/collections/kept', { vectors: { size: 1, distance: 'Dot' } });
    const points = { points: [{ id: 1, vector: [1] }] };
    await server().request('PUT', '/collections/kept/points?wait=true', points);
    await restart('too little memory');
    expect(await metrics()).toMatch(/^app_status_recovery_mode 1$/m);
    expect(await metrics()).toMatch(/^collection_points\{id="kept"\} 0$/m);
    expect((await server().request('GET', '/readyz')).status).toBe(200);
    expect(resultOf((await server().request('GET', '/collections')).body)).toEqual({
      collections: [{ name: 'kept' }],
    });
    const refused = [
      await server().request('GET', '/collections/kept'),
      await server().request('POST', '/collections/kept/points/count', { exact: true }),
      await server().request('PUT', '/collections/kept/points?wait=true', points),
    ];
    for (const { status, body } of refused) {
      expect(status).toBe(500);
      expect(errorOf(body)).toMatch(/^Service internal error: [\s\S]*too little memory$/);
    }
  });

  it('still takes new collections and changes of settings', async () => {
    const vectors = { size: 1, distance: 'Dot' };
    expect(await server().request('PUT', '/collections/fresh', { vectors })).toMatchObject({ status: 200 });
    expect(await server().request('GET', '/collections/fresh')).toMatchObject({ status: 200 });
    const patch = { hnsw_config: { m: 8 } };
    expect(await server().request('PATCH', '/collections/kept', patch)).toMatchObject({ status: 200 });
  });

  it('has everything again afterwards', async () => {
    await restart(undefined);
    expect(await metrics()).toMatch(/^app_status_recovery_mode 0$/m);
    const { body } = await server().request('POST', '/collections/kept/points/count', { exact: true });
    expect(resultOf(body)).toEqual({ count: 1 });
  });
});
