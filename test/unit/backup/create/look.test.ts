import { describe, expect, it } from 'vitest';
import {
  between,
  type CollectionLook,
  idsOf,
  lookRequests,
  readLook,
  sameDefinition,
} from '../../../../src/backup/create/look.js';
import type { QdrantAnswer } from '../../../../src/backup/qdrant-requests.js';

const CONFIG = { params: { vectors: { size: 4, distance: 'Dot' } } };
const SCHEMA = { kind: { data_type: 'keyword', points: 3 } };
const POINT = { id: 1, payload: { kind: 'a' }, vector: [1, 0, 0, 0] };

function answer(result: unknown): QdrantAnswer {
  return { code: 200, body: JSON.stringify({ result }) };
}

/** What Qdrant tells of the shards of docs: the number of the last write, and how many wait. */
function telemetry(...shards: { op_num?: number; length?: number }[]): QdrantAnswer {
  const locals = shards.map((update_queue, id) => ({ id, local: { update_queue } }));
  const other = {
    id: 'other',
    shards: [{ id: 0, local: { update_queue: { op_num: Math.random(), length: 3 } } }],
  };
  return answer({ collections: { collections: [other, { id: 'docs', shards: locals }] } });
}

const STILL = telemetry({ op_num: 7, length: 0 });

const HERE = { local_shards: [{ shard_id: 0, state: 'Active' }], remote_shards: [] };

interface Seen {
  count?: number;
  schema?: object;
  shards?: object;
  before?: QdrantAnswer;
  after?: QdrantAnswer;
}

function answersOf(points: unknown[], seen: Seen = {}): QdrantAnswer[] {
  const { count = points.length, schema = SCHEMA, shards = HERE } = seen;
  return [
    seen.before ?? STILL,
    answer({ config: CONFIG, payload_schema: schema }),
    answer({ count }),
    answer({ points }),
    answer(shards),
    seen.after ?? STILL,
  ];
}

function look(points: unknown[], seen: Seen = {}): CollectionLook {
  const read = readLook('docs', answersOf(points, seen));
  if (read === null) throw new Error('not there');
  return read;
}

describe('a look at a collection', () => {
  it('asks for settings, an exact count and some points with all that they hold', () => {
    expect(lookRequests('my docs').slice(1, -2)).toEqual([
      { method: 'GET', path: '/collections/my%20docs' },
      { method: 'POST', path: '/collections/my%20docs/points/count', body: { exact: true } },
      {
        method: 'POST',
        path: '/collections/my%20docs/points/scroll',
        body: { limit: 8, with_payload: true, with_vector: true },
      },
    ]);
  });

  it('asks for the same points again', () => {
    expect(lookRequests('docs', [1, 'x'])[3]).toEqual({
      method: 'POST',
      path: '/collections/docs/points',
      body: { ids: [1, 'x'], with_payload: true, with_vector: true },
    });
  });

  it('leaves out how many points an index has: that is no setting', () => {
    expect(look([POINT]).definition.payload_schema).toEqual({ kind: { data_type: 'keyword' } });
  });

  it.each([1, 2, 3, 4])(
    'finds nothing when one of its answers says that there is no such collection',
    (which) => {
      const answers = answersOf([]);
      answers[which] = { code: 404, body: '{"status":{"error":"Not found"}}' };
      expect(readLook('docs', answers)).toBeNull();
    },
  );

  it('fails where Qdrant does', () => {
    const answers = answersOf([]).with(1, { code: 500, body: 'it broke' });
    expect(() => readLook('docs', answers)).toThrow(
      'Qdrant could not describe collection docs: it answered 500',
    );
  });

  it.each([
    ['all of its shards are active here', HERE.local_shards, [], true],
    ['others have replicas too', HERE.local_shards, [{ shard_id: 0 }], true],
    ['another peer has one of its shards', HERE.local_shards, [{ shard_id: 1 }], false],
    ['a shard is still being copied', [{ shard_id: 0, state: 'Partial' }], [{ shard_id: 0 }], false],
  ])(
    'tells whether the whole collection is on this peer where %s',
    (_, local_shards, remote_shards, isHere) => {
      expect(look([], { shards: { local_shards, remote_shards } }).isHere).toBe(isHere);
    },
  );

  it('asks first and last what was written, so that every write in between is counted', () => {
    const paths = lookRequests('docs').map(({ path }) => path);
    const telling = '/telemetry?details_level=3';
    expect([paths[0], paths.at(-1)]).toEqual([telling, telling]);
  });

  it('does not sample a point whose number JavaScript cannot hold', () => {
    const big = JSON.parse('{"id":18446744073709551615}') as { id: number };
    expect(idsOf(look([POINT, big, { id: '0b7e' }]))).toEqual([1, '0b7e']);
  });
});

describe('what holds of a snapshot between two looks', () => {
  it('is one number of points where nothing was written', () => {
    expect(between(look([POINT]), look([POINT])).count).toEqual({ points: 1 });
  });

  it.each([
    [3, 5],
    [5, 3],
  ])('is a range of points where there were %d before and %d after', (before, after) => {
    const count = (points: number) => look([POINT], { count: points });
    expect(between(count(before), count(after)).count).toEqual({ points_between: [3, 5] });
  });

  it.each([
    ['something was written', STILL, telemetry({ op_num: 8, length: 0 })],
    ['what was accepted before had yet to be done', telemetry({ op_num: 7, length: 1 }), STILL],
    [
      'something was written to another shard',
      telemetry({ op_num: 7 }, { op_num: 3 }),
      telemetry({ op_num: 7 }, { op_num: 4 }),
    ],
    ['Qdrant does not tell of writes', telemetry({}), telemetry({})],
    ['Qdrant tells of no shard', telemetry(), telemetry()],
  ])('is no certain number where %s, though there were as many before and after', (_, before, after) => {
    const { count } = between(look([POINT], { before }), look([POINT], { after }));
    expect(count).toEqual({ points_between: [1, 1] });
  });

  it('is one number whatever was written to other collections, and while it was looked at', () => {
    const [before, after] = [
      look([POINT], { after: telemetry({ op_num: 9 }) }),
      look([POINT], { before: telemetry({}) }),
    ];
    expect(between(before, after).count).toEqual({ points: 1 });
  });

  it('is the value of those points alone that have the same before and after', () => {
    const [same, changed, deleted] = [POINT, { ...POINT, id: 2 }, { ...POINT, id: 3 }];
    const { definition } = between(
      look([same, changed, deleted]),
      look([same, { ...changed, payload: { kind: 'b' } }]),
    );
    expect(definition.sample.map(({ id }) => id)).toEqual([1]);
    expect(definition.sample[0]?.sha256).toMatch(/^[0-9a-f]{64}$/);
  });

  it('has one definition only where settings and indexes are the same', () => {
    const fresh = { kind: { data_type: 'integer', points: 3 } };
    expect(
      sameDefinition(look([POINT]), look([POINT], { schema: { kind: { data_type: 'keyword', points: 9 } } })),
    ).toBe(true);
    expect(sameDefinition(look([POINT]), look([POINT], { schema: fresh }))).toBe(false);
  });
});
