import { describe, expect, it } from 'vitest';
import { readTables } from '../../../src/backup/tables.js';

describe('tables of a database', () => {
  it('are read by name, with a sample where they have a primary key', () => {
    const said =
      'dumped\n{"table" : "public.users", "rows" : 3, "sample" : "ab"}\n{"table" : "public.log", "rows" : 0}\n';
    expect(readTables(said)).toEqual({
      'public.users': { rows: 3, sample: 'ab' },
      'public.log': { rows: 0 },
    });
  });

  it('are an error where a count is none', () => {
    expect(() => readTables('{"table": "public.users", "rows": "3"}\n')).toThrow();
  });
});
