import { z } from 'zod';
import { known, type ProbeKind } from '../../host/probe.js';
import { literal, parsePsql, psqlProbe } from '../../resources/postgres-psql.js';

/** The database that is asked, over the socket of the server at this port. */
export interface PostgresHealthQuestion {
  port: number;
  database: string;
  /** The role that clients use. */
  role: string;
}

const amount = z.int().min(0);

/** What a role may do in the database that is asked. */
const role = z.strictObject({
  login: z.boolean(),
  /** Sessions that it may have at once; -1 is no limit. */
  connections: z.int().min(-1),
  expired: z.boolean(),
  connect: z.boolean(),
  create: z.boolean(),
  /** Its own setting makes its transactions read-only. */
  readOnly: z.boolean(),
});

/** One line of pg_hba.conf. */
const hbaRule = z.strictObject({
  line: amount,
  /** `local`, `host`, `hostssl`, …; null where the line has an error. */
  type: z.string().nullable(),
  database: z.array(z.string()).nullable(),
  user: z.array(z.string()).nullable(),
  address: z.string().nullable(),
  method: z.string().nullable(),
  error: z.string().nullable(),
});

const health = z.strictObject({
  /** 170002 is 17.2. */
  version: z.int().min(80_000),
  /** What PostgreSQL said when it was to write; empty when it wrote. */
  writeError: z.string(),
  checksums: z.enum(['on', 'off']),
  /** Sessions of clients. */
  connections: amount,
  maxConnections: z.int().min(1),
  /** The database whose oldest row has waited longest to be frozen, in transactions. */
  oldestRow: z.strictObject({ database: z.string(), age: amount }),
  /** The oldest open transaction of another client, or a prepared one. */
  oldestTransaction: z.strictObject({ seconds: z.number(), who: z.string() }).nullable(),
  hba: z.strictObject({
    rules: z.array(hbaRule),
    /** The file is newer than what the server has loaded. */
    stale: z.boolean(),
  }),
  /** Roles whose password is kept otherwise than as SCRAM. */
  weakRoles: z.array(z.string()),
  /** Null where there is no such role. */
  role: role.nullable(),
});

export type PostgresHealth = z.infer<typeof health>;
export type PostgresRole = z.infer<typeof role>;
export type HbaRule = z.infer<typeof hbaRule>;

/**
 * What PostgreSQL says of itself to its superuser: one psql, one object of JSON. What it writes to see whether
 * it can is a temporary table in a transaction that is rolled back.
 */
export const postgresHealth: ProbeKind<PostgresHealthQuestion, PostgresHealth> = {
  name: 'postgres-health',
  script: ([question]) => psqlProbe(sqlFor(question?.role ?? ''), question),
  parse: (stdout, args) => {
    if (args.length !== 1) throw new Error('one server at a time');
    return parsePsql(stdout, args, (answer) => [known(health.parse(JSON.parse(answer)))]);
  },
};

/** Runs on where a statement fails: `LAST_ERROR_MESSAGE` is empty unless the write was what failed. */
const sqlFor = (user: string): string => `SET lc_messages = 'C'; SET statement_timeout = '10s';
BEGIN;
DO $$ BEGIN CREATE TEMPORARY TABLE vdb_check (n integer) ON COMMIT DROP; INSERT INTO vdb_check VALUES (1); END $$;
ROLLBACK;
SELECT json_build_object(
'version', current_setting('server_version_num')::int,
'writeError', :'LAST_ERROR_MESSAGE',
'checksums', current_setting('data_checksums'),
'connections', (SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend'),
'maxConnections', current_setting('max_connections')::int,
'oldestRow', (SELECT to_json(d) FROM (SELECT datname AS database,
greatest(age(datfrozenxid), mxid_age(datminmxid)) AS age FROM pg_database ORDER BY 2 DESC LIMIT 1) d),
'oldestTransaction', (SELECT to_json(t) FROM (SELECT extract(epoch FROM clock_timestamp() - since) AS seconds, who FROM (
SELECT xact_start AS since, format('pid %s of %s, %s', pid, usename, state) AS who FROM pg_stat_activity
WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()
UNION ALL SELECT prepared, format('prepared %s of %s', gid, owner) FROM pg_prepared_xacts) x
WHERE since IS NOT NULL ORDER BY since LIMIT 1) t),
'hba', json_build_object(
'rules', (SELECT coalesce(json_agg(json_build_object('line', line_number, 'type', type, 'database', database,
'user', user_name, 'address', address, 'method', auth_method, 'error', error) ORDER BY line_number), '[]')
FROM pg_hba_file_rules),
'stale', (pg_stat_file(current_setting('hba_file'))).modification + interval '1 s' > pg_conf_load_time()),
'weakRoles', (SELECT coalesce(json_agg(rolname ORDER BY rolname), '[]') FROM pg_authid
WHERE rolpassword IS NOT NULL AND rolpassword NOT LIKE 'SCRAM-SHA-256$%'),
'role', (SELECT json_build_object('login', rolcanlogin, 'connections', rolconnlimit,
'expired', rolvaliduntil IS NOT NULL AND rolvaliduntil < now(),
'connect', has_database_privilege(oid, current_database(), 'CONNECT'),
'create', has_schema_privilege(oid, 'public', 'USAGE') AND has_schema_privilege(oid, 'public', 'CREATE'),
'readOnly', EXISTS (SELECT FROM pg_db_role_setting s, unnest(s.setconfig) c WHERE s.setrole = r.oid
AND c ~* '^default_transaction_read_only=(on|true|yes|1)$'))
FROM pg_roles r WHERE rolname = ${literal(user)}));
`;
