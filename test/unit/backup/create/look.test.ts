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

function look(points: unknown[], count = points.length, schema: object = SCHEMA): CollectionLook {
  const answers = [answer({ config: CONFIG, payload_schema: schema }), answer({ count }), answer({ points })];
  const seen = readLook('docs', answers);
  if (seen === null) throw new Error('not there');
  return seen;
}

describe('a look at a collection', () => {
  it('asks for settings, an exact count and some points with all that they hold', () => {
    expect(lookRequests('my docs')).toEqual([
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
    expect(lookRequests('docs', [1, 'x'])[2]).toEqual({
      method: 'POST',
      path: '/collections/docs/points',
      body: { ids: [1, 'x'], with_payload: true, with_vector: true },
    });
  });

  it('leaves out how many points an index has: that is no setting', () => {
    expect(look([POINT]).definition.payload_schema).toEqual({ kind: { data_type: 'keyword' } });
  });

  it.each([0, 1, 2])(
    'finds nothing when one of its answers says that there is no such collection',
    (which) => {
      const answers = [
        answer({ config: CONFIG, payload_schema: {} }),
        answer({ count: 0 }),
        answer({ points: [] }),
      ];
      answers[which] = { code: 404, body: '{"status":{"error":"Not found"}}' };
      expect(readLook('docs', answers)).toBeNull();
    },
  );

  it('fails where Qdrant does', () => {
    const answers = [{ code: 500, body: 'it broke' }, answer({ count: 0 }), answer({ points: [] })];
    expect(() => readLook('docs', answers)).toThrow(
      'Qdrant could not describe collection docs: it answered 500',
    );
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
    expect(between(look([POINT], before), look([POINT], after)).count).toEqual({ points_between: [3, 5] });
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
      sameDefinition(look([POINT]), look([POINT], 9, { kind: { data_type: 'keyword', points: 9 } })),
    ).toBe(true);
    expect(sameDefinition(look([POINT]), look([POINT], 1, fresh))).toBe(false);
  });
});
