import { describe, expect, test } from 'vitest';
import { revisionsTo } from '../../../src/database/migrate.js';
import type { Revision } from '../../../src/services/citadel/revisions.js';

const revision = (id: string): Revision => ({
  ...{ id, down: null, title: id, phase: 'expand', makes: [], drops: [] },
});
const [a, b, c] = [revision('a'), revision('b'), revision('c')];
const place = { status: 'known', current: 'a', applied: [a], pending: [b, c] } as const;

describe('how far a migration goes', () => {
  test('is to the newest, or to the one that is named', () => {
    expect(revisionsTo(place, undefined)).toEqual([b, c]);
    expect(revisionsTo(place, 'b')).toEqual([b]);
    expect(revisionsTo(place, 'c')).toEqual([b, c]);
  });

  test('is nowhere where the schema is there already', () => {
    expect(revisionsTo(place, 'a')).toEqual([]);
  });

  test('is never back', () => {
    const beyond = { ...place, current: 'b', applied: [a, b], pending: [c] };
    expect(() => revisionsTo(beyond, 'a')).toThrow(
      expect.objectContaining({
        message: 'The schema is at b, beyond a',
        details: expect.objectContaining({ code: 'db.behind', next: 'vdb db rollback --to a --plan' }),
      }),
    );
  });

  test('is not to what the release does not have; it names what it has', () => {
    expect(() => revisionsTo(place, 'z')).toThrow(
      expect.objectContaining({
        exitCode: 2,
        message: 'This release has no migration z',
        details: expect.objectContaining({ meaning: 'It has a, b, c.' }),
      }),
    );
  });
});
