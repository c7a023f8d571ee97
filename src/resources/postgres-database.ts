import { type Change, defineResource, type FieldChange, type Resource } from '../engine/resource.js';
import { known } from '../host/probe.js';
import { askPostgres, identifier, literal, type PsqlQuestion, psqlCommand } from './postgres-psql.js';

/** A database of one owner, closed to everyone else. */
export interface PostgresDatabase {
  name: string;
  owner: string;
}

interface DatabaseHave {
  owner: string;
  encoding: string;
  /** Whether any role may connect or create temporary tables, PostgreSQL's default. */
  public: boolean;
}

function databaseQuestion(name: string): PsqlQuestion<DatabaseHave> {
  return {
    sql: `SELECT coalesce((SELECT to_json(d) FROM (
      SELECT pg_get_userbyid(datdba) AS owner, pg_encoding_to_char(encoding) AS encoding,
        has_database_privilege('public', oid, 'CONNECT, TEMPORARY') AS public
      FROM pg_database WHERE datname = ${literal(name)}) d), 'null');`,
    read: (answer) => known(JSON.parse(answer) as DatabaseHave | null),
  };
}

/**
 * The database exists in UTF-8 with the `C.UTF-8` locale, whose sort order no update of the C library
 * changes, belongs to `owner`, and PUBLIC may not connect.
 */
export function postgresDatabase({ name, owner }: PostgresDatabase): Resource {
  return defineResource<DatabaseHave>({
    id: `postgres-database:${name}`,
    title: `PostgreSQL database ${name}`,
    probe: askPostgres(databaseQuestion(name)),
    diff: (have) => databaseChange(have, { name, owner }),
    apply: (change) => {
      const first =
        change.action === 'create'
          ? `CREATE DATABASE ${identifier(name)} OWNER ${identifier(owner)} TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C.UTF-8';`
          : `ALTER DATABASE ${identifier(name)} OWNER TO ${identifier(owner)};`;
      const close = `REVOKE ALL ON DATABASE ${identifier(name)} FROM PUBLIC;`;
      return [psqlCommand(`${change.action} database ${name}`, [first, close])];
    },
  });
}

function databaseChange(have: DatabaseHave | null, want: PostgresDatabase): Change | null {
  if (have === null) return { action: 'create', summary: `database ${want.name} of ${want.owner}, UTF8` };
  const fields: FieldChange[] = [];
  if (have.encoding !== 'UTF8') fields.push({ field: 'encoding', have: have.encoding, want: 'UTF8' });
  if (have.owner !== want.owner) fields.push({ field: 'owner', have: have.owner, want: want.owner });
  if (have.public) fields.push({ field: 'PUBLIC may connect', have: 'yes', want: 'no' });
  if (fields.length === 0) return null;
  const change: Change = { action: 'update', summary: fields.map(describe).join(', '), fields };
  return have.encoding === 'UTF8' ? change : { ...change, refused: wrongEncoding(want.name) };
}

function describe({ field, have, want }: FieldChange): string {
  return `${field} ${have}, want ${want}`;
}

function wrongEncoding(name: string): { why: string; next: string } {
  return {
    why: 'The encoding of a database is fixed when it is created.',
    next: `Dump it (pg_dump ${name}), rename it, let vdb create it again, and restore the dump.`,
  };
}
