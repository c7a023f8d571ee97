import { type Change, defineResource, type Resource } from '../engine/resource.js';
import { known, type Observation, pending } from '../host/probe.js';
import { askPostgres, identifier, literal, psqlCommand } from './postgres-psql.js';

/** An extension of one database. */
export interface PostgresExtension {
  database: string;
  /** Its name in SQL: `vector` for pgvector. */
  name: string;
}

interface ExtensionHave {
  /** Null when it is available but not created. */
  installed: string | null;
  /** The version that the installed package brings; null without the package. */
  available: string | null;
}

/** psql's own conditionals, because each database needs a connection of its own and may not exist yet. */
function question({ database, name }: PostgresExtension): string {
  return String.raw`SELECT EXISTS (SELECT FROM pg_database WHERE datname = ${literal(database)}) AS there \gset
\if :there
\connect ${identifier(database)}
SELECT json_build_object('installed', max(installed_version), 'available', max(default_version))
  FROM pg_available_extensions WHERE name = ${literal(name)};
\connect postgres
\else
SELECT 'null';
\endif`;
}

function observation({ database, name }: PostgresExtension, answer: string): Observation<ExtensionHave> {
  const have = JSON.parse(answer) as ExtensionHave | null;
  if (have === null) return pending(`the database ${database} does not exist yet`);
  if (have.available === null)
    return pending(`the package that holds the extension ${name} is not installed yet`);
  return known(have.installed === null ? null : have);
}

/** The extension is created in the database and as new as the package that holds it. */
export function postgresExtension({ database, name }: PostgresExtension): Resource {
  return defineResource<ExtensionHave>({
    id: `postgres-extension:${database}/${name}`,
    title: `PostgreSQL extension ${name} in ${database}`,
    probe: askPostgres({
      sql: question({ database, name }),
      read: (answer) => observation({ database, name }, answer),
    }),
    diff: (have) => extensionChange(have, name),
    apply: (change) => {
      const sql =
        change.action === 'create'
          ? `CREATE EXTENSION IF NOT EXISTS ${identifier(name)};`
          : `ALTER EXTENSION ${identifier(name)} UPDATE;`;
      return [psqlCommand(`${change.action} extension ${name} in ${database}`, [sql], database)];
    },
  });
}

function extensionChange(have: ExtensionHave | null, name: string): Change | null {
  if (have === null) return { action: 'create', summary: `extension ${name}` };
  if (have.installed === have.available) return null;
  const fields = [{ field: 'version', have: have.installed ?? '', want: have.available ?? '' }];
  return { action: 'update', summary: `version ${have.installed}, want ${have.available}`, fields };
}
