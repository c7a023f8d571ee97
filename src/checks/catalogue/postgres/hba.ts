import { defineCheck, type Verdict } from '../../check.js';
import type { HbaRule, PostgresHealth } from '../../probes/postgres-health.js';
import { fail, pass, whenThere } from '../../verdict.js';
import { asked } from './health.js';

const OVER_TCP = ['scram-sha-256', 'cert', 'reject'];
const OVER_SOCKET = ['peer', 'scram-sha-256', 'reject'];
const EXPECTED = 'SCRAM or certificates over the network, peer on the socket';

/** Who may log in, and how they prove who they are. */
export const hba = defineCheck<PostgresHealth>({
  ...asked,
  id: 'postgres.hba',
  severity: 'critical',
  title: 'Nobody logs in without proof',
  looksAt: 'every line of pg_hba.conf, whether it is loaded, and how the passwords of all roles are kept',
  why: 'With trust anyone who reaches the port is in; md5 and plain passwords can be read or replayed.',
  judge: ([health]) => whenThere(health, 'PostgreSQL is not installed', judgeAccess),
  remedy:
    'Provision pg_hba.conf again; give other roles a new password while password_encryption is scram-sha-256.',
  inspect: ({ config: { postgres } }) =>
    `runuser -u postgres -- psql -p ${postgres.port} -c 'SELECT * FROM pg_hba_file_rules'`,
});

function judgeAccess({ hba: { rules, stale }, weakRoles }: PostgresHealth): Verdict {
  const inFile = [
    ...rules.flatMap(findingOf),
    ...(stale ? ['pg_hba.conf is newer than what PostgreSQL has loaded'] : []),
    ...(rules.length === 0 ? ['pg_hba.conf lets nobody in'] : []),
  ];
  const findings = [...inFile, ...weakRoles.map((role) => `the password of ${role} is not kept as SCRAM`)];
  const [first] = findings;
  if (first === undefined) return pass(`${rules.length} rules`);
  const verdict = fail(
    findings.length === 1 ? first : `${findings.length} findings`,
    EXPECTED,
    findings.length === 1 ? undefined : findings,
  );
  return inFile.length === 0 ? verdict : { ...verdict, fix: '3.1' };
}

function findingOf({ line, type, database, user, address, method, error }: HbaRule): string[] {
  if (error !== null) return [`line ${line}: ${error}`];
  const allowed = type === 'local' ? OVER_SOCKET : OVER_TCP;
  if (method !== null && allowed.includes(method)) return [];
  const from = type === 'local' ? 'the socket' : (address ?? 'anywhere');
  return [`line ${line}: ${method} for ${user?.join(',')} from ${from} to ${database?.join(',')}`];
}
