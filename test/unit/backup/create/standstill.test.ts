import { describe, expect, it } from 'vitest';
import { type Mark, writtenBetween } from '../../../../src/backup/create/standstill.js';

const AT = { last: '0:7', waiting: 0 };
const MARK: Mark = {
  collections: new Map([
    ['docs', AT],
    ['other', AT],
  ]),
  aliases: '',
  transactions: { oldest: '750', next: '750' },
};
const SET = { collections: ['docs'], withDatabase: true };

const later = (changes: Partial<Mark>): Mark => ({ ...MARK, ...changes });
const docs = (last: string, waiting = 0): Partial<Mark> => ({
  collections: new Map([['docs', { last, waiting }]]),
});

describe('between two marks', () => {
  it('nothing was written where all numbers are the same', () => {
    expect(writtenBetween(MARK, later({}), SET)).toEqual([]);
  });

  it.each<[string, Mark, Mark, string[]]>([
    ['a collection', MARK, later(docs('0:8')), ['collection docs']],
    [
      'a collection to which something waited to be written',
      later(docs('0:7', 2)),
      MARK,
      ['collection docs'],
    ],
    ['a collection that came later', later({ collections: new Map() }), MARK, ['collection docs']],
    [
      'a collection of which Qdrant does not tell',
      MARK,
      later({ collections: new Map([['docs', null]]) }),
      ['collection docs'],
    ],
    ['the aliases', MARK, later({ aliases: 'a' }), ['aliases']],
    ['aliases that were not told', later({ aliases: null }), later({ aliases: null }), ['aliases']],
    ['a transaction', MARK, later({ transactions: { oldest: '751', next: '751' } }), ['PostgreSQL']],
    [
      'a transaction that was under way',
      later({ transactions: { oldest: '749', next: '750' } }),
      MARK,
      ['PostgreSQL'],
    ],
    ['a PostgreSQL that did not answer', MARK, later({ transactions: null }), ['PostgreSQL']],
  ])('what may have been written to is %s', (_, before, after, written) => {
    expect(writtenBetween(before, after, SET)).toEqual(written);
  });

  it('counts only what the set has', () => {
    const after = later({ transactions: null, collections: new Map([['docs', AT]]) });
    expect(writtenBetween(MARK, after, { ...SET, withDatabase: false })).toEqual([]);
    expect(writtenBetween(MARK, after, { collections: ['docs', 'other'], withDatabase: false })).toEqual([
      'collection other',
    ]);
  });
});
