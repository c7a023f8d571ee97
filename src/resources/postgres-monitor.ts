import { type Change, defineResource, type FieldChange, type Resource } from '../engine/resource.js';
import { known } from '../host/probe.js';
import { askPostgres, identifier, literal, type PsqlQuestion, psqlCommand } from './postgres-psql.js';

interface MonitorHave {
  login: boolean;
  /** Any attribute beyond that of logging in. */
  privileged: boolean;
  password: boolean;
  /** The roles that it is a member of. */
  groups: readonly string[];
}

/** It sees the statistics of all databases, and none of their tables. */
const GROUP = 'pg_monitor';

function question(name: string): PsqlQuestion<MonitorHave> {
  return {
    sql: `SELECT coalesce((SELECT to_json(r) FROM (
      SELECT rolcanlogin AS login,
        rolsuper OR rolcreatedb OR rolcreaterole OR rolreplication OR rolbypassrls AS privileged,
        rolpassword IS NOT NULL AS password,
        (SELECT coalesce(json_agg(g.rolname ORDER BY g.rolname), '[]')
          FROM pg_auth_members m JOIN pg_roles g ON g.oid = m.roleid WHERE m.member = a.oid) AS groups
      FROM pg_authid a WHERE rolname = ${literal(name)}) r), 'null');`,
    read: (answer) => known(JSON.parse(answer) as MonitorHave | null),
  };
}

/**
 * A role that may look at statistics and at nothing else. It has no password: the account of its name comes in over the
 * local socket, and nobody else does.
 */
export function postgresMonitor({ name }: { name: string }): Resource {
  return defineResource<MonitorHave>({
    id: `postgres-monitor:${name}`,
    title: `PostgreSQL role ${name}`,
    probe: askPostgres(question(name)),
    diff: (have) => (have === null ? { action: 'create', summary: `role ${name} in ${GROUP}` } : diff(have)),
    apply: ({ action }, have) => {
      const role = identifier(name);
      const others = (have?.groups ?? []).filter((group) => group !== GROUP);
      return [
        psqlCommand(`${action} role ${name}`, [
          `${action === 'create' ? 'CREATE' : 'ALTER'} ROLE ${role} WITH LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS PASSWORD NULL;`,
          ...others.map((group) => `REVOKE ${identifier(group)} FROM ${role};`),
          `GRANT ${GROUP} TO ${role};`,
        ]),
      ];
    },
  });
}

function diff({ login, privileged, password, groups }: MonitorHave): Change | null {
  const wanted: [string, string, string][] = [
    ['login', String(login), 'true'],
    ['privileges', privileged ? 'more than to look' : 'none', 'none'],
    ['password', password ? 'one' : 'none', 'none'],
    ['member of', groups.join(', '), GROUP],
  ];
  const fields: FieldChange[] = wanted
    .filter(([, have, want]) => have !== want)
    .map(([field, have, want]) => ({ field, have, want }));
  if (fields.length === 0) return null;
  return { action: 'update', summary: `${fields.map(({ field }) => field).join(', ')} differ`, fields };
}
