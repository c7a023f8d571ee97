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

type Counts = Record<string, number>;

/** What Qdrant says that it was asked. */
function telemetry(rest: Counts = {}, grpc: Counts = {}, id = '6f1c'): QdrantAnswer {
  const responses = (counts: Counts) =>
    Object.fromEntries(Object.entries(counts).map(([name, count]) => [name, { 200: { count } }]));
  return answer({
    id,
    requests: { rest: { responses: responses(rest) }, grpc: { responses: responses(grpc) } },
  });
}

const HERE = { local_shards: [{ shard_id: 0, state: 'Active' }], remote_shards: [] };

interface Seen {
  count?: number;
  schema?: object;
  queued?: number;
  shards?: object;
  before?: QdrantAnswer;
  after?: QdrantAnswer;
}

function answersOf(points: unknown[], seen: Seen = {}): QdrantAnswer[] {
  const { count = points.length, schema = SCHEMA, queued = 0, shards = HERE } = seen;
  return [
    seen.before ?? telemetry(),
    answer({ config: CONFIG, payload_schema: schema, update_queue: { length: queued } }),
    answer({ count }),
    answer({ points }),
    answer(shards),
    seen.after ?? telemetry(),
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

  it('asks first and last what Qdrant has answered, so that every write in between is counted', () => {
    const paths = lookRequests('docs').map(({ path }) => path);
    expect([paths[0], paths.at(-1)]).toEqual(['/telemetry', '/telemetry']);
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
    ['points', 'PUT /collections/{collection_name}/points'],
    ['payloads', 'POST /collections/{collection_name}/points/payload'],
    ['deletions', 'POST /collections/{collection_name}/points/delete'],
    ['vectors', 'PUT /collections/{collection_name}/points/vectors'],
    ['several things', 'POST /collections/{collection_name}/points/batch'],
  ])(
    'is no certain number where %s were written, though there were as many before and after',
    (_, request) => {
      const before = look([POINT], { before: telemetry({ [request]: 7 }) });
      const after = look([POINT], { after: telemetry({ [request]: 8 }) });
      expect(between(before, after).count).toEqual({ points_between: [1, 1] });
    },
  );

  it('counts what was written by gRPC too', () => {
    const wrote = (count: number) => telemetry({}, { '/qdrant.Points/Upsert': count });
    const [before, after] = [look([POINT], { before: wrote(7) }), look([POINT], { after: wrote(8) })];
    expect(between(before, after).count).toEqual({ points_between: [1, 1] });
  });

  it('does not take searches, counts and snapshots for writes', () => {
    const busy = telemetry({
      'POST /collections/{collection_name}/points/query': 9,
      'POST /collections/{collection_name}/points/count': 9,
      'POST /collections/{collection_name}/points': 9,
      'POST /collections/{collection_name}/snapshots': 9,
    });
    expect(between(look([POINT]), look([POINT], { after: busy })).count).toEqual({ points: 1 });
  });

  it('is no certain number where Qdrant was restarted, which begins the count anew', () => {
    const restarted = telemetry({}, {}, '77ab');
    const count = (before: CollectionLook) => between(before, look([POINT], { after: restarted })).count;
    expect(count(look([POINT]))).toEqual({ points_between: [1, 1] });
    expect(count(look([POINT], { before: restarted }))).toEqual({ points: 1 });
  });

  it('is no certain number where what was answered before had yet to be done', () => {
    expect(between(look([POINT], { queued: 1 }), look([POINT])).count).toEqual({ points_between: [1, 1] });
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
