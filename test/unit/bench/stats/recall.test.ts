import { describe, expect, it } from 'vitest';
import { type Hit, orderOf, recallAt } from '../../../../src/bench/stats/recall.js';

function hits(...scores: number[]): Hit[] {
  return scores.map((score, id) => ({ id, score }));
}

describe('recall', () => {
  const exact = hits(0.9, 0.8, 0.7, 0.6);

  it('is the share of the best that were found', () => {
    expect(recallAt(4, exact, exact, 'descending')).toBe(1);
    expect(recallAt(4, exact, [exact[0]!, exact[2]!, { id: 8, score: 0.5 }], 'descending')).toBe(0.5);
    expect(recallAt(4, exact, [], 'descending')).toBe(0);
  });

  it('counts another point with the same score as the last one for as good', () => {
    expect(
      recallAt(
        2,
        exact,
        [
          { id: 0, score: 0.9 },
          { id: 77, score: 0.8 },
        ],
        'descending',
      ),
    ).toBe(1);
  });

  it('does not mind the last digit of a score', () => {
    expect(
      recallAt(
        2,
        exact,
        [
          { id: 0, score: 0.9 },
          { id: 1, score: 0.799999 },
        ],
        'descending',
      ),
    ).toBe(1);
    expect(
      recallAt(
        2,
        exact,
        [
          { id: 0, score: 0.9 },
          { id: 9, score: 0.7998 },
        ],
        'descending',
      ),
    ).toBe(0.5);
  });

  it('knows distances, of which less is better', () => {
    const near = hits(1, 2, 3);
    expect(
      recallAt(
        3,
        near,
        [
          { id: 0, score: 1 },
          { id: 5, score: 3 },
          { id: 6, score: 3.1 },
        ],
        'ascending',
      ),
    ).toBeCloseTo(2 / 3);
    expect(['Cosine', 'Dot', 'Euclid', 'Manhattan'].map(orderOf)).toEqual([
      'descending',
      'descending',
      'ascending',
      'ascending',
    ]);
  });

  it('counts a point once, and no more than were asked for', () => {
    expect(
      recallAt(
        2,
        exact,
        [
          { id: 0, score: 0.9 },
          { id: 0, score: 0.9 },
        ],
        'descending',
      ),
    ).toBe(0.5);
    expect(recallAt(2, exact, hits(0.7, 0.7, 0.9, 0.8), 'descending')).toBe(0);
  });

  it('takes what a small collection has for all', () => {
    expect(recallAt(10, hits(0.9), hits(0.9), 'descending')).toBe(1);
    expect(recallAt(10, [], [], 'descending')).toBe(1);
  });
});
