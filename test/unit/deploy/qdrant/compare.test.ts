import { describe, expect, test } from 'vitest';
import { differences, type Look } from '../../../../src/deploy/qdrant/compare.js';

const LOOK: Look = {
  config: { params: { vectors: { size: 2 } }, wal_config: { wal_capacity_mb: 32 } },
  indexes: { n: { data_type: 'integer', points: 2 } },
  count: 2,
  points: [
    { id: 1, vector: [1, 0], payload: { n: 1 } },
    { id: 2, vector: [0, 1] },
  ],
  scores: [[1, 0.5]],
};

const still = { before: LOOK, after: LOOK };
const findings = (copy: Partial<Look>, around = still): string[] =>
  differences(around, { ...LOOK, ...copy }).findings;

describe('a copy of a collection', () => {
  test('is equal where everything is, whatever the order of points and of keys', () => {
    const points = [LOOK.points[1], { payload: { n: 1 }, vector: [1, 0], id: 1 }] as Look['points'];
    expect(differences(still, { ...LOOK, points })).toEqual({
      ...{ findings: [], compared: { points: 2, queries: 1 } },
    });
  });

  test('differs by settings, but not by those of the server it runs on', () => {
    expect(findings({ config: { ...LOOK.config, wal_config: { wal_capacity_mb: 1 } } })).toEqual([]);
    expect(findings({ config: { params: { vectors: { size: 3 } } } })).toEqual([
      'params.vectors.size is 3 where 2 is expected',
    ]);
    expect(findings({ config: {} })).toEqual(['params.vectors.size is not set where 2 is expected']);
  });

  test('differs by an index that is missing, is more, or is another one; not by how much is in it', () => {
    expect(findings({ indexes: { n: { data_type: 'integer', points: 9 } } })).toEqual([]);
    expect(findings({ indexes: {} })).toEqual(['payload field n is not indexed']);
    expect(findings({ indexes: { ...LOOK.indexes, m: {} } })).toEqual(['payload field m is indexed']);
    expect(findings({ indexes: { n: { data_type: 'keyword' } } })).toEqual([
      'payload field n is indexed otherwise',
    ]);
  });

  test('differs by a point that is missing or has other values, and by what a query finds', () => {
    expect(findings({ scores: [[1, 0.500_001]] })).toEqual([]);
    expect(findings({ points: LOOK.points.slice(1) })).toEqual(['point 1 is missing']);
    const [first, second] = LOOK.points as [Look['points'][0], Look['points'][0]];
    expect(findings({ points: [first, { ...second, vector: [0, 2] }] })).toEqual([
      'point 2 has other values',
    ]);
    expect(findings({ scores: [[1, 0.4]] })).toEqual(['query 1 finds other points']);
  });

  test('may have any number of points that the original had meanwhile, and no other', () => {
    const around = { before: LOOK, after: { ...LOOK, count: 5 } };
    expect(findings({ count: 4 }, around)).toEqual([]);
    expect(findings({ count: 6 }, around)).toEqual(['it has 6 points where 2 to 5 are expected']);
    expect(findings({ count: 1 })).toEqual(['it has 1 points where 2 are expected']);
  });

  test('is not compared by what was written meanwhile', () => {
    const [first] = LOOK.points as [Look['points'][0]];
    const around = { before: LOOK, after: { ...LOOK, points: [first], scores: [[0.5]] } };
    expect(differences(around, { ...LOOK, points: [first], scores: [[1]] })).toEqual({
      ...{ findings: [], compared: { points: 1, queries: 0 } },
    });
  });
});
