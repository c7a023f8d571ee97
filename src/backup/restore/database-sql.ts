import { type Script, sh } from '../../host/shell.js';
import { identifier, literal } from '../../resources/postgres-psql.js';

/** Settings whose values are lists of names, kept quoted already. */
const LISTS = [
  'search_path',
  'temp_tablespaces',
  'local_preload_libraries',
  'session_preload_libraries',
  'unix_socket_directories',
];

/** Defines `psql`, which asks as PostgreSQL's superuser, and `pg`, which is the directory of its programs. */
export function psqlFunctions(port: number): Script {
  return sh`
    export LC_ALL=C.UTF-8 PGPORT=${port} PGOPTIONS='-c client_min_messages=warning'
    cd /
    pg=$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -V | tail -n 1)
    [ -x "$pg/psql" ] || { echo 'PostgreSQL is not installed on the host' >&2; exit 1; }
    as_postgres() { setpriv --reuid=postgres --regid=postgres --init-groups "$@"; }
    psql() { as_postgres "$pg/psql" -XAtq -v ON_ERROR_STOP=1 -v VERBOSITY=terse "$@"; }`;
}

/**
 * SQL that creates the database `name` with owner, encoding and locale of the database `like`, or, where that does not
 * exist, as vdb makes one for `owner`. Nobody but the owner may connect.
 */
export function createSql(name: string, like: string, owner: string): string {
  return `SELECT format('CREATE DATABASE %I OWNER %I TEMPLATE template0 ENCODING %L LC_COLLATE %L LC_CTYPE %L',
  ${literal(name)}, owner, encoding, datcollate, datctype) ||
  CASE provider WHEN 'i' THEN format(' LOCALE_PROVIDER icu ICU_LOCALE %L', locale)
    WHEN 'b' THEN format(' LOCALE_PROVIDER builtin BUILTIN_LOCALE %L', locale) ELSE '' END
FROM (SELECT pg_get_userbyid(datdba) AS owner, pg_encoding_to_char(encoding) AS encoding,
    datcollate, datctype, to_jsonb(d)->>'datlocprovider' AS provider,
    coalesce(to_jsonb(d)->>'datlocale', to_jsonb(d)->>'daticulocale') AS locale
  FROM pg_database d WHERE datname = ${literal(like)}
  UNION ALL SELECT ${literal(owner)}, 'UTF8', 'C.UTF-8', 'C.UTF-8', 'c', NULL
  WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = ${literal(like)})) wanted
\\gexec
REVOKE ALL ON DATABASE ${identifier(name)} FROM PUBLIC;
`;
}

/** SQL that removes the database `name`, whoever is connected to it. */
export function dropSql(name: string): string {
  return `DROP DATABASE IF EXISTS ${identifier(name)} WITH (FORCE);\n`;
}

/**
 * SQL that gives `to` what a database has beside its content and a dump lacks: privileges, settings, the limit of
 * connections and the comment of `from`.
 */
export function propertiesSql(from: string, to: string): string {
  const name = literal(to);
  return `SELECT format('REVOKE ALL ON DATABASE %I FROM PUBLIC, %I', ${name}, pg_get_userbyid(datdba))
  FROM pg_database WHERE datname = ${literal(from)}
\\gexec
SELECT format('GRANT %s ON DATABASE %I TO %s%s', privilege_type, ${name},
    CASE grantee WHEN 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(grantee)) END,
    CASE WHEN is_grantable THEN ' WITH GRANT OPTION' ELSE '' END)
  FROM pg_database, aclexplode(coalesce(datacl, acldefault('d', datdba))) WHERE datname = ${literal(from)}
\\gexec
SELECT format('ALTER %s SET %I TO %s',
    CASE setrole WHEN 0 THEN format('DATABASE %I', ${name})
      ELSE format('ROLE %I IN DATABASE %I', pg_get_userbyid(setrole), ${name}) END,
    split_part(setting, '=', 1),
    CASE WHEN split_part(setting, '=', 1) IN (${LISTS.map(literal).join(', ')})
      THEN substr(setting, strpos(setting, '=') + 1)
      ELSE quote_literal(substr(setting, strpos(setting, '=') + 1)) END)
  FROM pg_database d JOIN pg_db_role_setting s ON s.setdatabase = d.oid, unnest(setconfig) AS setting
  WHERE datname = ${literal(from)}
\\gexec
SELECT format('ALTER DATABASE %I CONNECTION LIMIT %s', ${name}, datconnlimit)
  FROM pg_database WHERE datname = ${literal(from)}
\\gexec
SELECT format('COMMENT ON DATABASE %I IS %L', ${name}, shobj_description(oid, 'pg_database'))
  FROM pg_database WHERE datname = ${literal(from)}
\\gexec
`;
}

/** One database and the name that it is to have. */
export type Renaming = readonly [from: string, to: string];

/** SQL that renames databases in one transaction. Who connects meanwhile waits, and then gets the new one. */
export function renameSql(renamings: readonly Renaming[]): string {
  const lines = renamings.map(
    ([from, to]) => `ALTER DATABASE ${identifier(from)} RENAME TO ${identifier(to)};`,
  );
  return ["SET lock_timeout = '10s';", 'BEGIN;', ...lines, 'COMMIT;', ''].join('\n');
}

/**
 * SQL that ends the connections to the database `name` until it is renamed, for at most ten seconds: programs that
 * keep connections open come back at once, and a database cannot be renamed under them.
 */
export function endConnectionsSql(name: string): string {
  return `SELECT oid FROM pg_database WHERE datname = ${literal(name)}
\\gset
SELECT set_config('vdb.oid', :'oid', false)
\\gset
DO $$ BEGIN
  FOR i IN 1..100 LOOP
    EXIT WHEN NOT EXISTS (SELECT FROM pg_database
      WHERE oid = current_setting('vdb.oid')::oid AND datname = ${literal(name)});
    PERFORM pg_stat_clear_snapshot();
    PERFORM pg_terminate_backend(pid) FROM pg_stat_activity
      WHERE datid = current_setting('vdb.oid')::oid AND pid <> pg_backend_pid();
    PERFORM pg_sleep(0.1);
  END LOOP;
END $$;
`;
}
