import { dirname } from 'node:path';
import type { Config } from '../../config/schema.js';
import type { Command } from '../../host/command.js';
import type { Host } from '../../host/host.js';
import { sh } from '../../host/shell.js';
import { mainRedis, SCRATCH_REDIS } from './redis-scratch.js';

const SYNC_SECONDS = 1800;
/** Keys that end by themselves do so in one Redis first: the two are compared until they are at the same place. */
const EQUAL_SECONDS = 30;

/** An RDB file of a set, and where that of what is there now goes. */
export interface RedisRequest {
  /** Path of the RDB file on the host, which root alone may read. */
  rdb: string;
  /** Keys in it, as the manifest has them. */
  keys?: number;
  /** Path on the host for an RDB file of what was there. */
  keep: string;
}

/** What was brought back. */
export interface RestoredRedis {
  keys: number;
  /** Keys of the set whose time was over. */
  expired: number;
  durationMs: number;
}

/**
 * Brings an RDB file into the running Redis, which does not restart and keeps its append-only file: another Redis loads
 * it, and that of the host copies this one until both hold the same. What was there is kept as an RDB file, and comes
 * back when anything fails on the way. Between the two, clients read the old content, and their writes are refused.
 */
export async function restoreRedis(
  host: Host,
  config: Pick<Config, 'redis'>,
  request: RedisRequest,
): Promise<RestoredRedis> {
  const { stdout, durationMs } = await host.run(redisCommand(config, request));
  return { ...readLoaded(stdout), durationMs };
}

/** Loads an RDB file into a Redis of its own and says what is in it: nothing else is touched. */
export async function tryRedis(host: Host, rdb: string): Promise<RestoredRedis> {
  const { stdout, durationMs } = await host.run({
    title: 'load the RDB file into a scratch Redis',
    timeoutSeconds: SYNC_SECONDS,
    script: sh`
      set -euo pipefail
      trap '' PIPE
      ${SCRATCH_REDIS}
      trap scratch_stop EXIT
      scratch_start ${rdb}
      echo "loaded $(scratch_keys) $(scratch_expired)"`,
  });
  return { ...readLoaded(stdout), durationMs };
}

/** Whether those keys are all of the set's: some may have ended since by themselves. Pure. */
export function holdsKeys({ keys, expired }: Pick<RestoredRedis, 'keys' | 'expired'>, want: number): boolean {
  return keys + expired === want;
}

/** Reads `loaded KEYS EXPIRED`. Pure. */
export function readLoaded(stdout: string): { keys: number; expired: number } {
  const [, keys, expired] = /^loaded (\d+) (\d+)$/m.exec(stdout) ?? [];
  if (keys === undefined) throw new Error(`Redis did not say what it loaded: ${stdout.slice(0, 120)}`);
  return { keys: Number(keys), expired: Number(expired) };
}

/** Pure. */
export function redisCommand({ redis }: Pick<Config, 'redis'>, { rdb, keys, keep }: RedisRequest): Command {
  return {
    title: 'bring the RDB file into the running Redis',
    timeoutSeconds: 4 * SYNC_SECONDS,
    script: sh`
      set -euo pipefail
      umask 077
      trap '' PIPE
      ${mainRedis(redis.port)}
      ${SCRATCH_REDIS}
      [ "$(main_info replication role)" = master ] || { echo 'Redis copies another server already' >&2; exit 1; }
      [ ! -e ${keep} ] || { echo ${`${keep} is there already`} >&2; exit 1; }
      databases=$(main_cli CONFIG GET databases | tail -n 1)
      copy_scratch() {
      printf 'CONFIG SET masterauth %s\nREPLICAOF 127.0.0.1 %s\n' "$scratch_password" "$scratch_port" | main_cli >/dev/null
      local end=$((SECONDS + ${SYNC_SECONDS}))
      until [ "$(main_info replication master_link_status) $(main_info replication master_sync_in_progress)" = 'up 0' ]; do
      [ "$SECONDS" -lt "$end" ] || { echo 'Redis did not copy the content in time' >&2; return 1; }
      sleep 0.2
      done
      local want have
      end=$((SECONDS + ${EQUAL_SECONDS}))
      until want=$(content scratch master_repl_offset) && have=$(content main slave_repl_offset) && [ "$want" = "$have" ]; do
      [ "$SECONDS" -lt "$end" ] || { printf 'Redis has %s and not %s\n' "$have" "$want" | tr '\n' ' ' >&2; return 1; }
      sleep 0.1
      done
      }
      content() {
      "\${1}_cli" INFO replication | tr -d '\r' | grep "^$2:" | sed 's/.*:/at /'
      "\${1}_cli" INFO keyspace | tr -d '\r' | grep -o '^db[0-9]*:keys=[0-9]*' || true
      }
      alone() {
      printf 'REPLICAOF NO ONE\nCONFIG SET masterauth ""\n' | main_cli >/dev/null
      while main_cli INFO persistence | grep -qE '^aof_rewrite_(in_progress|scheduled):1'; do sleep 0.2; done
      [ "$(main_info persistence aof_enabled)" = 0 ] || [ "$(main_info persistence aof_last_bgrewrite_status)" = ok ]
      }
      touched=
      finish() {
      local code=$?
      trap - EXIT
      if [ -n "$touched" ] && [ "$code" != 0 ]; then
      scratch_start ${keep} "$databases" && copy_scratch && alone && echo 'what was there is back' >&2 ||
      { alone || true; echo ${`what was there is not back: it is ${keep}`} >&2; }
      fi
      scratch_stop
      exit "$code"
      }
      trap finish EXIT
      scratch_start ${rdb} "$databases"
      loaded=$(scratch_keys) expired=$(scratch_expired)
      ${keys === undefined ? sh`:` : sh`[ $((loaded + expired)) = ${keys} ] || { echo "the RDB file holds $((loaded + expired)) keys, in the set "${keys} >&2; exit 1; }`}
      mkdir -p ${dirname(keep)}
      main_cli --rdb ${`${keep}.part`} >&2
      sync ${`${keep}.part`}
      mv -fT ${`${keep}.part`} ${keep}
      touched=yes
      copy_scratch
      alone
      echo "loaded $loaded $expired"`,
  };
}
