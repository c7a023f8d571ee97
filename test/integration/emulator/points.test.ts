import { beforeEach, expect, it } from 'vitest';
import { errorOf, onEachServer, resultOf } from './servers.js';

const UUID = '5c56c793-69f3-4fbf-87e6-c4bf54c28c26';

interface Shown {
  id: number | string;
  payload?: Record<string, unknown>;
  vector?: unknown;
}

onEachServer('points', {}, (server) => {
  let name = '';
  let serial = 0;
  const call = (method: string, path: string, body?: unknown) =>
    server().request(method, `/collections/${name}/points${path}`, body);
  const scroll = async (body: object = {}) =>
    resultOf<{ points: Shown[]; next_page_offset: unknown }>((await call('POST', '/scroll', body)).body);
  const ids = async (filter: object) =>
    (await scroll({ limit: 100, with_payload: false, filter })).points.map(({ id }) => id);
  const payloadOf = async (id: number) => resultOf<Shown>((await call('GET', `/${id}`)).body).payload;

  beforeEach(async () => {
    name = `points-${++serial}`;
    await server().request('PUT', `/collections/${name}`, { vectors: { size: 2, distance: 'Dot' } });
    await call('PUT', '?wait=true', {
      points: [
        { id: 1, vector: [1, 2], payload: { city: 'Berlin', n: 1, tags: ['a', 'b'] } },
        { id: 2, vector: [3, 4], payload: { n: 2.5, city: null, nest: { a: { b: 5 } } } },
        {
          id: 3,
          vector: [5, 6],
          payload: { list: [{ x: 1 }, { x: 2 }], ok: true, at: '2026-01-02T03:04:05Z' },
        },
        { id: UUID, vector: [7, 8] },
      ],
    });
  });

  it('are stored with a number of the operation', async () => {
    const now = await call('PUT', '?wait=true', { points: [{ id: 9, vector: [0, 0] }] });
    expect(resultOf(now.body)).toEqual({ operation_id: expect.any(Number), status: 'completed' });
    const later = await call('PUT', '', { points: [{ id: 9, vector: [0, 0] }] });
    expect(resultOf(later.body)).toMatchObject({ status: 'acknowledged' });
  });

  it('can be given as columns', async () => {
    const batch = {
      ids: [5, 6],
      vectors: [
        [1, 1],
        [2, 2],
      ],
      payloads: [{ k: 1 }, null],
    };
    expect((await call('PUT', '?wait=true', { batch })).status).toBe(200);
    expect(await payloadOf(5)).toEqual({ k: 1 });
    expect(await payloadOf(6)).toEqual({});
  });

  it.each([
    ['a vector of another size', 400, { points: [{ id: 1, vector: [1] }] }, 'expected dim: 2, got 1'],
    ['a negative id', 400, { points: [{ id: -1, vector: [1, 2] }] }, 'not a valid point ID'],
    ['an id that is no UUID', 400, { points: [{ id: 'one', vector: [1, 2] }] }, 'not a valid point ID'],
    ['no vector', 400, { points: [{ id: 1 }] }, 'missing field `vector`'],
    ['no points', 400, { points: [] }, 'Empty update request'],
    [
      'an unknown vector name',
      400,
      { points: [{ id: 1, vector: { z: [1, 2] } }] },
      'Not existing vector name error: z',
    ],
    [
      'columns of different length',
      422,
      { batch: { ids: [1, 2], vectors: [[1, 2]] } },
      'must be equal (2 != 1)',
    ],
  ])('are refused with %s', async (_what, status, body, message) => {
    const answer = await call('PUT', '?wait=true', body);
    expect(answer.status).toBe(status);
    expect(errorOf(answer.body)).toContain(message);
  });

  it('are refused as a whole when one of them is wrong', async () => {
    await call('PUT', '?wait=true', {
      points: [
        { id: 70, vector: [1, 2] },
        { id: 71, vector: [1] },
      ],
    });
    expect((await call('GET', '/70')).status).toBe(404);
  });

  it('are found by id', async () => {
    expect(resultOf((await call('GET', '/1')).body)).toEqual({
      id: 1,
      payload: { city: 'Berlin', n: 1, tags: ['a', 'b'] },
      vector: [1, 2],
    });
    expect(resultOf<Shown>((await call('GET', `/${UUID.toUpperCase()}`)).body).id).toBe(UUID);
    const missing = await call('GET', '/999');
    expect(missing.status).toBe(404);
    expect(errorOf(missing.body)).toBe('Not found: Point with id 999 does not exists!');
    expect((await call('GET', '/one')).status).toBe(400);
  });

  it('are shown in the order and with the parts that were asked for', async () => {
    const show = async (body: object) => resultOf((await call('POST', '', body)).body);
    expect(await show({ ids: [3, 1, 999], with_payload: false })).toEqual([{ id: 3 }, { id: 1 }]);
    expect(await show({ ids: [1], with_payload: ['city'], with_vector: true })).toEqual([
      { id: 1, payload: { city: 'Berlin' }, vector: [1, 2] },
    ]);
    expect(await show({ ids: [2], with_payload: { exclude: ['n', 'city'] } })).toEqual([
      { id: 2, payload: { nest: { a: { b: 5 } } } },
    ]);
    expect(await show({ ids: [2], with_payload: { include: ['nest.a'] } })).toEqual([
      { id: 2, payload: { nest: { a: { b: 5 } } } },
    ]);
  });

  it('are listed page by page, numbers before UUIDs', async () => {
    const first = await scroll({ limit: 3, with_payload: false });
    expect(first).toEqual({ points: [{ id: 1 }, { id: 2 }, { id: 3 }], next_page_offset: UUID });
    const last = await scroll({ limit: 3, offset: first.next_page_offset, with_payload: false });
    expect(last).toEqual({ points: [{ id: UUID }], next_page_offset: null });
  });

  it('are counted exactly', async () => {
    const count = async (body: object) => resultOf((await call('POST', '/count', body)).body);
    expect(await count({ exact: true })).toEqual({ count: 4 });
    const filter = { must: [{ key: 'n', range: { gte: 1, lt: 2.5 } }] };
    expect(await count({ exact: true, filter })).toEqual({ count: 1 });
  });

  it.each<[string, object, (number | string)[]]>([
    ['nothing', {}, [1, 2, 3, UUID]],
    ['a value', { must: [{ key: 'city', match: { value: 'Berlin' } }] }, [1]],
    ['one condition without a list', { must: { key: 'n', match: { value: 1 } } }, [1]],
    ['a value in a list', { must: [{ key: 'tags', match: { value: 'b' } }] }, [1]],
    ['a truth', { must: [{ key: 'ok', match: { value: true } }] }, [3]],
    ['any of some values', { must: [{ key: 'city', match: { any: ['Rome', 'Berlin'] } }] }, [1]],
    ['none of some values', { must: [{ key: 'city', match: { except: ['Rome'] } }] }, [1]],
    ['a range', { must: [{ key: 'n', range: { gt: 1, lte: 2.5 } }] }, [2]],
    [
      'times',
      { must: [{ key: 'at', range: { gte: '2026-01-01T00:00:00Z', lt: '2026-02-01T00:00:00Z' } }] },
      [3],
    ],
    ['ids', { must: [{ has_id: [2, UUID, 50] }] }, [2, UUID]],
    ['what must not be', { must_not: [{ key: 'n', range: { gt: 0 } }] }, [3, UUID]],
    [
      'one of several',
      {
        should: [
          { key: 'n', match: { value: 1 } },
          { key: 'nest.a.b', match: { value: 5 } },
        ],
      },
      [1, 2],
    ],
    [
      'at least two of several',
      {
        min_should: {
          min_count: 2,
          conditions: [
            { key: 'n', match: { value: 1 } },
            { key: 'city', match: { value: 'Berlin' } },
            { key: 'ok', match: { value: true } },
          ],
        },
      },
      [1],
    ],
    ['emptiness', { must: [{ is_empty: { key: 'n' } }] }, [3, UUID]],
    ['nulls', { must: [{ is_null: { key: 'city' } }] }, [2]],
    ['items of a list', { must: [{ key: 'list[].x', match: { value: 2 } }] }, [3]],
    ['one item of a list', { must: [{ key: 'list[0].x', match: { value: 2 } }] }, []],
    ['a list taken for an object', { must: [{ key: 'list.x', match: { value: 1 } }] }, []],
    ['how many values', { must: [{ key: 'tags', values_count: { gte: 2 } }] }, [1]],
    [
      'conditions on the same item',
      { must: [{ nested: { key: 'list', filter: { must: [{ key: 'x', match: { value: 2 } }] } } }] },
      [3],
    ],
    ['a filter within a filter', { must: [{ must_not: [{ has_id: [1, 2] }] }] }, [3, UUID]],
    ['an empty list of conditions', { should: [] }, [1, 2, 3, UUID]],
  ])('are filtered by %s', async (_what, filter, expected) => {
    expect(await ids(filter)).toEqual(expected);
  });

  it.each([
    ['an unknown condition', 400, { must: [{ colour: 1 }] }],
    ['an unknown match', 400, { must: [{ key: 'n', match: { like: 1 } }] }],
    ['a key that is no path', 400, { must: [{ key: 'a[', match: { value: 1 } }] }],
    ['a field without a condition', 422, { must: [{ key: 'n' }] }],
  ])('are not filtered by %s', async (_what, status, filter) => {
    expect((await call('POST', '/scroll', { filter })).status).toBe(status);
  });

  it('have a payload that can be set, overwritten, cut and cleared', async () => {
    await call('POST', '/payload?wait=true', { payload: { a: 1 }, points: [1] });
    expect(await payloadOf(1)).toEqual({ city: 'Berlin', n: 1, tags: ['a', 'b'], a: 1 });
    await call('POST', '/payload?wait=true', { payload: { z: 1 }, points: [2], key: 'nest.deep' });
    expect(await payloadOf(2)).toMatchObject({ nest: { a: { b: 5 }, deep: { z: 1 } } });
    await call('POST', '/payload/delete?wait=true', { keys: ['tags', 'n'], points: [1] });
    expect(await payloadOf(1)).toEqual({ city: 'Berlin', a: 1 });
    await call('PUT', '/payload?wait=true', { payload: { only: true }, points: [1] });
    expect(await payloadOf(1)).toEqual({ only: true });
    const filter = { must: [{ has_id: [3] }] };
    await call('POST', '/payload/clear?wait=true', { filter });
    expect(await payloadOf(3)).toEqual({});
  });

  it('have no payload to set when they are not there', async () => {
    const answer = await call('POST', '/payload?wait=true', { payload: { a: 1 }, points: [12345] });
    expect(answer.status).toBe(404);
    expect(errorOf(answer.body)).toBe('Not found: No point with id 12345 found');
    expect((await call('POST', '/payload?wait=true', { payload: { a: 1 } })).status).toBe(400);
  });

  it('are deleted by id and by filter', async () => {
    await call('POST', '/delete?wait=true', { points: [1, 999] });
    await call('POST', '/delete?wait=true', { filter: { must: [{ key: 'ok', match: { value: true } }] } });
    expect(await ids({})).toEqual([2, UUID]);
    expect((await call('POST', '/delete?wait=true', {})).status).toBe(400);
  });

  it('need a body', async () => {
    const answer = await call('POST', '/scroll');
    expect(answer.status).toBe(400);
    expect(errorOf(answer.body)).toMatch(/^Format error in JSON body: EOF/);
  });
});
