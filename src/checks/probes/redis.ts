import { known, type Observation, type ProbeKind } from '../../host/probe.js';
import { type Script, sh } from '../../host/shell.js';
import { REDIS_CONF } from '../../services/redis/config.js';

export interface RedisState {
  /** What it says to a PING without a password; null when nothing listens. */
  stranger: string | null;
  /** What it says to a PING with the password of its configuration. */
  friend: string | null;
  version: string | null;
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
    const lines = stdout.trimEnd().split('\n');
    return ports.map((_, index) => stateOf(lines.slice(index * 3, index * 3 + 3)));
  },
};

/** Three lines. The password travels in the environment, which only root can read. An open server refuses it. */
function question(port: number): Script {
  const cli = sh`timeout 5 redis-cli --no-auth-warning -p ${port}`;
  return sh`
    stranger=$(${cli} PING 2>&1 </dev/null | head -n 1)
    printf '%s\n' "$stranger"
    [ "$stranger" = PONG ] || export REDISCLI_AUTH
    ${cli} PING 2>&1 </dev/null | tail -n 1
    printf '%s\n' "$(${cli} INFO server 2>/dev/null </dev/null | sed -n 's/^redis_version:\([0-9.]*\).*/\1/p')"
    export -n REDISCLI_AUTH;`;
}

function stateOf([stranger = '', friend = '', version = '']: string[]): Observation<RedisState> {
  if (stranger.startsWith('Could not connect')) return known({ stranger: null, friend: null, version: null });
  if (stranger === '') return { status: 'unknown', why: 'Redis did not answer within 5 s' };
  return known({ stranger, friend: friend === '' ? null : friend, version: version === '' ? null : version });
}
