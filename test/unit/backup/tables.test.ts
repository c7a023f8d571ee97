import { describe, expect, it } from 'vitest';
import { differingTables, readTables, TABLES_SQL } from '../../../src/backup/tables.js';

const SAMPLE = 'a'.repeat(64);

describe('readTables', () => {
  it('reads one table a line, without a sample where there is none', () => {
    const answer = `{"table" : "public.users", "rows" : 3, "sample" : "${SAMPLE}"}
{"table" : "public.a\\nb", "rows" : 0, "sample" : null}
`;
    expect(readTables(answer)).toEqual({
      'public.users': { rows: 3, sample: SAMPLE },
      'public.a\nb': { rows: 0 },
    });
  });

  it('takes a database without tables', () => {
    expect(readTables('')).toEqual({});
  });

  it.each([
    'ERROR:  permission denied',
    '{"table" : "public.users", "rows" : -1, "sample" : null}',
    '{"table" : "public.users", "sample" : null}',
    `{"table" : "public.users", "rows" : 3, "sample" : "${SAMPLE}`,
  ])('refuses a line that is no table: %s', (line) => {
    expect(() => readTables(line)).toThrow(/could not be read/);
  });
});

describe('TABLES_SQL', () => {
  it('runs what it has put together, and nothing after that', () => {
    expect(TABLES_SQL).toMatch(/ORDER BY name\n\\gexec\n$/);
  });
});

describe('differingTables', () => {
  const want = { 'public.users': { rows: 3, sample: SAMPLE }, 'public.log': { rows: 7 } };

  it('finds nothing where all is equal', () => {
    expect(differingTables(want, structuredClone(want))).toEqual([]);
  });

  it.each([
    [{ 'public.users': want['public.users'] }, 'table public.log is missing'],
    [{ ...want, 'public.log': { rows: 6 } }, 'table public.log has 6 rows, in the set 7'],
    [{ ...want, 'public.new': { rows: 0 } }, 'table public.new is not in the manifest'],
    [
      { ...want, 'public.users': { rows: 3, sample: 'b'.repeat(64) } },
      'table public.users: the sampled rows differ',
    ],
    [{ ...want, 'public.users': { rows: 3 } }, 'table public.users: the sampled rows differ'],
  ])('names what differs (%#)', (have, line) => {
    expect(differingTables(want, have)).toEqual([line]);
  });
});
