import type { Config } from '../../config/schema.js';
import type { Command } from '../../host/command.js';
import { sh } from '../../host/shell.js';
import { dropSql, psqlFunctions } from '../restore/database-sql.js';
import { SCRATCH_REDIS } from '../restore/redis-scratch.js';
import { DATABASE_PATTERN, DIRECTORY_GLOB, GUARD_UNIT, QDRANT_UNIT } from './names.js';

/**
 * Removes whatever drills have left on the host: units, directories, scratch databases. The lock is held, so nobody is
 * at work in them. What is not there is no error.
 */
export function sweepCommand({ paths, postgres, redis }: Config): Command {
  return {
    title: 'remove what drills have left',
    timeoutSeconds: 600,
    script: sh`
      set -euo pipefail
      trap '' PIPE
      for unit in ${[GUARD_UNIT, QDRANT_UNIT]}; do
      systemctl stop "$unit" 2>/dev/null || true
      systemctl reset-failed "$unit" 2>/dev/null || true
      done
      [ ! -d ${paths.storage} ] || find ${paths.storage} -mindepth 1 -maxdepth 1 -type d -name ${DIRECTORY_GLOB} -exec rm -rf -- {} +
      ${redis.enabled ? sh`( ${SCRATCH_REDIS}; scratch_stop )` : sh`:`}
      ${postgres.enabled ? sweepDatabases(postgres.port) : sh`:`}`,
  };
}

/** A PostgreSQL that does not run has nothing of ours that could be removed now. */
function sweepDatabases(port: number) {
  const left = `SELECT datname FROM pg_database WHERE datname ~ '${DATABASE_PATTERN}'`;
  const [before = '', after = ''] = dropSql('@').split('@');
  return sh`
    (
    ${psqlFunctions(port)}
    "$pg/pg_isready" -q || exit 0
    psql -d postgres -c ${left} | while read -r database; do
    printf '%s%s%s' ${before} "$database" ${after} | psql -d postgres
    done
    )`;
}
