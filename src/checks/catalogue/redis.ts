import { ask, type Observation } from '../../host/probe.js';
import { type Check, type CheckContext, defineCheck, type Verdict } from '../check.js';
import { REDIS_UNIT } from '../place.js';
import { type RedisInfo, type RedisState, redisState } from '../probes/redis.js';
import { expect, fail, pass, skip, unknown, warn, whenKnown, whenThere } from '../verdict.js';

const shared = {
  group: 'redis',
  skip: ({ config }: CheckContext) => (config.redis.enabled ? undefined : 'redis.enabled is false'),
  probe: ({ config }: CheckContext) => ask(redisState, config.redis.port),
  inspect: () => `journalctl -u ${REDIS_UNIT} -n 50 --no-pager`,
} as const;

const ping = defineCheck({
  ...shared,
  id: 'redis.ping',
  severity: 'critical',
  title: 'Redis answers to its password',
  looksAt: 'a PING with the password of its configuration',
  why: 'Without the cache every request goes to the database, and rate limits are not counted.',
  judge: ([state], { config }) =>
    whenKnown(state, (value) => {
      if (value === null) return fail('Redis is not installed', 'PONG');
      if (value.stranger === null) return fail(`nothing listens on port ${config.redis.port}`, 'PONG');
      if (value.friend === null) return unknown('Redis did not answer within 5 s');
      return expect(value.friend === 'PONG', value.friend, 'PONG');
    }),
  remedy: 'Read the log of the unit, then start it, or restart it where it runs and does not answer.',
  fix: '3.2',
});

const auth = defineCheck({
  ...shared,
  id: 'redis.auth',
  severity: 'critical',
  title: 'Redis turns strangers away',
  looksAt: 'a PING without a password, and the users that need none',
  why: 'An open Redis lets any account on the host read and write, and more.',
  judge: ([state]) =>
    whenThere(state, 'Redis is not installed', ({ stranger, info }) => {
      if (stranger === null) return unknown('Redis does not answer');
      const [word] = stranger.split(' ');
      if (!stranger.startsWith('NOAUTH')) return fail(`a stranger gets ${word}`, 'NOAUTH');
      const open = info?.openUsers ?? [];
      if (open.length === 0) return pass(`a stranger gets ${word}`);
      return {
        ...fail(`without a password: ${open.join(', ')}`, 'a password for every user'),
        fix: undefined,
      };
    }),
  remedy:
    'Set the password again, now, or delete the user (ACL DELUSER): anyone on the host can read and write.',
  fix: '3.2',
});

const MIB = 1024 ** 2;

/** What INFO says, when it says something. */
function whenInformed(
  state: Observation<RedisState> | undefined,
  judge: (info: RedisInfo) => Verdict,
): Verdict {
  return whenThere(state, 'Redis is not installed', ({ stranger, info }) => {
    if (stranger === null) return unknown('Redis does not answer');
    return info === null ? unknown('Redis does not tell its state') : judge(info);
  });
}

const memory = defineCheck({
  ...shared,
  id: 'redis.memory',
  severity: 'error',
  title: 'Redis has a memory limit, and room below it',
  looksAt: 'used_memory, maxmemory and the policy of the running server',
  why: 'Without a limit the cache takes the memory of Qdrant. At the limit it evicts, or with noeviction refuses writes.',
  threshold: { default: 90, unit: '% of maxmemory' },
  judge: ([state], _, limit) => whenInformed(state, (info) => judgeMemory(info, limit)),
  remedy: 'Set redis.maxmemory to what the data needs, and find out what fills it: redis-cli --bigkeys.',
});

function judgeMemory({ usedMemory, maxMemory, policy }: RedisInfo, limit: number): Verdict {
  const expected = `less than ${limit} % of a limit`;
  if (maxMemory === 0) return { ...fail('no limit', expected), fix: '3.2' };
  const percent = Math.floor((100 * usedMemory) / maxMemory);
  const seen = `${Math.round(usedMemory / MIB)} of ${Math.round(maxMemory / MIB)} MiB (${percent} %), ${policy}`;
  if (percent < limit) return pass(seen);
  return policy === 'noeviction' ? fail(seen, expected) : warn(seen, expected);
}

const writable = defineCheck({
  ...shared,
  id: 'redis.writable',
  severity: 'critical',
  title: 'Redis takes writes',
  looksAt: 'its role, and whether it has the replicas without which it refuses writes',
  why: 'A replica, and a server that misses replicas, answers a PING and refuses every write.',
  judge: ([state]) =>
    whenInformed(state, ({ isReplica, missingReplicas }) => {
      if (isReplica) return fail('it is a replica of another server', 'a server of its own');
      const missing = `${missingReplicas} of the replicas that min-replicas-to-write asks for are missing`;
      return missingReplicas > 0 ? fail(missing, 'no replica is needed') : pass('a server of its own');
    }),
  remedy: 'Make it a server of its own: REPLICAOF NO ONE, and CONFIG SET min-replicas-to-write 0.',
});

const persistence = defineCheck({
  ...shared,
  id: 'redis.persistence',
  severity: 'error',
  title: 'Redis saves what it holds',
  looksAt:
    'whether it saves at all, how the last snapshot ended, and the last write and rewrite of the log of writes',
  why: 'After a failed save Redis refuses writes, and what it held since is lost at the next restart.',
  judge: ([state], { config }) => whenInformed(state, (info) => judgeSaves(info, config.redis)),
  remedy:
    'Read its log for the reason: space, memory for the fork, or the owner of /var/lib/redis. Then run BGSAVE, and BGREWRITEAOF.',
});

function judgeSaves(
  { snapshotOk, log, saves }: RedisInfo,
  want: Pick<CheckContext['config']['redis'], 'appendonly' | 'save'>,
): Verdict {
  const failed = [
    ...(snapshotOk ? [] : ['the last snapshot failed']),
    ...(log === null || log.writeOk ? [] : ['the last write to the log failed']),
    ...(log === null || log.rewriteOk ? [] : ['the last rewrite of the log failed']),
  ];
  if (failed.length > 0) return fail(failed.join(', '), 'saves that succeed');
  if (log !== null) return pass(saves === '' ? 'log of writes' : 'snapshot and log of writes');
  if (want.appendonly) {
    const seen = saves === '' ? 'nothing is ever saved' : 'writes are not logged';
    return { ...fail(seen, 'appendonly yes'), fix: '3.2' };
  }
  if (saves === null) return unknown('Redis does not tell when it saves');
  if (saves !== '') return pass('snapshot');
  if (want.save.length === 0) return skip('redis.appendonly and redis.save save nothing');
  return { ...fail('nothing is ever saved', `save ${want.save.join(' ')}`), fix: '3.2' };
}

export const redisChecks: readonly Check[] = [ping, auth, writable, memory, persistence];
