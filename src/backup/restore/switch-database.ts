import type { Config } from '../../config/schema.js';
import { EXIT, VdbError } from '../../errors.js';
import type { Command } from '../../host/command.js';
import type { Host } from '../../host/host.js';
import { sh } from '../../host/shell.js';
import { endConnectionsSql, propertiesSql, psqlFunctions, type Renaming, renameSql } from './database-sql.js';
import { keptName, restoredName } from './names.js';

/** A database of the set `id`. */
export interface DatabaseOfSet {
  database: string;
  id: string;
}

type Place = Pick<Config, 'postgres'>;

/**
 * Puts the restored database in the place of `database`, with the privileges and settings that this one has. Connections
 * to it are ended; who connects meanwhile waits. Returns the name under which it is kept, or null where there was none.
 * Throws `restore.database-missing` or `restore.database-kept`, and nothing has changed.
 */
export async function switchDatabase(
  host: Host,
  config: Place,
  { database, id }: DatabaseOfSet,
): Promise<string | null> {
  const [restored, kept] = [restoredName(database, id), keptName(database, id)];
  const there = await databases(host, config);
  if (!there.includes(restored)) throw missing(host, restored);
  if (!there.includes(database)) {
    await host.run(renameCommand(config, [[restored, database]]));
    return null;
  }
  if (there.includes(kept)) throw keptAlready(host, kept);
  const renamings: Renaming[] = [
    [database, kept],
    [restored, database],
  ];
  await host.run(renameCommand(config, renamings, propertiesSql(database, restored)));
  return kept;
}

/**
 * Takes the switch back: the database that was kept has its name again, and the restored one has the name that it had
 * before. Throws `restore.database-missing` or `restore.database-kept`, and nothing has changed.
 */
export async function undoDatabase(
  host: Host,
  config: Place,
  { database, id }: DatabaseOfSet,
): Promise<void> {
  const [restored, kept] = [restoredName(database, id), keptName(database, id)];
  const there = await databases(host, config);
  if (!there.includes(kept)) throw missing(host, kept);
  if (there.includes(restored)) throw keptAlready(host, restored);
  const current: Renaming[] = there.includes(database) ? [[database, restored]] : [];
  await host.run(renameCommand(config, [...current, [kept, database]]));
}

/** The names of all databases. Throws `restore.databases-unknown`. */
export async function databases(host: Host, { postgres }: Place): Promise<string[]> {
  const { stdout, stderr, exitCode } = await host.read(sh`
    ${psqlFunctions(postgres.port)}
    psql -d postgres -c 'SELECT json_agg(datname ORDER BY datname) FROM pg_database'`);
  if (exitCode === 0) return JSON.parse(stdout) as string[];
  throw new VdbError(`The databases of ${host.target} could not be listed: ${stderr.trim()}`, {
    code: 'restore.databases-unknown',
    exitCode: EXIT.failed,
    host: host.target,
    next: 'vdb check postgres',
  });
}

/** Pure. The first of `renamings` is the one that has connections. */
export function renameCommand({ postgres }: Place, renamings: readonly Renaming[], before = ''): Command {
  const [[current, to] = ['', '']] = renamings;
  return {
    title: `rename the database ${current} to ${to}`,
    script: sh`
      set -euo pipefail
      trap '' PIPE
      ${psqlFunctions(postgres.port)}
      printf '%s' ${before} | psql -d postgres >&2
      printf '%s' ${endConnectionsSql(current)} | psql -d postgres >/dev/null &
      code=0
      printf '%s' ${renameSql(renamings)} | psql -d postgres || code=$?
      wait
      exit $code`,
  };
}

function missing(host: Host, name: string): VdbError {
  return new VdbError(`There is no database ${name} on ${host.target}`, {
    code: 'restore.database-missing',
    exitCode: EXIT.failed,
    host: host.target,
    meaning: 'It was renamed or dropped since. Nothing was changed.',
  });
}

function keptAlready(host: Host, name: string): VdbError {
  return new VdbError(`There is a database ${name} on ${host.target} already`, {
    code: 'restore.database-kept',
    exitCode: EXIT.failed,
    host: host.target,
    meaning: 'An earlier restore of the same set kept it. Nothing was changed.',
    next: 'Remove it when it is not needed any more: vdb restore discard',
  });
}
