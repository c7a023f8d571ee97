import { known, type Observation, type ProbeKind } from '../../host/probe.js';
import { type Script, sh } from '../../host/shell.js';

/** Where PostgreSQL is expected, and the database that must be there. */
export interface PostgresQuestion {
  host: string;
  port: number;
  database: string;
}

export interface PostgresState {
  /** Whether it takes connections at the address of the configuration. */
  accepts: boolean;
  /** What it says of itself; null when it could not be asked. */
  server: { version: string; inRecovery: boolean; database: boolean; vector: string | null } | null;
}

/** PostgreSQL as its own superuser sees it. The value is null when it is not installed. */
export const postgresState: ProbeKind<PostgresQuestion, PostgresState> = {
  name: 'postgres-state',
  script: (questions) => sh`
    command -v pg_isready >/dev/null && id -u postgres >/dev/null 2>&1 || { echo absent; exit 0; }
    cd /
    ${questions.map(question)}`,
  parse: (stdout, questions) => {
    if (stdout.startsWith('absent')) return questions.map(() => known<PostgresState>(null));
    const lines = stdout.split('\n');
    return questions.map((_, index) => stateOf(lines[index] ?? ''));
  },
};

const SERVER =
  "select current_setting('server_version'), pg_is_in_recovery(), exists (select from pg_database where datname = :'name')";
const VECTOR = "select extversion from pg_extension where extname = 'vector'";

/** One line: whether it accepts, then its version, recovery, whether the database exists, pgvector's version. */
function question({ host, port, database }: PostgresQuestion): Script {
  const psql = sh`runuser -u postgres -- psql -XAtq -F '|' -v ON_ERROR_STOP=1 -p ${port}`;
  return sh`
    accepts=no; pg_isready -q -t 5 -h ${host} -p ${port} && accepts=yes
    server=$(printf '%s' ${SERVER} | ${psql} -v name=${database} -d postgres 2>/dev/null)
    vector=
    case "$server" in *'|t') vector=$(printf '%s' ${VECTOR} | ${psql} -d ${database} 2>/dev/null || echo '?');; esac
    printf '%s|%s|%s\n' "$accepts" "$server" "$vector";`;
}

function stateOf(line: string): Observation<PostgresState> {
  const [accepts, version = '', recovery, database, vector = ''] = line.split('|');
  if (accepts !== 'yes' && accepts !== 'no') throw new Error(line.slice(0, 80));
  if (version === '') return known({ accepts: accepts === 'yes', server: null });
  if (vector === '?') return { status: 'unknown', why: 'the database could not be asked for its extensions' };
  const server = {
    version: version.split(' ')[0] ?? version,
    inRecovery: recovery === 't',
    database: database === 't',
    vector: vector === '' ? null : vector,
  };
  return known({ accepts: accepts === 'yes', server });
}
