import { describe, expect, it } from 'vitest';
import { differingTables } from '../../../../src/backup/restore/compare-tables.js';

const SAMPLE = 'a'.repeat(64);

describe('differingTables', () => {
  const want = { 'public.users': { rows: 3, sample: SAMPLE }, 'public.log': { rows: 7 } };

  it('finds nothing where all is equal', () => {
    expect(differingTables(want, structuredClone(want))).toEqual([]);
  });

  it.each([
    [{ 'public.users': want['public.users'] }, 'table public.log is missing'],
    [{ ...want, 'public.log': { rows: 6 } }, 'table public.log has 6 rows, 7 in the set'],
    [{ ...want, 'public.new': { rows: 0 } }, 'table public.new is not in the set'],
    [
      { ...want, 'public.users': { rows: 3, sample: 'b'.repeat(64) } },
      'table public.users: the sampled rows differ',
    ],
    [{ ...want, 'public.users': { rows: 3 } }, 'table public.users: the sampled rows differ'],
  ])('names what differs (%#)', (have, line) => {
    expect(differingTables(want, have)).toEqual([line]);
  });
});
