import { defineResource, type Resource } from '../engine/resource.js';
import { EXIT, VdbError } from '../errors.js';
import type { Command } from '../host/command.js';
import { ask, known, type Observation, type ProbeKind } from '../host/probe.js';
import { type Script, sh } from '../host/shell.js';
import type { ExecResult } from '../host/transport.js';
import { identifier, literal, parsePsql, psqlProbe } from './postgres-psql.js';

/** A database and its role that shall not be there, and where their backup goes first. */
export interface PostgresRemoved {
  major: number;
  database: string;
  user: string;
  /** Directory of this run's backup. Must be a new one: an existing backup is never written over. */
  backup: string;
}

interface RemovedHave {
  /** Bytes; null when the database does not exist. */
  size: number | null;
  connections: number;
  role: boolean;
}

const OWN_DATABASES = ['postgres', 'template0', 'template1'];

const databases: ProbeKind<PostgresRemoved, RemovedHave> = {
  name: 'postgres-removed',
  script: (wanted) => sh`
    ${wanted.map(({ major }) => holdsDatabases(major))}
    ${psqlProbe(`SELECT json_agg(a ORDER BY n) FROM (${wanted.map(question).join(' UNION ALL ')}) a;`)}`,
  parse: (stdout, wanted) => {
    const lines = stdout.split('\n');
    const holding = lines.slice(0, wanted.length).map((line) => line === 'holds');
    const answer = lines.slice(wanted.length).join('\n');
    if (/^(down|absent|starting)/.test(answer))
      return wanted.map(({ major }, i) => unasked(major, holding[i] === true));
    return parsePsql(answer, wanted, (rows) => (JSON.parse(rows) as RemovedHave[]).map(presence));
  },
};

/** A stopped server cannot be asked, but its directory tells whether it holds any database of users. */
function holdsDatabases(major: number): Script {
  return sh`
    if find ${`/var/lib/postgresql/${major}/main/base`} -mindepth 1 -maxdepth 1 -regex '.*/[0-9]*' -printf '%f\n' 2>/dev/null |
      awk '$1 >= 16384 { found = 1 } END { exit !found }'; then echo holds; else echo empty; fi;`;
}

function question({ database, user }: PostgresRemoved, index: number): string {
  const name = literal(database);
  return `SELECT ${index} AS n,
    (SELECT pg_database_size(oid) FROM pg_database WHERE datname = ${name}) AS size,
    (SELECT count(*) FROM pg_stat_activity WHERE datname = ${name}) AS connections,
    EXISTS (SELECT FROM pg_roles WHERE rolname = ${literal(user)}) AS role`;
}

function unasked(major: number, holds: boolean): Observation<RemovedHave> {
  if (!holds) return known<RemovedHave>(null);
  return {
    status: 'unknown',
    why: `PostgreSQL does not answer but holds databases; start it first: systemctl start postgresql@${major}-main`,
  };
}

function presence(have: RemovedHave): Observation<RemovedHave> {
  return known(have.size === null && !have.role ? null : have);
}

/**
 * Neither the database nor its role. They are dumped first, and nothing is removed unless the dump of the
 * same run was read back whole: the engine ends a step at its first failed command, and the command that
 * removes refuses to work without that dump.
 */
export function postgresRemoved(want: PostgresRemoved): Resource {
  const { database, user, backup } = want;
  if (user === 'postgres' || OWN_DATABASES.includes(database)) throw ownThing(want);
  return defineResource<RemovedHave>({
    id: `postgres-removed:${database}`,
    title: `database ${database} and role ${user}`,
    probe: ask(databases, want),
    diff: (have) =>
      have === null
        ? null
        : { action: 'remove', summary: `${what(want, have)}, after a backup to ${backup} that is read back` },
    apply: (_change, have) => (have === null ? [] : [dumpCommand(want, have), dropCommand(want, have)]),
    explain: explainRemoval,
  });
}

function ownThing({ database, user }: PostgresRemoved): VdbError {
  return new VdbError(`Refused to remove the database ${database} and the role ${user}`, {
    code: 'rollback.reserved',
    exitCode: EXIT.usage,
    meaning: 'PostgreSQL itself needs one of them. Nothing was changed.',
    next: 'Name a database and a role of your own in postgres.database and postgres.user.',
  });
}

function what({ database, user }: PostgresRemoved, { size, connections, role }: RemovedHave): string {
  const open = connections === 0 ? '' : `, ${connections} connections open`;
  return [
    ...(size === null ? [] : [`the database ${database} (${(size / 1024 ** 2).toFixed(1)} MiB${open})`]),
    ...(role ? [`the role ${user}`] : []),
  ].join(' and ');
}

/**
 * Writes the role's definition and a dump. The role may not log in from before the dump until it is gone, so
 * that the dump has its last word; when the dump fails, it may log in again. (Where even that is not
 * reached, provisioning lets it log in again.)
 */
export function dumpCommand(want: PostgresRemoved, have: RemovedHave): Command {
  const { database, user, backup } = want;
  return {
    title: `back up ${what(want, have)}`,
    timeoutSeconds: 4 * 3600,
    script: sh`
      set -eu -o pipefail
      umask 077
      cd /
      ask() { runuser -u postgres -- psql -XAtq -v ON_ERROR_STOP=1 -d postgres -c "$1"; }
      final=${backup}
      t=$final.partial
      [ ! -e "$final" ] || { echo "$final exists already" >&2; exit 1; }
      mkdir -p "$(dirname "$final")"
      rm -rf -- "$t"
      mkdir "$t"
      undo() { rm -rf -- "$t"; [ "\${login:-}" != t ] || ask ${`ALTER ROLE ${identifier(user)} LOGIN`}; }
      trap undo EXIT
      ${have.role ? saveRole(user) : sh`:`}
      ${have.size === null ? sh`:` : dump(database)}
      sync -f "$t"
      mv -T -- "$t" "$final"
      trap - EXIT`,
  };
}

function saveRole(user: string): Script {
  const name = identifier(user);
  const mayLogin = `SELECT rolcanlogin FROM pg_roles WHERE rolname = ${literal(user)}`;
  const terminate = `SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE usename = ${literal(user)}`;
  return sh`
    q=$(ask ${`SELECT quote_ident(${literal(user)})`})
    runuser -u postgres -- pg_dumpall --roles-only |
      awk -v q="$q" 'index($0, "CREATE ROLE " q ";") == 1 || index($0, "ALTER ROLE " q " ") == 1' > "$t/role.sql"
    [ -s "$t/role.sql" ]
    login=$(ask ${mayLogin})
    ask ${`ALTER ROLE ${name} NOLOGIN`}
    for _ in $(seq 50); do
    [ "$(ask ${terminate})" -gt 0 ] || break
    sleep 0.1
    done`;
}

function dump(database: string): Script {
  return sh`
    runuser -u postgres -- pg_dump --format=custom -d ${database} > "$t/database.dump"
    runuser -u postgres -- pg_restore --list < "$t/database.dump" > "$t/contents.txt"
    runuser -u postgres -- pg_restore --file=/dev/null < "$t/database.dump"`;
}

/** Removes what the backup in `want.backup` holds, and nothing when that backup is not complete. */
export function dropCommand(want: PostgresRemoved, have: RemovedHave): Command {
  const { database, user, backup } = want;
  const statements = [
    ...(have.size === null ? [] : [`DROP DATABASE IF EXISTS ${identifier(database)} WITH (FORCE);`]),
    ...(have.role ? [`DROP ROLE IF EXISTS ${identifier(user)};`] : []),
  ];
  const files = [
    ...(have.size === null ? [] : [`${backup}/database.dump`]),
    ...(have.role ? [`${backup}/role.sql`] : []),
  ];
  return {
    title: `remove ${what(want, have)}`,
    stdin: `${statements.join('\n')}\n`,
    script: sh`
      set -eu
      cd /
      for f in ${files}; do
      [ -s "$f" ] || { echo "there is no backup in $f, so nothing is removed" >&2; exit 1; }
      done
      runuser -u postgres -- psql -XAtq -v ON_ERROR_STOP=1 -d postgres -f -`,
  };
}

function explainRemoval({ stderr }: ExecResult): { meaning: string; next: string } {
  const next = 'vdb task rollback 3.1';
  if (/No space left on device/.test(stderr)) {
    return {
      meaning: 'There is no room for the dump, so nothing was removed.',
      next: `Free space, then: ${next}`,
    };
  }
  if (/cannot be dropped because some objects depend on it/.test(stderr)) {
    return {
      meaning: 'The role owns things in other databases, so it was not removed.',
      next: `Give them to another role there (REASSIGN OWNED), then: ${next}`,
    };
  }
  return { meaning: 'What could not be backed up was not removed.', next };
}
