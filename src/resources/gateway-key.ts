import { type Change, defineResource, type Resource } from '../engine/resource.js';
import type { Command } from '../host/command.js';
import { ask, known, type Observation, type ProbeKind, pending } from '../host/probe.js';
import { sh } from '../host/shell.js';
import type { ExecResult } from '../host/transport.js';
import { type CitadelInRelease, releaseScript } from '../services/citadel/command.js';
import { keyFingerprint } from '../services/citadel/key.js';
import { literal, parsePsql, psqlProbe } from './postgres-psql.js';

export interface GatewayKeyOptions {
  /** Name of the key. */
  name: string;
  key: string;
  scopes: readonly string[];
  /** The file on the host with the key as a header: what is compared with the database. */
  header: string;
  database: string;
  /** What puts it in force. */
  release: CitadelInRelease;
}

interface KeyQuestion {
  name: string;
  header: string;
  database: string;
}

/** What the database has of the name and of the key in the file. */
interface KeyState {
  /** The key that is in force under the name; `same` where it is the one in the file. */
  current: { same: boolean; scopes: readonly string[]; expires: boolean } | null;
  /** The key in the file cannot be put in force: it was revoked, or is in force under another name. */
  taken: { name: string; revoked: boolean } | null;
  /** Fingerprint of the key in the file. */
  header: string;
}

/**
 * The database keeps the SHA-256 of a key, so that is what is compared, on the host and by the shell itself: neither
 * a key nor its hash leaves the host or becomes an argument. One question a run: there is one key.
 */
const keyKind: ProbeKind<KeyQuestion, KeyState> = {
  name: 'gateway-key',
  script: ([question]) => {
    const { name, header, database } = question as KeyQuestion;
    return sh`
      digest=$(sed -n '1s/^[^:]*: //p' ${header} 2>/dev/null | tr -d '\n' | sha256sum)
      answer=$(${psqlProbe(keySql(name), { database })}) || exit 1
      printf '%s\n' "\${answer//"\${digest%% *}"/configured}" | sed 's/"[0-9a-f]\{64\}"/"other"/g'
      printf '%.16s\n' "$digest"`;
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
SELECT json_build_object(
'current', (SELECT json_build_object('digest', encode(digest, 'hex'), 'scopes', scopes, 'expires', expires_at IS NOT NULL)
FROM api_keys WHERE name = ${literal(name)} AND revoked_at IS NULL),
'others', (SELECT json_agg(json_build_object('digest', encode(digest, 'hex'), 'name', name, 'revoked', revoked_at IS NOT NULL))
FROM api_keys WHERE name <> ${literal(name)} OR revoked_at IS NOT NULL))::text;
\\endif`;
}

interface Row {
  digest: string;
}

function stateOf(answer: string): Observation<KeyState> {
  const [text = '', header = ''] = answer.trim().split('\n');
  if (text === 'missing') return pending("the tables of the gateway's database layer are not there yet");
  const { current, others } = JSON.parse(text) as {
    current: (Row & { scopes: string[]; expires: boolean }) | null;
    others: (Row & { name: string; revoked: boolean })[] | null;
  };
  const taken = others?.find(isConfigured) ?? null;
  if (current === null && taken === null) return known<KeyState>(null);
  return known({ current: current && { ...current, same: isConfigured(current) }, taken, header });
}

function isConfigured({ digest }: Row): boolean {
  return digest === 'configured';
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

const ANOTHER = 'Give gateway.api_key another value, then run the same command again.';

/** What is known of a key in the file that is not that of the configuration says nothing of that one. */
function keyDiff({ key, scopes }: GatewayKeyOptions, have: KeyState | null): Change | null {
  const create: Change = { action: 'create', summary: `key with the scope ${scopes.join(', ')}` };
  if (have === null) return create;
  const { current, taken, header } = have;
  if (taken !== null && header === keyFingerprint(key)) {
    const why = `this key ${taken.revoked ? 'was revoked' : 'is in force'} (as ${taken.name})`;
    return { action: 'update', summary: why, refused: { why, next: ANOTHER } };
  }
  if (current === null) return create;
  const wrong = [
    ...(current.same ? [] : ['it is another key']),
    ...(scopes.every((scope) => current.scopes.includes(scope)) && current.scopes.length === scopes.length
      ? []
      : [`scopes ${current.scopes.join(', ')}, want ${scopes.join(', ')}`]),
    ...(current.expires ? ['it expires'] : []),
  ];
  return wrong.length === 0 ? null : { action: 'update', summary: wrong.join('; ') };
}

/** The key travels on standard input. */
function ensureKey({ name, key, scopes, release }: GatewayKeyOptions): Command {
  const args = ['key', 'ensure', '--name', name, '--scopes', scopes.join(',')];
  return {
    title: `put API key ${name} in force`,
    script: releaseScript(release, args),
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
    next: refused ? ANOTHER : 'vdb provision --only 3.1,1.2',
  };
}
