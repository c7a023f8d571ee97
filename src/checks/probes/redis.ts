import { known, type Observation, type ProbeKind } from '../../host/probe.js';
import { type Script, sh } from '../../host/shell.js';
import { REDIS_CONF } from '../../services/redis/config.js';

export interface RedisState {
  /** What it says to a PING without a password; null when nothing listens. */
  stranger: string | null;
  /** What it says to a PING with the password of its configuration. */
  friend: string | null;
  version: string | null;
  /** What INFO says; null when it said nothing, as to a stranger or while it loads. */
  info: RedisInfo | null;
}

export interface RedisInfo {
  /** Bytes. */
  usedMemory: number;
  /** Bytes; 0 is no limit. */
  maxMemory: number;
  /** What happens when the limit is reached: `noeviction` refuses writes. */
  policy: string;
  /** How the last snapshot ended. */
  snapshotOk: boolean;
  /** Null when writes are not logged. */
  log: { writeOk: boolean; rewriteOk: boolean } | null;
  /** When it takes snapshots, as `save` of the running server; empty when never, null when it does not tell. */
  saves: string | null;
  /** Whether it only copies another server, and so refuses writes. */
  isReplica: boolean;
  /** Replicas that it lacks, without which it refuses writes. */
  missingReplicas: number;
  /** Users who need no password. */
  openUsers: readonly string[];
}

/** Redis at each port, asked with and without its password. The value is null when it is not installed. */
export const redisState: ProbeKind<number, RedisState> = {
  name: 'redis-state',
  script: (ports) => sh`
    command -v redis-cli >/dev/null || { echo absent; exit 0; }
    REDISCLI_AUTH=$(sed -n 's/^requirepass "\(.*\)"$/\1/p' ${REDIS_CONF} 2>/dev/null)
    ${ports.map(question)}`,
  parse: (stdout, ports) => {
    if (stdout.startsWith('absent')) return ports.map(() => known<RedisState>(null));
    const answers = stdout.split(/^@port\n/m).slice(1);
    return ports.map((_, index) => stateOf(answers[index] ?? ''));
  },
};

/**
 * What it says to a stranger and to a friend, then of its configuration the lines that count, the names of users
 * without a password, and INFO. The password travels in the environment, which only root can read. An open server
 * refuses it.
 */
function question(port: number): Script {
  const cli = sh`timeout 5 redis-cli --no-auth-warning -p ${port}`;
  return sh`
    stranger=$(${cli} PING 2>&1 </dev/null | head -n 1)
    printf '@port\n%s\n' "$stranger"
    [ "$stranger" = PONG ] || export REDISCLI_AUTH
    printf '%s\n' "$(${cli} PING 2>&1 </dev/null | grep . | tail -n 1)"
    printf 'CONFIG GET save\nCONFIG GET min-replicas-to-write\nACL LIST\nINFO\n' | ${cli} 2>/dev/null | tr -d '\r' |
    awk -v wanted=${`^(${Object.values(INFO).join('|')}):`} '
    before == "save" { print "save:" $0 }
    before == "min-replicas-to-write" { print "min-replicas:" $0 }
    $1 == "user" && / on / && / nopass / { print "open:" $2 }
    $0 ~ wanted
    { before = $0 }'
    export -n REDISCLI_AUTH;`;
}

const INFO = {
  version: 'redis_version',
  usedMemory: 'used_memory',
  maxMemory: 'maxmemory',
  policy: 'maxmemory_policy',
  snapshot: 'rdb_last_bgsave_status',
  role: 'role',
  replicas: 'connected_slaves',
  log: 'aof_enabled',
  logWrite: 'aof_last_write_status',
  logRewrite: 'aof_last_bgrewrite_status',
} as const;

function stateOf(answer: string): Observation<RedisState> {
  const [stranger = '', friend = '', ...said] = answer.split('\n');
  if (stranger.startsWith('Could not connect'))
    return known({ stranger: null, friend: null, version: null, info: null });
  if (stranger === '') return { status: 'unknown', why: 'Redis did not answer within 5 s' };
  const pairs = said.map((line) => line.split(/:(.*)/s) as [string, string]);
  const values = new Map(pairs);
  const openUsers = pairs.flatMap(([key, name]) => (key === 'open' ? [name] : []));
  return known({
    stranger,
    friend: friend === '' ? null : friend,
    version: values.get(INFO.version) ?? null,
    info: values.has(INFO.version) ? infoOf(values, openUsers) : null,
  });
}

/** Throws where a line is missing or not as Redis writes it: half an answer is none. */
function infoOf(values: ReadonlyMap<string, string>, openUsers: readonly string[]): RedisInfo {
  const value = (key: keyof typeof INFO): string => values.get(INFO[key]) ?? '';
  const saves = values.get('save');
  const wanted = values.get('min-replicas') ?? '';
  if (!/^\d+$/.test(wanted)) throw new Error(`CONFIG says min-replicas-to-write ${wanted.slice(0, 40)}`);
  const amount = (key: keyof typeof INFO): number => Number(oneOf(key, /^\d+$/));
  const ok = (key: keyof typeof INFO): boolean => oneOf(key, /^(ok|err)$/) === 'ok';
  function oneOf(key: keyof typeof INFO, pattern: RegExp): string {
    if (pattern.test(value(key))) return value(key);
    throw new Error(`INFO says ${INFO[key]}:${value(key).slice(0, 40)}`);
  }
  return {
    usedMemory: amount('usedMemory'),
    maxMemory: amount('maxMemory'),
    policy: oneOf('policy', /^[a-z-]+$/),
    snapshotOk: ok('snapshot'),
    log: oneOf('log', /^[01]$/) === '1' ? { writeOk: ok('logWrite'), rewriteOk: ok('logRewrite') } : null,
    isReplica: oneOf('role', /^(master|slave)$/) === 'slave',
    missingReplicas: Math.max(0, Number(wanted) - amount('replicas')),
    openUsers,
    saves: saves !== undefined && /^(\d+ \d+( |$))*$/.test(saves) ? saves : null,
  };
}
