import { appendFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { onEachServer, resultOf } from './servers.js';

onEachServer('persistence', {}, (server) => {
  const count = async (name: string) =>
    resultOf<{ count: number }>(
      (await server().request('POST', `/collections/${name}/points/count`, { exact: true })).body,
    ).count;

  it('keeps every acknowledged change when it is killed', async () => {
    await server().request('PUT', '/collections/kept', { vectors: { size: 2, distance: 'Dot' } });
    for (let id = 0; id < 50; id++) {
      const points = [{ id, vector: [id, 1], payload: { id } }];
      await server().request('PUT', '/collections/kept/points?wait=true', { points });
    }
    await server().request('POST', '/collections/kept/points/delete?wait=true', { points: [0, 1] });
    const alias = { create_alias: { collection_name: 'kept', alias_name: 'live' } };
    await server().request('POST', '/collections/aliases', { actions: [alias] });
    const index = { field_name: 'id', field_schema: 'integer' };
    await server().request('PUT', '/collections/kept/index?wait=true', index);

    await server().kill('SIGKILL');
    await server().start();

    expect(await count('live')).toBe(48);
    const point = await server().request('GET', '/collections/kept/points/49');
    expect(resultOf(point.body)).toEqual({ id: 49, payload: { id: 49 }, vector: [49, 1] });
    const { body } = await server().request('GET', '/collections/kept');
    expect(resultOf(body)).toMatchObject({ payload_schema: { id: { data_type: 'integer', points: 48 } } });
  });

  it('ends when it is asked to, and starts on the same data', async () => {
    await server().request('PUT', '/collections/again', { vectors: { size: 1, distance: 'Dot' } });
    await server().request('PUT', '/collections/again/points?wait=true', {
      points: [{ id: 1, vector: [1] }],
    });
    await server().kill('SIGTERM');
    await server().start();
    expect(await count('again')).toBe(1);
  });

  it('does not bring back what was deleted', async () => {
    await server().request('PUT', '/collections/gone', { vectors: { size: 1, distance: 'Dot' } });
    await server().request('DELETE', '/collections/gone');
    await server().kill('SIGKILL');
    await server().start();
    expect((await server().request('GET', '/collections/gone')).status).toBe(404);
  });

  it('starts on a log that was cut off in the middle of a change', async ({ skip }) => {
    if (server().kind === 'real') skip('the files of Qdrant are its own');
    await server().request('PUT', '/collections/torn', { vectors: { size: 1, distance: 'Dot' } });
    await server().request('PUT', '/collections/torn/points?wait=true', { points: [{ id: 1, vector: [1] }] });
    await server().kill('SIGKILL');
    const collections = join(server().directory, 'storage', 'collections');
    const torn = readdirSync(collections).find((name) => name.includes('torn')) ?? '';
    appendFileSync(join(collections, torn, 'points.ndjson'), '{"version":9,"put":[{"id":2');
    await server().start();
    expect(await count('torn')).toBe(1);
    await server().request('PUT', '/collections/torn/points?wait=true', { points: [{ id: 3, vector: [1] }] });
    await server().kill('SIGKILL');
    await server().start();
    expect(await count('torn')).toBe(2);
  });
});
