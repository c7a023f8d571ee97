import { type Change, defineResource, type Resource } from '../engine/resource.js';
import { known } from '../host/probe.js';
import { sh } from '../host/shell.js';
import { askPostgres, literal, type PsqlQuestion } from './postgres-psql.js';

/** The cluster `main` of a major version, and the database that vdb keeps in it. */
export interface PostgresChecksums {
  major: number;
  database: string;
}

interface ChecksumsHave {
  on: boolean;
  /** The configured database, or any other beside those that every cluster begins with. */
  inUse: boolean;
}

function checksumsQuestion(database: string): PsqlQuestion<ChecksumsHave> {
  return {
    sql: `SELECT json_build_object('on', current_setting('data_checksums') = 'on',
      'inUse', EXISTS (SELECT FROM pg_database WHERE datname = ${literal(database)}
        OR datname NOT IN ('postgres', 'template0', 'template1')));`,
    read: (answer) => known(JSON.parse(answer) as ChecksumsHave),
  };
}

const SWITCH_ON: Change = { action: 'update', summary: 'off, want on, while the cluster is empty' };

/**
 * A new cluster checks its pages. It has to be stopped for that and every page is written once, so a cluster
 * with a database in it is left as it is: `vdb check postgres.checksums` says how to do it by hand. Comes before
 * what would restart the server for its settings, which start with it here.
 */
export function postgresChecksums({ major, database }: PostgresChecksums): Resource {
  return defineResource<ChecksumsHave>({
    id: `postgres-checksums:${major}`,
    title: `page checksums of PostgreSQL ${major}`,
    probe: askPostgres(checksumsQuestion(database)),
    diff: (have) => (have === null || (!have.on && !have.inUse) ? SWITCH_ON : null),
    apply: () => [
      {
        title: `switch on the page checksums of PostgreSQL ${major}`,
        timeoutSeconds: 600,
        script: sh`
          cd /
          unit=${`postgresql@${major}-main.service`}
          data=$(runuser -u postgres -- psql -XAtq -d postgres -c 'SHOW data_directory') || exit 1
          systemctl stop "$unit" || exit 1
          runuser -u postgres -- ${`/usr/lib/postgresql/${major}/bin/pg_checksums`} --enable -D "$data"
          code=$?
          systemctl start "$unit" && exit $code`,
      },
    ],
  });
}
