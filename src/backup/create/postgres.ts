import { join } from 'node:path';
import type { Command } from '../../host/command.js';
import { type Script, sh } from '../../host/shell.js';
import { literal } from '../../resources/postgres-psql.js';
import { TABLES_SQL } from '../tables.js';
import { TOOLS } from './tools.js';

export interface DatabaseOrder {
  port: number;
  database: string;
  /** The directory of the set. */
  directory: string;
}

const DAY_SECONDS = 86_400;

export const GLOBALS_PART = 'postgres/globals.sql';

export function databasePart(database: string): string {
  return `postgres/${database}.dump`;
}

/** PostgreSQL's programs as its superuser, whose own files they cannot be: what they write, root has opened. */
const PROGRAMS = sh`
  psql=$(ls -d /usr/lib/postgresql/*/bin/psql 2>/dev/null | sort -V | tail -n 1)
  [ -n "$psql" ] || fail "PostgreSQL's programs are not in /usr/lib/postgresql"
  bin=\${psql%/psql}
  as_postgres() { setpriv --reuid=postgres --regid=postgres --init-groups -- "$@"; }`;

/**
 * Dumps a database, and sees its tables in the transaction whose snapshot the dump uses. The dump is made by psql's own
 * \\! while that transaction is open.
 */
export function databaseCommand({ port, database, directory }: DatabaseOrder): Command {
  return {
    title: `dump database ${database}`,
    timeoutSeconds: DAY_SECONDS,
    script: sh`
      ${TOOLS}
      ${PROGRAMS}
      ${toPart(directory, databasePart(database))}
      from=$(instant)
      export VDB_DUMP="$bin/pg_dump" VDB_DATABASE=${database} VDB_PORT=${port}
      tables() { as_postgres "$psql" -XAtq -v ON_ERROR_STOP=1 -v VERBOSITY=terse -d "$VDB_DATABASE" -p "$VDB_PORT" -f -; }
      seen=$(telling taking 0 size tables 4>"$part" <<<${SQL})
      [[ $'\n'"$seen"$'\n' == *$'\n'dumped$'\n'* ]] || fail "pg_dump failed"
      until=$(instant)
      seal "$part"
      sealed=yes
      printf '%s\n' "$seen" >&3
      tell_part "$from" "$until"`,
  };
}

/** Limits of a session. While pg_dump works, psql's is idle in its transaction: vdb's own limit for that is 15 minutes. */
const LIMITS = [
  'idle_in_transaction_session_timeout',
  'idle_session_timeout',
  'statement_timeout',
  'transaction_timeout',
];

const SQL = `
SELECT count(set_config(name, '0', false)) AS limits FROM pg_settings WHERE name IN (${LIMITS.map(literal).join(', ')}) \\gset
BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY;
SELECT pg_export_snapshot() AS snapshot \\gset
\\setenv VDB_SNAPSHOT :snapshot
\\! "$VDB_DUMP" --snapshot="$VDB_SNAPSHOT" -Fc -w -d "$VDB_DATABASE" -p "$VDB_PORT" </dev/null >&4 && echo dumped
${TABLES_SQL}
COMMIT;
`;

/** Roles and tablespaces of the server. Without passwords: those are in the configuration. */
export function globalsCommand({ port, directory }: Pick<DatabaseOrder, 'port' | 'directory'>): Command {
  return {
    title: 'dump roles and tablespaces of PostgreSQL',
    timeoutSeconds: 600,
    script: sh`
      ${TOOLS}
      ${PROGRAMS}
      ${toPart(directory, GLOBALS_PART)}
      from=$(instant)
      as_postgres "$bin/pg_dumpall" --globals-only --no-role-passwords -w -p ${port} >"$part" </dev/null
      until=$(instant)
      seal "$part"
      sealed=yes
      tell_part "$from" "$until"`,
  };
}

/** Sets `part`, which goes again unless the script comes to set `sealed`. */
export function toPart(directory: string, path: string): Script {
  return sh`
    part=${join(directory, path)} sealed=
    mkdir -p -- "$(dirname -- "$part")"
    finish() { local rc=$?; trap - EXIT; [ -n "$sealed" ] || rm -f -- "$part"; exit $rc; }
    trap finish EXIT
    trap 'exit 1' HUP INT TERM
    size() { stat -c %s -- "$part" 2>/dev/null || echo 0; }`;
}
