import { describe, expect, it } from 'vitest';
import { readDatabaseState } from '../../../../src/backup/create/preflight.js';

describe('the database of a set', () => {
  it('is read with its size, the version of the server and what is left out beside it', () => {
    expect(readDatabaseState('8192|17.4 (Debian 17.4-1)|["a|b", "shop"]\n')).toEqual({
      bytes: 8192,
      version: '17.4',
      others: ['a|b', 'shop'],
    });
    expect(readDatabaseState('8192|17.4|[]\n')).toMatchObject({ others: [] });
  });

  it('is none where the server has no such database', () => {
    expect(readDatabaseState('\n')).toBeUndefined();
  });
});
