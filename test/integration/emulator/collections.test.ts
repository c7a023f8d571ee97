import { expect, it } from 'vitest';
import { errorOf, onEachServer, resultOf } from './servers.js';

interface Described {
  status: string;
  optimizer_status: string;
  points_count: number;
  config: {
    params: { vectors: unknown; shard_number: number; on_disk_payload: boolean };
    hnsw_config: { m: number; ef_construct: number };
    optimizer_config: { indexing_threshold: number };
    quantization_config: unknown;
  };
  payload_schema: Record<string, { data_type: string; points: number; params?: unknown }>;
}

onEachServer('collections', {}, (server) => {
  const describe = async (name: string): Promise<Described> =>
    resultOf<Described>((await server().request('GET', `/collections/${name}`)).body);

  it('makes a collection once', async () => {
    const vectors = { size: 4, distance: 'Cosine' };
    expect(await server().request('PUT', '/collections/once', { vectors })).toMatchObject({ status: 200 });
    const again = await server().request('PUT', '/collections/once', { vectors });
    expect(again.status).toBe(409);
    expect(errorOf(again.body)).toBe('Wrong input: Collection `once` already exists!');
  });

  it('shows what was asked for over its defaults', async () => {
    await server().request('PUT', '/collections/shown', {
      vectors: { img: { size: 4, distance: 'Dot' }, txt: { size: 2, distance: 'Euclid', on_disk: true } },
      hnsw_config: { m: 8 },
      optimizers_config: { indexing_threshold: 100 },
      quantization_config: { scalar: { type: 'int8', always_ram: true } },
    });
    const shown = await describe('shown');
    expect(shown).toMatchObject({
      status: 'green',
      optimizer_status: 'ok',
      points_count: 0,
      payload_schema: {},
    });
    expect(shown.config.params).toMatchObject({
      vectors: { img: { size: 4, distance: 'Dot' }, txt: { size: 2, distance: 'Euclid', on_disk: true } },
      shard_number: 1,
      on_disk_payload: true,
    });
    expect(shown.config.hnsw_config).toMatchObject({ m: 8, ef_construct: 100 });
    expect(shown.config.optimizer_config).toMatchObject({ indexing_threshold: 100, flush_interval_sec: 5 });
    expect(shown.config.quantization_config).toEqual({ scalar: { type: 'int8', always_ram: true } });
  });

  it('changes what can be changed later', async () => {
    await server().request('PUT', '/collections/changed', { vectors: { size: 4, distance: 'Cosine' } });
    const patch = { hnsw_config: { ef_construct: 77 }, optimizers_config: { indexing_threshold: 500 } };
    expect(await server().request('PATCH', '/collections/changed', patch)).toMatchObject({ status: 200 });
    const { config } = await describe('changed');
    expect(config.hnsw_config).toMatchObject({ m: 16, ef_construct: 77 });
    expect(config.optimizer_config.indexing_threshold).toBe(500);
    expect(config.params.vectors).toEqual({ size: 4, distance: 'Cosine' });
  });

  it('knows which collections exist', async () => {
    await server().request('PUT', '/collections/there', { vectors: { size: 1, distance: 'Dot' } });
    const { body } = await server().request('GET', '/collections');
    expect(resultOf<{ collections: object[] }>(body).collections).toContainEqual({ name: 'there' });
    const exists = async (name: string) =>
      resultOf((await server().request('GET', `/collections/${name}/exists`)).body);
    expect(await exists('there')).toEqual({ exists: true });
    expect(await exists('nowhere')).toEqual({ exists: false });
  });

  it('removes a collection, and says when there was none', async () => {
    await server().request('PUT', '/collections/gone', { vectors: { size: 1, distance: 'Dot' } });
    expect(resultOf((await server().request('DELETE', '/collections/gone')).body)).toBe(true);
    expect(resultOf((await server().request('DELETE', '/collections/gone')).body)).toBe(false);
  });

  it('does not know a collection that was never made', async () => {
    for (const [method, path] of [
      ['GET', '/collections/x'],
      ['PATCH', '/collections/x'],
      ['GET', '/collections/x/snapshots'],
    ] as const) {
      const answer = await server().request(method, path, method === 'PATCH' ? {} : undefined);
      expect(answer.status).toBe(404);
      expect(errorOf(answer.body)).toBe("Not found: Collection `x` doesn't exist!");
    }
  });

  it.each([
    ['no distance', { vectors: { size: 4 } }],
    ['no size at all', { vectors: { size: 0, distance: 'Dot' } }],
    ['an unknown distance', { vectors: { size: 4, distance: 'Chebyshev' } }],
    ['no JSON', '{not json'],
  ])('refuses a collection with %s', async (_what, body) => {
    const answer = await server().request('PUT', '/collections/refused', body);
    expect(answer.status).toBe(400);
    expect(errorOf(answer.body)).toMatch(/^Format error in JSON body: /);
  });

  it.each(['a%2Fb', 'a:b', 'a*b'])('refuses the name %s', async (name) => {
    const answer = await server().request('PUT', `/collections/${name}`, {
      vectors: { size: 1, distance: 'Dot' },
    });
    expect(answer.status).toBe(422);
    expect(errorOf(answer.body)).toMatch(/^Validation error in path parameters: \[collection_name: /);
  });

  it('reports payload indexes with their options and how many points they hold', async () => {
    await server().request('PUT', '/collections/indexed', { vectors: { size: 1, distance: 'Dot' } });
    const points = [
      { id: 1, vector: [1], payload: { n: 1, city: 'Berlin' } },
      { id: 2, vector: [1], payload: { n: 2 } },
    ];
    await server().request('PUT', '/collections/indexed/points?wait=true', { points });
    const index = (body: object) => server().request('PUT', '/collections/indexed/index?wait=true', body);
    expect(await index({ field_name: 'n', field_schema: 'integer' })).toMatchObject({ status: 200 });
    const tenant = { type: 'keyword', is_tenant: true };
    expect(await index({ field_name: 'city', field_schema: tenant })).toMatchObject({ status: 200 });
    expect((await describe('indexed')).payload_schema).toEqual({
      n: { data_type: 'integer', points: 2 },
      city: { data_type: 'keyword', params: tenant, points: 1 },
    });
    await server().request('DELETE', '/collections/indexed/index/n?wait=true');
    expect(Object.keys((await describe('indexed')).payload_schema)).toEqual(['city']);
    expect((await index({ field_name: 'n', field_schema: 'colour' })).status).toBe(400);
    expect((await index({ field_name: 'n' })).status).toBe(400);
  });
});
