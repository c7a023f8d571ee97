import type { Command } from '../../host/command.js';
import { sh } from '../../host/shell.js';
import { REDIS_CONF } from '../../services/redis/config.js';
import { toPart } from './postgres.js';
import { TOOLS } from './tools.js';

export const REDIS_PART = 'redis/dump.rdb';

/**
 * Takes what a replica would get. The password is read on the host and travels in the environment, which only root
 * can read. What is in the file is counted by Redis's own reader of such files.
 */
export function redisCommand({ port, directory }: { port: number; directory: string }): Command {
  return {
    title: 'take a copy of what Redis holds',
    timeoutSeconds: 86_400,
    script: sh`
      ${TOOLS}
      ${toPart(directory, REDIS_PART)}
      REDISCLI_AUTH=$(sed -n 's/^requirepass "\(.*\)"$/\1/p' ${REDIS_CONF})
      export REDISCLI_AUTH
      from=$(instant)
      said=$(telling taking 0 size redis-cli --no-auth-warning -p ${port} --rdb "$part" 2>&1 </dev/null) || fail "$said"
      [ -s "$part" ] || fail "Redis sent nothing: $said"
      until=$(instant)
      checked=$(redis-check-rdb "$part" 2>&1) || fail "What Redis sent is no sound RDB file: $(tail -n 3 <<<"$checked")"
      seal "$part"
      sealed=yes
      say "keys $(sed -nE 's/.* ([0-9]+) keys read$/\1/p' <<<"$checked")"
      tell_part "$from" "$until"`,
  };
}

/** Keys in the RDB file; undefined where its reader did not say. Pure. */
export function readKeys(stdout: string): number | undefined {
  const [, keys] = /^keys (\d+)$/m.exec(stdout) ?? [];
  return keys === undefined ? undefined : Number(keys);
}
