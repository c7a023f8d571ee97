import { ask } from '../../host/probe.js';
import { type Check, type CheckContext, defineCheck } from '../check.js';
import { REDIS_UNIT } from '../place.js';
import { redisState } from '../probes/redis.js';
import { expect, fail, unknown, whenKnown, whenThere } from '../verdict.js';

const shared = {
  group: 'redis',
  skip: ({ config }: CheckContext) => (config.redis.enabled ? undefined : 'redis.enabled is false'),
  probe: ({ config }: CheckContext) => ask(redisState, config.redis.port),
  inspect: () => `journalctl -u ${REDIS_UNIT} -n 50 --no-pager`,
  fix: '3.2',
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
  remedy: 'Read the log of the unit, then start it again.',
});

const auth = defineCheck({
  ...shared,
  id: 'redis.auth',
  severity: 'critical',
  title: 'Redis turns strangers away',
  looksAt: 'a PING without a password',
  why: 'An open Redis lets any account on the host read and write, and more.',
  judge: ([state]) =>
    whenThere(state, 'Redis is not installed', ({ stranger }) =>
      stranger === null
        ? unknown('Redis does not answer')
        : expect(stranger.startsWith('NOAUTH'), `a stranger gets ${stranger.split(' ')[0]}`, 'NOAUTH'),
    ),
  remedy: 'Set the password again, now: anyone on the host can read and write.',
});

export const redisChecks: readonly Check[] = [ping, auth];
