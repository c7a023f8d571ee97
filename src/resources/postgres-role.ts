import { type Change, defineResource, type FieldChange, type Resource } from '../engine/resource.js';
import { known } from '../host/probe.js';
import { scramMatches, scramVerifier } from '../services/postgres/scram.js';
import { askPostgres, identifier, literal, type PsqlQuestion, psqlCommand } from './postgres-psql.js';

/** A login role that owns its database and nothing more. */
export interface PostgresRole {
  name: string;
  password: string;
}

interface RoleHave {
  login: boolean;
  superuser: boolean;
  createdb: boolean;
  createrole: boolean;
  replication: boolean;
  bypassrls: boolean;
  expired: boolean;
  /** `pg_authid.rolpassword`, or null. */
  verifier: string | null;
}

const FLAGS = [
  'login',
  'superuser',
  'createdb',
  'createrole',
  'replication',
  'bypassrls',
  'expired',
] as const;
const ATTRIBUTES =
  "LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS VALID UNTIL 'infinity'";

function roleQuestion(name: string): PsqlQuestion<RoleHave> {
  return {
    sql: `SELECT coalesce((SELECT to_json(r) FROM (
      SELECT rolcanlogin AS login, rolsuper AS superuser, rolcreatedb AS createdb,
        rolcreaterole AS createrole, rolreplication AS replication, rolbypassrls AS bypassrls,
        coalesce(rolvaliduntil < now(), false) AS expired, rolpassword AS verifier
      FROM pg_authid WHERE rolname = ${literal(name)}) r), 'null');`,
    read: (answer) => known(JSON.parse(answer) as RoleHave | null),
  };
}

/** The role exists, may log in and nothing else, and its password is the wanted one, kept as SCRAM-SHA-256. */
export function postgresRole({ name, password }: PostgresRole): Resource {
  return defineResource<RoleHave>({
    id: `postgres-role:${name}`,
    title: `PostgreSQL role ${name}`,
    probe: askPostgres(roleQuestion(name)),
    diff: (have) => (have === null ? creation(name) : roleChange(have, password)),
    apply: (change) => {
      const verb = change.action === 'create' ? 'CREATE' : 'ALTER';
      const secret = scramVerifier(password);
      return [
        psqlCommand(`${verb.toLowerCase()} role ${name}`, [
          `${verb} ROLE ${identifier(name)} WITH ${ATTRIBUTES} PASSWORD '${secret}';`,
        ]),
      ];
    },
  });
}

function creation(name: string): Change {
  return { action: 'create', summary: `role ${name} with a SCRAM-SHA-256 password` };
}

function roleChange(have: RoleHave, password: string): Change | null {
  const fields: FieldChange[] = FLAGS.flatMap((flag) => {
    const want = flag === 'login';
    return have[flag] === want ? [] : [{ field: flag, have: String(have[flag]), want: String(want) }];
  });
  if (!scramMatches(password, have.verifier ?? '')) {
    fields.push({ field: 'password', have: passwordState(have.verifier), want: 'as configured' });
  }
  if (fields.length === 0) return null;
  return { action: 'update', summary: `${fields.map(({ field }) => field).join(', ')} differ`, fields };
}

function passwordState(verifier: string | null): string {
  if (verifier === null) return 'none';
  return verifier.startsWith('SCRAM-SHA-256$') ? 'another' : 'not SCRAM-SHA-256';
}
