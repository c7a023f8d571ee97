import { describe, expect, it } from 'vitest';
import { postgresDatabase } from '../../../src/resources/postgres-database.js';
import { postgresExtension } from '../../../src/resources/postgres-extension.js';

const database = postgresDatabase({ name: 'vector_metadata', owner: 'vector_user' });
const HAVE = { name: 'vector_metadata', owner: 'vector_user', encoding: 'UTF8', public: false };

describe('postgresDatabase', () => {
  it.each([
    ['a missing database', null, 'create', undefined],
    ['a database as wanted', HAVE, undefined, undefined],
    ['another owner', { ...HAVE, owner: 'postgres' }, 'update', undefined],
    ['a database open to all roles', { ...HAVE, public: true }, 'update', undefined],
    [
      'another encoding',
      { ...HAVE, encoding: 'SQL_ASCII' },
      'update',
      'The encoding of a database is fixed when it is created.',
    ],
  ])('judges %s', (_, have, action, why) => {
    const change = database.diff(have);
    expect(change?.action).toBe(action);
    expect(change?.refused?.why).toBe(why);
  });

  it.each([
    [
      null,
      `CREATE DATABASE "vector_metadata" OWNER "vector_user" TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C.UTF-8';`,
    ],
    [{ ...HAVE, owner: 'postgres' }, 'ALTER DATABASE "vector_metadata" OWNER TO "vector_user";'],
  ])('closes the database to PUBLIC with every change (row %#)', (have, first) => {
    const [command] = database.apply(database.diff(have)!, have);
    expect(String(command?.stdin).split('\n').slice(1)).toEqual([
      first,
      'REVOKE ALL ON DATABASE "vector_metadata" FROM PUBLIC;',
      '',
    ]);
  });
});

describe('postgresExtension', () => {
  const extension = postgresExtension({ database: 'vector_metadata', name: 'vector' });
  const parse = (lines: string[]) =>
    extension.probe.kind.parse(
      ['ready', ...lines.map((line, i) => `@@ question ${i}\n${line}`), ''].join('\n'),
      lines.map(() => extension.probe.arg),
    );

  it('tells what exists from what cannot be seen yet', () => {
    const answers = parse([
      '{"installed":"0.8.0","available":"0.8.0"}',
      '{"installed":null,"available":"0.8.0"}',
      '{"installed":null,"available":null}',
      'null',
    ]);
    expect(answers).toEqual([
      { status: 'known', value: { installed: '0.8.0', available: '0.8.0' } },
      { status: 'known', value: null },
      { status: 'pending', why: 'the package that holds the extension vector is not installed yet' },
      { status: 'pending', why: 'the database vector_metadata does not exist yet' },
    ]);
  });

  it.each([
    [null, 'CREATE EXTENSION IF NOT EXISTS "vector";'],
    [{ installed: '0.7.0', available: '0.8.0' }, 'ALTER EXTENSION "vector" UPDATE;'],
  ])('creates or updates it in its database (row %#)', (have, sql) => {
    const [command] = extension.apply(extension.diff(have)!, have);
    expect(command?.script.source).toContain(' -d vector_metadata -f -');
    expect(String(command?.stdin)).toContain(sql);
  });

  it('leaves the version of the package alone', () => {
    expect(extension.diff({ installed: '0.8.0', available: '0.8.0' })).toBeNull();
  });
});
