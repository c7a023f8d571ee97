import { describe, expect, test } from 'vitest';
import { takenBack } from '../../../src/database/rollback.js';
import { placeOf, type Revision } from '../../../src/services/citadel/revisions.js';
import { rollbackData, rollbackText } from '../../../src/ui/database/rollback.js';

const CHAIN: Revision[] = ['a', 'b', 'c'].map((id, index, all) => ({
  ...{ id, down: all[index - 1] ?? null, title: `what ${id} brings`, phase: 'expand', makes: [], drops: [] },
}));
const at = (...current: string[]) => {
  const place = placeOf(current, CHAIN);
  if (place.status === 'unknown') throw new Error('unknown');
  return place;
};
const taken = (...parameters: Parameters<typeof takenBack>) => {
  const { to, revisions } = takenBack(...parameters);
  return [to, ...revisions.map(({ id }) => id)];
};

describe('going back', () => {
  test('takes one migration, or so many, or all after one that stays', () => {
    expect(taken(at('c'), {})).toEqual(['b', 'c']);
    expect(taken(at('c'), { steps: 2 })).toEqual(['a', 'c', 'b']);
    expect(taken(at('c'), { to: 'a' })).toEqual(['a', 'c', 'b']);
    expect(taken(at('b'), { to: 'base' })).toEqual(['base', 'b', 'a']);
    expect(taken(at('a'), {})).toEqual(['base', 'a']);
  });

  test.each<[string[], Parameters<typeof takenBack>[1], string]>([
    [[], {}, 'no migration is applied'],
    [['b'], { steps: 3 }, 'only 2 migrations are applied'],
    [['b'], { to: 'b' }, 'the schema is at b already'],
    [['b'], { to: 'c' }, 'c is none of the applied migrations: a, b'],
    [['b'], { to: 'x' }, 'x is none of the applied migrations: a, b'],
  ])('from %j with %j is refused', (current, target, why) => {
    expect(() => takenBack(at(...current), target)).toThrow(`There is nothing to roll back: ${why}`);
  });

  test('says which migrations go and what is lost with them', () => {
    const lost = [
      { name: 'outbox', rows: 1 },
      { name: 'users.role', rows: 2 },
    ];
    const plan = { from: 'c', to: 'b', revisions: [{ ...(CHAIN[2] as Revision), lost }] };
    expect(rollbackText(plan).split('\n').slice(0, 4)).toEqual([
      'Taking back 1 migration, from c to b:',
      '  c: what c brings',
      '    lost: table outbox, 1 row',
      '    lost: column users.role, 2 values',
    ]);
    expect(rollbackData(plan)).toEqual({ from: 'c', to: 'b', revisions: ['c'], lost });
  });
});
