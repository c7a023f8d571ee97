import { type Change, defineResource, type FieldChange, type Resource } from '../engine/resource.js';
import type { Command } from '../host/command.js';
import { ask, known, type Observation, type ProbeKind, pending } from '../host/probe.js';
import { type Script, sh } from '../host/shell.js';
import {
  plainPassword,
  REDIS_CONF,
  type RedisSettings,
  runningRedisValues,
} from '../services/redis/config.js';
import { redisRestart, waitForRedis } from './redis-ready.js';

interface RedisHave {
  /** It is loading its data, and says nothing else until it has. */
  loading: boolean;
  /** It answers without a password. */
  open: boolean;
  /** By name; null when the password of {@link REDIS_CONF} is not the running one. */
  values: Record<string, string> | null;
}

/** Sets REDISCLI_AUTH from the file on the host: the environment is root's to read, argv is everyone's. */
const AUTH = sh`REDISCLI_AUTH=$(sed -n 's/^requirepass "\(.*\)"$/\1/p' ${REDIS_CONF} 2>/dev/null)`;

const running: ProbeKind<{ port: number; names: readonly string[] }, RedisHave> = {
  name: 'redis-running',
  script: (args) => sh`
    command -v redis-cli >/dev/null || { echo absent; exit 0; }
    case $(systemctl is-active redis-server.service) in active|activating|reloading) ;; *) echo stopped; exit 0 ;; esac
    ${AUTH}
    ${args.map(({ port, names }) => question(port, names))}`,
  parse: (stdout, args) => {
    const lines = stdout.trimEnd().split('\n');
    if (lines[0] === 'absent') return args.map(() => pending('Redis is not installed yet'));
    if (lines[0] === 'stopped') return args.map(() => pending('Redis does not run yet'));
    return args.map((_, index) => observation(lines.slice(index * 2, index * 2 + 2)));
  },
};

/** Two lines: what it says to a stranger, and its settings. An open server would refuse the password. */
function question(port: number, names: readonly string[]): Script {
  return sh`
    greeting=$(redis-cli -p ${port} PING 2>&1 | head -n 1)
    printf '%s\n' "$greeting"
    [ "$greeting" = PONG ] || export REDISCLI_AUTH
    redis-cli -e --json -p ${port} CONFIG GET ${names} 2>&1 | tail -n 1
    export -n REDISCLI_AUTH;`;
}

function observation([greeting = '', answer = '']: string[]): Observation<RedisHave> {
  if (greeting.startsWith('Could not connect')) return pending('Redis does not answer yet');
  if (`${greeting}${answer}`.includes('LOADING')) return known({ loading: true, open: false, values: null });
  const open = greeting === 'PONG';
  if (!open && !greeting.startsWith('NOAUTH')) throw new Error(greeting.slice(0, 120));
  return known({ loading: false, open, values: valuesOf(answer) });
}

/** Anything but an answer or a refusal says nothing of the password: it must not cause a restart. */
function valuesOf(answer: string): Record<string, string> | null {
  if (answer.startsWith('{')) return JSON.parse(answer) as Record<string, string>;
  if (/^(NOAUTH|WRONGPASS)/.test(answer)) return null;
  throw new Error(answer.slice(0, 120));
}

const FOLLOWS: Change = { action: 'update', summary: 'set what the new configuration changes' };

/**
 * Redis runs with the wanted settings and turns away whoever has no password. Most settings change without a
 * restart; `appendonly` has to, because a restart into it would begin with an empty log instead of the data.
 */
export function redisRunning(settings: RedisSettings): Resource {
  const wanted = runningRedisValues(settings);
  const { port } = settings;
  return defineResource<RedisHave>({
    id: `redis-running:${port}`,
    title: `running settings of Redis on port ${port}`,
    probe: ask(running, { port, names: Object.keys(wanted) }),
    // A stopped Redis starts with its file, by the service that follows.
    diff: (have) => (have === null ? null : runningChange(have, wanted)),
    apply: (change) => commandsFor(change, settings),
    predict: (changing) => (changing.has(`file:${REDIS_CONF}`) ? FOLLOWS : null),
  });
}

function runningChange({ loading, open, values }: RedisHave, wanted: Record<string, string>): Change | null {
  if (loading)
    return { action: 'run', summary: 'wait until it has loaded its data', fields: everything(wanted) };
  if (values === null) return { action: 'restart', summary: 'it still has another password' };
  const fields: FieldChange[] = Object.entries(wanted)
    .filter(([name, want]) => values[name] !== want)
    .map(([name, want]) => ({ field: name, have: values[name] ?? '', want }));
  if (open) fields.push({ field: 'requirepass', have: 'none', want: 'as configured' });
  if (fields.length === 0) return null;
  return { action: 'update', summary: `${fields.map(({ field }) => field).join(', ')} differ`, fields };
}

/** While it loads, Redis does not say what differs: afterwards, all is set. */
function everything(wanted: Record<string, string>): FieldChange[] {
  const fields = Object.entries(wanted).map(([field, want]) => ({ field, have: 'not known yet', want }));
  return [...fields, { field: 'requirepass', have: 'not known yet', want: 'as configured' }];
}

function commandsFor(change: Change, settings: RedisSettings): Command[] {
  if (change.action === 'restart') return [redisRestart(settings.port)];
  if (change.action === 'run') return [waitForRedis(settings.port), configSet(change, settings)];
  return [configSet(change, settings)];
}

/**
 * One CONFIG SET with all settings is atomic. It travels on stdin because it may hold the password. Switched
 * on, the append-only file is written in the background; until that is done Redis refuses to stop, and does
 * not try again, so a restart in the meantime would hang.
 */
function configSet({ fields = [] }: Change, { port, password }: RedisSettings): Command {
  const pairs = fields.map(({ field, want }) =>
    field === 'requirepass' ? `requirepass "${plainPassword(password)}"` : `${field} "${want}"`,
  );
  return {
    title: `set ${fields.map(({ field }) => field).join(', ')} of Redis`,
    stdin: `CONFIG SET ${pairs.join(' ')}\n`,
    script: sh`
      ${AUTH}
      case "$(redis-cli -p ${port} PING 2>&1)" in NOAUTH*) export REDISCLI_AUTH;; esac
      answer=$(redis-cli -p ${port} 2>/dev/null | head -n 1)
      [ "$answer" = OK ] || { printf '%s\n' "$answer" >&2; exit 1; }
      export REDISCLI_AUTH
      while redis-cli -p ${port} INFO persistence 2>/dev/null | grep -qE '^aof_rewrite_(in_progress|scheduled):1'; do
        sleep 0.2
      done`,
    timeoutSeconds: 1800,
  };
}
