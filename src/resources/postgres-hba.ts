import { type Change, defineResource, type Resource } from '../engine/resource.js';
import { known } from '../host/probe.js';
import { file } from './file.js';
import { askPostgres, type PsqlQuestion } from './postgres-psql.js';
import { postgresReload } from './postgres-reload.js';

/** Who may log in to which database, and from where: over the local socket as themselves, or from a network with SCRAM. */
export interface HbaRule {
  database: string;
  user: string;
  /** `local`, or a network such as `127.0.0.1/32`. */
  from: string;
}

interface HbaHave {
  errors: string[];
  /** The file is newer than what the server has loaded. */
  stale: boolean;
}

/** The whole of `pg_hba.conf`: whom no rule names cannot log in, and nobody is trusted. */
export function postgresHba({ major, rules }: { major: number; rules: readonly HbaRule[] }): Resource {
  return file({
    path: `/etc/postgresql/${major}/main/pg_hba.conf`,
    content: renderHba(rules),
    owner: 'postgres:postgres',
    mode: '0640',
  });
}

/** The content of `pg_hba.conf`. The account `postgres` keeps its access over the local socket. */
export function renderHba(rules: readonly HbaRule[]): string {
  const all = [{ database: 'all', user: 'postgres', from: 'local' }, ...rules.map(quotedRule)];
  const lines = all.map(({ database, user, from }) =>
    from === 'local'
      ? `local\t${database}\t${user}\tpeer`
      : `host\t${database}\t${user}\t${from}\tscram-sha-256`,
  );
  return `${['# Written by vdb: changes here are overwritten.', ...lines].join('\n')}\n`;
}

/** Quoted, names lose every special meaning that `all`, `replication` or a leading `+` have. */
function quotedRule({ database, user, from }: HbaRule): HbaRule {
  return { database: `"${database}"`, user: `"${user}"`, from };
}

const HBA: PsqlQuestion<HbaHave> = {
  sql: `SELECT json_build_object(
    'errors', (SELECT coalesce(json_agg('line ' || line_number || ': ' || error), '[]')
      FROM pg_hba_file_rules WHERE error IS NOT NULL),
    'stale', (pg_stat_file(current_setting('hba_file'))).modification + interval '1 s' > pg_conf_load_time());`,
  read: (answer) => known(JSON.parse(answer) as HbaHave),
};

const LOAD: Change = { action: 'reload', summary: 'load the new pg_hba.conf' };

/** PostgreSQL has loaded its `pg_hba.conf`, without errors: with one it silently keeps the old rules. */
export function postgresHbaLoaded(): Resource {
  return defineResource<HbaHave>({
    id: 'postgres-hba-loaded',
    title: 'PostgreSQL uses its pg_hba.conf',
    probe: askPostgres(HBA),
    diff: (have) => (have === null ? LOAD : loadChange(have)),
    apply: () => [postgresReload()],
    predict: (changing) => ([...changing].some((id) => id.endsWith('/pg_hba.conf')) ? LOAD : null),
  });
}

function loadChange({ errors, stale }: HbaHave): Change | null {
  if (errors.length > 0) {
    return {
      action: 'reload',
      summary: `pg_hba.conf has errors: ${errors.join('; ')}`,
      refused: {
        why: 'PostgreSQL refuses this pg_hba.conf and keeps its old rules.',
        next: 'Correct postgres.allow in the configuration and run the same command again.',
      },
    };
  }
  return stale ? { action: 'reload', summary: 'pg_hba.conf is newer than what PostgreSQL has loaded' } : null;
}
