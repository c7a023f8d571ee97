import { describe, expect, it } from 'vitest';
import { answerTo, firstFull, HORIZON_DAYS, type Question } from '../../../src/capacity/answer.js';
import { fitsOf, situationsOf } from '../../../src/capacity/situations.js';
import { collectionSchema } from '../../../src/config/schema/collections.js';

const GIB = 1024 ** 3;
const MILLION = 1_000_000;

function question(changes: Partial<Question> = {}): Question {
  return {
    plan: { collections: { docs: collectionSchema.parse({ size: 384 }) }, payloadBytes: 512, walBytes: 0 },
    points: { docs: MILLION },
    practice: { backups: true, blueGreen: true },
    rooms: { memory: { there: 8 * GIB }, disk: { there: 64 * GIB } },
    growth: null,
    ...changes,
  };
}

/** Whether so many points fit, told without the search for the most. */
function fitsWith({ plan, practice, rooms }: Question, docs: number): boolean {
  return fitsOf(situationsOf(plan, { docs }, practice), rooms).every(({ fits }) => fits === true);
}

describe('the verdict', () => {
  it('is that of every situation', () => {
    expect(answerTo(question()).verdict).toBe(true);
    expect(answerTo(question({ points: { docs: 100 * MILLION } })).verdict).toBe(false);
  });

  it('is not known where what decides was not seen', () => {
    const rooms = { memory: { unseen: 'no answer' }, disk: { there: 64 * GIB } };
    expect(answerTo(question({ rooms })).verdict).toBeNull();
    expect(answerTo(question({ rooms, points: { docs: 100 * MILLION } })).verdict).toBe(false);
  });
});

describe('the most points that fit', () => {
  it('fit, and one more does not', () => {
    const { most } = answerTo(question());
    const found = most?.points ?? 0;
    expect(fitsWith(question(), found)).toBe(true);
    expect(fitsWith(question(), found + 1)).toBe(false);
    expect(most?.by).toMatchObject({ when: 'deploy', resource: 'memory' });
  });

  it('are none where not even Qdrant itself fits', () => {
    const rooms = { memory: { there: 1 }, disk: { there: 64 * GIB } };
    expect(answerTo(question({ rooms })).most?.points).toBe(0);
  });

  it('are not known where something was not seen', () => {
    const rooms = { memory: { there: 8 * GIB }, disk: { unseen: 'no answer' } };
    expect(answerTo(question({ rooms })).most).toBeNull();
  });
});

describe('how long it lasts', () => {
  const growth = { perDay: { docs: 50_000 }, source: 'option' as const };

  it('is told for each resource: the last day on which it fits', () => {
    const asked = question({ growth });
    const { lasts } = answerTo(asked);
    expect(lasts.map(({ resource }) => resource)).toEqual(['memory', 'disk']);
    const days = firstFull(lasts)?.days ?? 0;
    expect(fitsWith(asked, MILLION + days * 50_000)).toBe(true);
    expect(fitsWith(asked, MILLION + (days + 1) * 50_000)).toBe(false);
  });

  it('is no number beyond the horizon', () => {
    const slow = { perDay: { docs: 1 }, source: 'option' as const };
    expect(answerTo(question({ growth: slow })).lasts.map(({ days }) => days)).toEqual([null, null]);
    expect(HORIZON_DAYS).toBe(3650);
  });

  it('is none where it is full now', () => {
    const full = question({ growth, points: { docs: 100 * MILLION } });
    expect(firstFull(answerTo(full).lasts)?.days).toBe(0);
  });

  it.each([
    ['it is not known how many come', null],
    ['none come', { perDay: { docs: 0 }, source: 'option' as const }],
    ['they shrink', { perDay: { docs: -100 }, source: 'measured' as const }],
  ])('is not told where %s', (_, none) => {
    expect(answerTo(question({ growth: none })).lasts).toEqual([]);
  });

  it('is told of what was seen alone', () => {
    const rooms = { memory: { unseen: 'no answer' }, disk: { there: 64 * GIB } };
    expect(answerTo(question({ growth, rooms })).lasts.map(({ resource }) => resource)).toEqual(['disk']);
  });
});
