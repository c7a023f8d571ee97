import { type Change, defineResource, type Resource } from '../engine/resource.js';
import type { Command } from '../host/command.js';
import { ask, known, type Observation, type ProbeKind, pending } from '../host/probe.js';
import { sh } from '../host/shell.js';
import type { ExecResult } from '../host/transport.js';
import { literal, parsePsql, psqlProbe } from './postgres-psql.js';

export interface GatewayKeyOptions {
  /** Name of the key. */
  name: string;
  key: string;
  scopes: readonly string[];
  /** The file on the host with the key as a header: what is compared with the database. */
  header: string;
  database: string;
  /** Where citadel runs from, as whom, and with which environment file. */
  home: string;
  user: string;
  environment: string;
}

interface KeyQuestion {
  name: string;
  header: string;
  database: string;
}

/** The key that is in force under the name. */
interface KeyState {
  /** It is the configured one. */
  same: boolean;
  scopes: readonly string[];
  expires: boolean;
}

/**
 * The database keeps the SHA-256 of a key, so that is what is compared, on the host and by the shell itself: neither
 * the key nor its hash leaves the host or becomes an argument. One question a run: there is one key.
 */
const keyKind: ProbeKind<KeyQuestion, KeyState> = {
  name: 'gateway-key',
  script: ([question]) => {
    const { name, header, database } = question as KeyQuestion;
    return sh`
      digest=$(sed -n '1s/^[^:]*: //p' ${header} 2>/dev/null | tr -d '\n' | sha256sum)
      answer=$(${psqlProbe(keySql(name), { database })}) || exit 1
      printf '%s\n' "\${answer//"\${digest%% *}"/configured}"`;
  },
  parse: (stdout, args) => parsePsql(absentDatabase(stdout), args, (answer) => [stateOf(answer)]),
};

/** As long as there is no such database there is nothing to be asked in it. */
function absentDatabase(stdout: string): string {
  return /^refused .*database .* does not exist/.test(stdout) ? 'down\n' : stdout;
}

function keySql(name: string): string {
  return `SELECT to_regclass('api_keys') IS NULL AS missing \\gset
\\if :missing
\\echo missing
\\else
SELECT coalesce((SELECT json_build_object('digest', encode(digest, 'hex'), 'scopes', scopes, 'expires', expires_at IS NOT NULL)::text
FROM api_keys WHERE name = ${literal(name)} AND revoked_at IS NULL), 'none');
\\endif`;
}

function stateOf(answer: string): Observation<KeyState> {
  const text = answer.trim();
  if (text === 'missing') return pending("the tables of the gateway's database layer are not there yet");
  if (text === 'none') return known<KeyState>(null);
  const { digest, scopes, expires } = JSON.parse(text) as {
    digest: string;
    scopes: string[];
    expires: boolean;
  };
  return known({ same: digest === 'configured', scopes, expires });
}

/** The key of the configuration is in force in the gateway's database, with these scopes. */
export function gatewayKey(options: GatewayKeyOptions): Resource {
  const { name, header, database } = options;
  return defineResource<KeyState>({
    id: `gateway-key:${name}`,
    title: `API key ${name} of the gateway`,
    probe: ask(keyKind, { name, header, database }),
    diff: (have) => keyDiff(options, have),
    apply: () => [ensureKey(options)],
    predict: (changing) =>
      changing.has(`file:${header}`) ? { action: 'update', summary: 'the configured key changes' } : null,
    explain: explainKey,
  });
}

function keyDiff({ scopes }: GatewayKeyOptions, have: KeyState | null): Change | null {
  if (have === null) return { action: 'create', summary: `key with the scope ${scopes.join(', ')}` };
  const wrong = [
    ...(have.same ? [] : ['it is another key']),
    ...(scopes.every((scope) => have.scopes.includes(scope)) && have.scopes.length === scopes.length
      ? []
      : [`scopes ${have.scopes.join(', ')}, want ${scopes.join(', ')}`]),
    ...(have.expires ? ['it expires'] : []),
  ];
  return wrong.length === 0 ? null : { action: 'update', summary: wrong.join('; ') };
}

/**
 * The environment file is in the form of a shell, too; root reads it, as for a unit. The drivers of PostgreSQL look for
 * certificates in the home directory: root's is closed to them. The key travels on standard input.
 */
function ensureKey({ name, key, scopes, home, user, environment }: GatewayKeyOptions): Command {
  return {
    title: `put API key ${name} in force`,
    script: sh`set -a
      . ${environment}
      set +a
      export HOME=/nonexistent
      cd ${home} && exec setpriv --reuid=${user} --regid=${user} --clear-groups --no-new-privs \
      venv/bin/python -B -m citadel key ensure --name ${name} --scopes ${scopes.join(',')} --json`,
    stdin: `${key}\n`,
  };
}

/** citadel says what is wrong as JSON. */
function explainKey({ stdout, stderr }: ExecResult): { meaning: string; next: string } | null {
  const said = `${stdout}\n${stderr}`;
  const message = /"message": *"((?:[^"\\]|\\.)+)"/.exec(said)?.[1];
  if (message === undefined) return null;
  const refused = /"code": *"key_refused"/.test(said);
  return {
    meaning: `The database layer does not take the key: ${message}.`,
    next: refused
      ? 'Give gateway.api_key another value, then run the same command again.'
      : 'vdb provision --only 3.1,1.2',
  };
}
