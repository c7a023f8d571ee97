import { describe, expect, it } from 'vitest';
import { loadCommand } from '../../../../src/backup/restore/database.js';
import {
  createSql,
  endConnectionsSql,
  propertiesSql,
  renameSql,
} from '../../../../src/backup/restore/database-sql.js';
import { keptName, restoredName } from '../../../../src/backup/restore/names.js';
import { renameCommand } from '../../../../src/backup/restore/switch-database.js';

const ID = '20261125T020000Z';
const CONFIG = { postgres: { port: 5433, user: 'vector_user' } } as never;

describe('names of databases', () => {
  it('say the set', () => {
    expect(restoredName('app', ID)).toBe('app_restore_20261125t020000z');
    expect(keptName('app', ID)).toBe('app_before_20261125t020000z');
  });

  it('stay different where PostgreSQL would cut them', () => {
    const long = 'a'.repeat(63);
    expect(restoredName(long, ID)).toMatch(/^a+_restore_20261125t020000z$/);
    expect(restoredName(long, ID)).toHaveLength(63);
    expect(keptName(long, ID)).not.toBe(restoredName(long, ID));
  });
});

describe('SQL for databases', () => {
  it('quotes what it is given', () => {
    expect(createSql(`a"b`, `o'ld`, 'me')).toContain(`WHERE datname = 'o''ld'`);
    expect(createSql(`a"b`, `o'ld`, 'me')).toContain(`REVOKE ALL ON DATABASE "a""b" FROM PUBLIC;`);
    expect(propertiesSql('old', `a'b`)).toContain(`format('ALTER DATABASE %I CONNECTION LIMIT %s', 'a''b'`);
    expect(endConnectionsSql(`o'ld`)).toContain(`datname = 'o''ld'`);
  });

  it('renames in one transaction', () => {
    const sql = renameSql([
      ['app', 'app_before'],
      ['app_restore', 'app'],
    ]);
    expect(sql.split('\n').slice(1)).toEqual([
      'BEGIN;',
      'ALTER DATABASE "app" RENAME TO "app_before";',
      'ALTER DATABASE "app_restore" RENAME TO "app";',
      'COMMIT;',
      '',
    ]);
  });

  it('ends the connections of the database that is in use alone', () => {
    const { script } = renameCommand(CONFIG, [
      ['app', 'app_before'],
      ['app_restore', 'app'],
    ]);
    expect(script.source.match(/pg_terminate_backend/g)).toHaveLength(1);
    expect(script.source).toContain('PGPORT=5433');
  });
});

describe('loadCommand', () => {
  const request = { dump: '/b/app.dump', bytes: 1e9, name: 'new', database: 'app' };
  const source = (more: object, roles: string[] = []) =>
    loadCommand(CONFIG, { ...request, ...more }, roles).script.source;

  it('uses several workers for what is large, and one beside production', () => {
    expect(source({})).toContain('-j "$jobs"');
    expect(source({ bytes: 1000 })).not.toContain('-j "$jobs"');
    expect(source({ scratch: true })).not.toContain('-j "$jobs"');
  });

  it('leaves roles behind only where the database stays', () => {
    const drop = 'DROP ROLE IF EXISTS "reader"';
    expect(source({}, ['CREATE ROLE reader;'])).not.toContain(drop);
    expect(source({ scratch: true }, ['CREATE ROLE reader;'])).toContain(drop);
  });

  it('makes statistics only where the database stays', () => {
    expect(source({})).toContain('ANALYZE');
    expect(source({ scratch: true })).not.toContain('ANALYZE');
  });
});
