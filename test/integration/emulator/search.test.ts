import { beforeAll, expect, it } from 'vitest';
import { errorOf, onEachServer, resultOf } from './servers.js';

interface Hit {
  id: number;
  score: number;
  version: number;
  payload?: object;
  vector?: unknown;
}

const VECTORS = { 1: [1, 0], 2: [3, 4], 3: [0, 2] };

onEachServer('search', {}, (server) => {
  const call = (collection: string, path: string, body: object) =>
    server().request('POST', `/collections/${collection}/points/${path}`, body);
  const search = async (collection: string, body: object) =>
    resultOf<Hit[]>((await call(collection, 'search', { limit: 10, ...body })).body);
  const query = async (collection: string, body: object) =>
    resultOf<{ points: Hit[] }>((await call(collection, 'query', body)).body).points;
  const ranked = (hits: Hit[]) => hits.map(({ id, score }) => [id, Number(score.toFixed(4))]);

  beforeAll(async () => {
    for (const distance of ['Cosine', 'Dot', 'Euclid', 'Manhattan']) {
      const collection = distance.toLowerCase();
      await server().request('PUT', `/collections/${collection}`, { vectors: { size: 2, distance } });
      const points = Object.entries(VECTORS).map(([id, vector]) => ({
        id: Number(id),
        vector,
        payload: { odd: Number(id) % 2 === 1 },
      }));
      await server().request('PUT', `/collections/${collection}/points?wait=true`, { points });
    }
    const vectors = { a: { size: 2, distance: 'Dot' }, b: { size: 1, distance: 'Euclid' } };
    await server().request('PUT', '/collections/named', { vectors });
    const points = [
      { id: 1, vector: { a: [1, 2] } },
      { id: 2, vector: { a: [2, 1], b: [5] } },
    ];
    await server().request('PUT', '/collections/named/points?wait=true', { points });
  });

  it.each([
    [
      'cosine',
      [
        [1, 1],
        [2, 0.6],
        [3, 0],
      ],
    ],
    [
      'dot',
      [
        [2, 3],
        [1, 1],
        [3, 0],
      ],
    ],
    [
      'euclid',
      [
        [1, 0],
        [3, 2.2361],
        [2, 4.4721],
      ],
    ],
    [
      'manhattan',
      [
        [1, 0],
        [3, 3],
        [2, 6],
      ],
    ],
  ])('ranks by %s', async (collection, expected) => {
    expect(ranked(await search(collection, { vector: [1, 0] }))).toEqual(expected);
    expect(ranked(await query(collection, { query: [1, 0] }))).toEqual(expected);
  });

  it.each([
    ['dot', 0.5, [2, 1]],
    ['dot', 1, [2]],
    ['euclid', 2.3, [1, 3]],
    ['euclid', 0, []],
  ])('leaves out what is not nearer by %s than %d', async (collection, score_threshold, expected) => {
    const hits = await search(collection, { vector: [1, 0], score_threshold });
    expect(hits.map(({ id }) => id)).toEqual(expected);
  });

  it('filters, skips and stops', async () => {
    const filter = { must: [{ key: 'odd', match: { value: true } }] };
    expect(ranked(await search('dot', { vector: [1, 0], filter }))).toEqual([
      [1, 1],
      [3, 0],
    ]);
    expect(ranked(await search('dot', { vector: [1, 0], offset: 1, limit: 1 }))).toEqual([[1, 1]]);
  });

  it('shows payload and vector only when asked', async () => {
    const [bare] = await search('dot', { vector: [1, 0], limit: 1 });
    expect(Object.keys(bare!).sort()).toEqual(['id', 'score', 'version']);
    const [full] = await search('dot', { vector: [1, 0], limit: 1, with_payload: true, with_vector: true });
    expect(full).toMatchObject({ payload: { odd: false }, vector: [3, 4] });
  });

  it('normalizes vectors under Cosine', async () => {
    const hits = await search('cosine', { vector: [1, 0], with_vector: true });
    expect(hits[1]?.vector).toEqual([0.6, 0.8]);
  });

  it('is about a point, which it leaves out', async () => {
    expect(ranked(await query('dot', { query: 1 }))).toEqual([
      [2, 3],
      [3, 0],
    ]);
    expect(ranked(await query('dot', { query: { nearest: 1 }, limit: 1 }))).toEqual([[2, 3]]);
    const missing = await call('dot', 'query', { query: 999 });
    expect(missing.status).toBe(404);
    expect(errorOf(missing.body)).toBe('Not found: No point with id 999 found');
  });

  it('is about nothing but a filter', async () => {
    const points = await query('dot', { filter: { must: [{ has_id: [3] }] }, with_payload: true });
    expect(points).toMatchObject([{ id: 3, payload: { odd: true } }]);
  });

  it('uses the vector of a name', async () => {
    expect(ranked(await search('named', { vector: { name: 'a', vector: [0, 1] } }))).toEqual([
      [1, 2],
      [2, 1],
    ]);
    expect(ranked(await query('named', { query: [4], using: 'b' }))).toEqual([[2, 1]]);
    const nameless = await call('named', 'search', { vector: [1, 2], limit: 1 });
    expect(nameless.status).toBe(400);
    expect(errorOf(nameless.body)).toBe('Wrong input: Not existing vector name error: ');
  });

  it('answers several questions at once', async () => {
    const searches = [
      { vector: [1, 0], limit: 1 },
      { vector: [0, 1], limit: 1 },
    ];
    const found = resultOf<Hit[][]>((await call('cosine', 'search/batch', { searches })).body);
    expect(found.map((hits) => hits.map(({ id }) => id))).toEqual([[1], [3]]);
    const queries = [
      { query: [1, 0], limit: 1 },
      { query: 1, limit: 1 },
    ];
    const answers = resultOf<{ points: Hit[] }[]>(
      (await call('cosine', 'query/batch', { searches: queries })).body,
    );
    expect(answers.map(({ points }) => points.map(({ id }) => id))).toEqual([[1], [2]]);
  });

  it.each([
    ['a vector of another size', 400, { vector: [1], limit: 1 }],
    ['no limit', 400, { vector: [1, 0] }],
    ['a limit of nothing', 422, { vector: [1, 0], limit: 0 }],
    ['no vector', 400, { limit: 1 }],
  ])('is refused with %s', async (_what, status, body) => {
    expect((await call('dot', 'search', body)).status).toBe(status);
  });
});
