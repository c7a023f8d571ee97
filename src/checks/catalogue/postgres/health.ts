import { ask } from '../../../host/probe.js';
import { supportedUntil } from '../../../services/postgres/support.js';
import { type Check, type CheckContext, defineCheck, type Verdict } from '../../check.js';
import { type PostgresHealth, type PostgresRole, postgresHealth } from '../../probes/postgres-health.js';
import { expect, fail, pass, unknown, warn, whenThere } from '../../verdict.js';

const DAY_MS = 86_400_000;
const FREEZE_SOON = 1_000_000_000;

/** What all checks share that ask the server once for everything. */
export const asked = {
  group: 'postgres',
  skip: ({ config }: CheckContext) => (config.postgres.enabled ? undefined : 'postgres.enabled is false'),
  probe: ({ config: { postgres } }: CheckContext) =>
    ask(postgresHealth, { port: postgres.port, database: postgres.database, role: postgres.user }),
} as const;

/** A check of one thing that the server says of itself. */
function ofServer(
  check: Omit<Check<PostgresHealth>, 'group' | 'skip' | 'probe' | 'judge'>,
  judge: (health: PostgresHealth, limit: number, context: CheckContext) => Verdict,
): Check {
  return defineCheck<PostgresHealth>({
    ...asked,
    ...check,
    judge: ([health], context, limit) =>
      whenThere(health, 'PostgreSQL is not installed', (value) => judge(value, limit, context)),
  });
}

const supported = ofServer(
  {
    id: 'postgres.supported',
    severity: 'error',
    title: 'PostgreSQL gets security fixes',
    looksAt: 'the major version, and the day on which its support ends',
    why: 'A version out of support gets no fixes, neither for security nor for lost data.',
    threshold: { default: 90, unit: 'days of support left' },
    remedy: 'Plan the move to a newer major: a fresh host with a newer release, and a restored backup.',
    inspect: () => 'pg_lsclusters',
  },
  ({ version }, days, { now }) => {
    const major = Math.floor(version / 10_000);
    const end = supportedUntil(major);
    if (end === undefined) return unknown(`until when PostgreSQL ${major} is supported is not known to vdb`);
    const left = Math.floor((end.getTime() - now.getTime()) / DAY_MS);
    const day = end.toISOString().slice(0, 10);
    const expected = `at least ${days} days of support left`;
    if (end < now) return fail(`PostgreSQL ${major}, out of support since ${day}`, expected);
    const seen = `PostgreSQL ${major}, supported until ${day}`;
    return left < days ? warn(seen, expected) : pass(seen);
  },
);

const write = ofServer(
  {
    id: 'postgres.write',
    severity: 'critical',
    title: 'The database takes writes',
    looksAt: 'a temporary table that is made and filled in a transaction, which is rolled back',
    why: 'A database can accept connections and still refuse to write: read-only, in recovery, or on a full disk.',
    remedy:
      'Find what keeps it from writing: a full disk, recovery, or default_transaction_read_only of the server or the database.',
    inspect: ({ config: { postgres } }) =>
      `runuser -u postgres -- psql -p ${postgres.port} -d ${postgres.database} -c "SELECT pg_is_in_recovery(), current_setting('default_transaction_read_only')"`,
  },
  ({ writeError }) =>
    writeError === ''
      ? pass('wrote, and rolled back')
      : fail(writeError.split('\n')[0] ?? '', 'a write that succeeds'),
);

const role = ofServer(
  {
    id: 'postgres.role',
    severity: 'critical',
    title: 'The role of the gateway can work in its database',
    looksAt:
      'whether the configured role may log in, connect and create, and what limits it by a setting of its own',
    why: 'The superuser, who is asked elsewhere, may do everything: the role that clients use may have lost its rights.',
    remedy:
      'Give the role back what it lacks, as the superuser: GRANT or ALTER ROLE; ALTER ROLE … RESET for a setting.',
    inspect: ({ config: { postgres } }) =>
      `runuser -u postgres -- psql -p ${postgres.port} -d ${postgres.database} -c '\\du+' -c '\\drds' -c '\\dn+ public'`,
  },
  ({ role }, _, { config: { postgres } }) => judgeRole(role, postgres),
);

function judgeRole(role: PostgresRole | null, { user, pool }: CheckContext['config']['postgres']): Verdict {
  const expected = `${user} may log in, connect and create`;
  if (role === null) return { ...fail(`there is no role ${user}`, expected), fix: '3.1' };
  const few = role.connections >= 0 && role.connections < pool.size;
  // What the task of PostgreSQL sets by itself, and so sets right again.
  const provisioned = [
    ...(role.login ? [] : ['may not log in']),
    ...(role.expired ? ['its password has expired'] : []),
  ];
  const others = [
    ...(few ? [`may have ${role.connections} sessions, its pool wants ${pool.size}`] : []),
    ...(role.connect ? [] : ['may not connect to the database']),
    ...(role.create ? [] : ['may not create in the schema public']),
    ...(role.readOnly ? ['its default_transaction_read_only is on'] : []),
  ];
  const found = [...provisioned, ...others];
  if (found.length === 0) return pass(`${user} may log in, connect and create`);
  return {
    ...fail(`${user}: ${found.join('; ')}`, expected),
    ...(provisioned.length > 0 && others.length === 0 ? { fix: '3.1' } : {}),
  };
}

const connections = ofServer(
  {
    id: 'postgres.connections',
    severity: 'error',
    title: 'Connections are left',
    looksAt: 'the sessions of clients, and max_connections',
    why: 'When they are used up, the gateway gets no connection and answers nobody.',
    threshold: { default: 80, unit: '% of max_connections' },
    remedy:
      'See who holds them and stop what leaks; or give postgres.max_connections or a smaller postgres.pool in the configuration.',
    inspect: ({ config: { postgres } }) =>
      `runuser -u postgres -- psql -p ${postgres.port} -c "SELECT usename, application_name, client_addr, state, count(*) FROM pg_stat_activity WHERE backend_type = 'client backend' GROUP BY 1, 2, 3, 4 ORDER BY 5 DESC"`,
  },
  ({ connections, maxConnections }, limit) =>
    expect(
      connections * 100 < limit * maxConnections,
      `${connections} of ${maxConnections}`,
      `fewer than ${limit} %`,
    ),
);

const freezeAge = ofServer(
  {
    id: 'postgres.freeze-age',
    severity: 'error',
    title: 'Old rows are frozen in time',
    looksAt: 'the age of the oldest unfrozen transaction of every database',
    why: 'Numbers of transactions are used again after two thousand million: shortly before, PostgreSQL stops writing.',
    threshold: { default: FREEZE_SOON, unit: 'transactions' },
    remedy:
      'End old transactions and unused replication slots, then run VACUUM (FREEZE) in that database; autovacuum must be on.',
    inspect: ({ config: { postgres } }) =>
      `runuser -u postgres -- psql -p ${postgres.port} -c 'SELECT datname, age(datfrozenxid), mxid_age(datminmxid) FROM pg_database ORDER BY 2 DESC'`,
  },
  ({ oldestRow: { database, age } }, limit) =>
    expect(age < limit, `${age} in ${database}`, `fewer than ${limit}`),
);

const checksums = ofServer(
  {
    id: 'postgres.checksums',
    severity: 'warning',
    title: 'Pages carry checksums',
    looksAt: 'data_checksums',
    why: 'Without them a page that the disk has changed is read, and backed up, as if it were right.',
    remedy:
      'In a quiet hour stop the cluster (systemctl stop postgresql@MAJOR-main), run pg_checksums --enable on its data directory as postgres, and start it; that reads and writes every page once.',
    inspect: () => 'pg_lsclusters',
  },
  ({ checksums }) => expect(checksums === 'on', `data_checksums is ${checksums}`, 'on'),
);

const transactions = ofServer(
  {
    id: 'postgres.transactions',
    severity: 'warning',
    title: 'No transaction stays open',
    looksAt: 'the oldest open transaction of any client, prepared ones included',
    why: 'While it is open no dead row after it can be removed, and what it has locked nobody else can change.',
    threshold: { default: 15, unit: 'minutes' },
    remedy:
      'See what it does; end it with pg_terminate_backend(PID), or ROLLBACK PREPARED, when nobody waits for it.',
    inspect: ({ config: { postgres } }) =>
      `runuser -u postgres -- psql -p ${postgres.port} -c 'SELECT pid, usename, application_name, state, xact_start, query FROM pg_stat_activity WHERE xact_start IS NOT NULL ORDER BY xact_start'`,
  },
  ({ oldestTransaction }, limit) => {
    if (oldestTransaction === null) return pass('none is open');
    const { seconds, who } = oldestTransaction;
    const age = seconds < 120 ? `${Math.round(seconds)} s` : `${Math.floor(seconds / 60)} min`;
    return expect(seconds < limit * 60, `open for ${age}: ${who}`, `less than ${limit} minutes`);
  },
);

export const postgresHealthChecks: readonly Check[] = [
  supported,
  write,
  role,
  connections,
  freezeAge,
  checksums,
  transactions,
];
