import type { Config } from '../../config/schema.js';
import { EXIT, VdbError } from '../../errors.js';
import type { Command } from '../../host/command.js';
import type { Host } from '../../host/host.js';
import { type Script, sh } from '../../host/shell.js';
import { identifier } from '../../resources/postgres-psql.js';
import type { BackupTable } from '../manifest.js';
import { readTables, TABLES_SQL } from '../tables.js';
import { differingTables } from './compare-tables.js';
import { createSql, dropSql, psqlFunctions } from './database-sql.js';
import { createdRoles, missingRolesSql } from './roles.js';

/** From here on several workers restore faster than one. */
const PARALLEL_BYTES = 64 * 1024 ** 2;
const MOST_JOBS = 4;
const RESTORE_SECONDS = 12 * 3600;

/** A dump of a set, and the new database that it goes into. */
export interface DatabaseRequest {
  /** Path of the dump on the host, which root alone may read. */
  dump: string;
  /** Its size. */
  bytes: number;
  /** Path of `globals.sql`, where the set has one. */
  globals?: string;
  /** The database to make. One that has this name is replaced. */
  name: string;
  /** The database that it was a dump of: owner, encoding and locale are those of the one that is there. */
  database: string;
  /** Tables as the manifest has them. */
  tables?: Readonly<Record<string, BackupTable>>;
  /** For a test beside production: one worker, no statistics, and nothing is left of it but what it says. */
  scratch?: boolean;
}

/** What was restored. */
export interface RestoredDatabase {
  name: string;
  tables: Record<string, BackupTable>;
  /** Roles that did not exist; they have no password. */
  roles: string[];
  durationMs: number;
}

type Place = Pick<Config, 'postgres'>;

/**
 * Restores a dump into a new database and compares it with the manifest. The database is dropped again when that
 * fails. Throws `restore.database-differs` when it restores to something else than the manifest says.
 */
export async function restoreDatabase(
  host: Host,
  config: Place,
  request: DatabaseRequest,
): Promise<RestoredDatabase> {
  const restored = await loadDatabase(host, config, request);
  const differences = request.tables === undefined ? [] : differingTables(request.tables, restored.tables);
  if (differences.length === 0) return restored;
  await dropDatabase(host, config, request.name);
  throw new VdbError(`The restored ${request.database} is not what the set says`, {
    code: 'restore.database-differs',
    exitCode: EXIT.failed,
    host: host.target,
    meaning: differences.join('\n'),
    next: 'Nothing was replaced. Restore another set: vdb backup list',
  });
}

/**
 * Restores a dump into a new database without comparing it. The database is dropped again when that fails, and in any
 * case when it is a scratch one.
 */
export async function loadDatabase(
  host: Host,
  config: Place,
  request: DatabaseRequest,
): Promise<RestoredDatabase> {
  const roles = await rolesToMake(host, config, request);
  const { stdout, durationMs } = await host.run(loadCommand(config, request, roles));
  return { name: request.name, tables: readTables(stdout), roles: createdRoles(roles), durationMs };
}

/** Removes a database, whoever is connected to it; one that does not exist is no error. */
export async function dropDatabase(host: Host, { postgres }: Place, name: string): Promise<void> {
  await host.run({
    title: `drop the database ${name}`,
    script: sh`
      ${psqlFunctions(postgres.port)}
      printf '%s' ${dropSql(name)} | psql -d postgres`,
  });
}

async function rolesToMake(host: Host, { postgres }: Place, { globals }: DatabaseRequest): Promise<string[]> {
  if (globals === undefined) return [];
  const { stdout, stderr, exitCode } = await host.read(sh`
    set -euo pipefail
    ${psqlFunctions(postgres.port)}
    psql -d postgres -c 'SELECT json_agg(rolname) FROM pg_roles'
    cat -- ${globals}`);
  const end = stdout.indexOf('\n');
  if (exitCode === 0 && end > 0)
    return missingRolesSql(stdout.slice(end + 1), JSON.parse(stdout.slice(0, end)) as string[]);
  throw new VdbError(`The roles of ${globals} could not be compared with those of ${host.target}`, {
    code: 'restore.roles',
    exitCode: EXIT.failed,
    host: host.target,
    stderr: stderr.trim(),
  });
}

/**
 * Prints the tables of the new database. Whatever goes wrong, the database is gone again; roles stay, but those of a
 * scratch database do not.
 */
export function loadCommand(
  { postgres }: Place,
  { dump, bytes, name, database, scratch = false }: DatabaseRequest,
  roles: readonly string[],
): Command {
  return {
    title: `restore ${database} into the new database ${name}`,
    timeoutSeconds: RESTORE_SECONDS,
    script: sh`
      set -euo pipefail
      trap '' PIPE
      ${psqlFunctions(postgres.port)}
      drop() { printf '%s' ${dropSql(name)} | psql -d postgres; }
      clean() {
      code=$?
      drop || { printf '%s\n' ${`the database ${name} is left over`} >&2; code=1; }
      ${scratch ? sh`printf '%s' ${dropRolesSql(roles)} | psql -d postgres || code=1` : sh`:`}
      exit $code
      }
      trap clean EXIT
      [ -r ${dump} ] || { echo ${`${dump} cannot be read`} >&2; exit 1; }
      drop
      printf '%s' ${roles.map((statement) => `${statement}\n`).join('')} | psql -d postgres >&2
      printf '%s' ${createSql(name, database, postgres.user)} | psql -d postgres >&2
      ${restoreScript(name, dump, !scratch && bytes >= PARALLEL_BYTES)}
      ${scratch ? sh`:` : sh`psql -d ${name} -c ANALYZE`}
      printf '%s' ${TABLES_SQL} | psql -d ${name}
      ${scratch ? sh`exit 0` : sh`trap - EXIT`}`,
  };
}

function dropRolesSql(roles: readonly string[]): string {
  return createdRoles(roles)
    .map((role) => `DROP ROLE IF EXISTS ${identifier(role)};\n`)
    .join('');
}

/**
 * Workers open the dump themselves. They are PostgreSQL's account, which root's files are closed to, so they get the
 * right to read those alone; where that right cannot be had, one worker reads the file that root opened.
 */
function restoreScript(name: string, dump: string, parallel: boolean): Script {
  const one = sh`as_postgres "$pg/pg_restore" --exit-on-error -w -d ${name} < ${dump} >&2`;
  if (!parallel) return one;
  return sh`
    reader() { setpriv --reuid=postgres --regid=postgres --init-groups --inh-caps=+dac_read_search --ambient-caps=+dac_read_search "$@"; }
    jobs=$(nproc); [ "$jobs" -le ${MOST_JOBS} ] || jobs=${MOST_JOBS}
    if [ "$jobs" -gt 1 ] && reader test -r ${dump} 2>/dev/null; then
    reader "$pg/pg_restore" --exit-on-error -w -j "$jobs" -d ${name} ${dump} >&2
    else
    ${one}
    fi`;
}
