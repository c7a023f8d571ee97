import { describe, expect, it } from 'vitest';
import type { RedisInfo } from '../../../../src/checks/probes/redis.js';
import { known } from '../../../../src/host/probe.js';
import { ABSENT, contextOf, judged } from '../support.js';

const INFO: RedisInfo = {
  usedMemory: 50 * 1024 ** 2,
  maxMemory: 100 * 1024 ** 2,
  policy: 'allkeys-lru',
  snapshotOk: true,
  log: { writeOk: true, rewriteOk: true },
  saves: '3600 1',
  isReplica: false,
  missingReplicas: 0,
  openUsers: [],
};

function redis(changes: Partial<RedisInfo> = {}) {
  return known({ stranger: 'NOAUTH', friend: 'PONG', version: '8', info: { ...INFO, ...changes } });
}

const DOWN = known({ stranger: null, friend: null, version: null, info: null });
const MUTE = known({ stranger: 'NOAUTH', friend: 'NOAUTH', version: null, info: null });
const nearly = 90 * 1024 ** 2;

describe('redis.writable', () => {
  it.each([
    ['pass', {}, 'a server of its own'],
    ['fail', { isReplica: true }, 'it is a replica of another server'],
    ['fail', { missingReplicas: 1 }, '1 of the replicas that min-replicas-to-write asks for are missing'],
  ] as const)('is a %s with %j', (status, changes, seen) => {
    expect(judged('redis.writable', [redis(changes)])).toMatchObject({ status, seen });
  });

  it('is unknown where Redis is down or tells nothing', () => {
    expect(judged('redis.writable', [DOWN]).status).toBe('unknown');
    expect(judged('redis.writable', [MUTE]).status).toBe('unknown');
  });
});

it('redis.auth names users who need no password, which no task takes away', () => {
  const found = judged('redis.auth', [redis({ openUsers: ['evil'] })]);
  expect(found).toMatchObject({ status: 'fail', seen: 'without a password: evil' });
  expect(found.fix).toBeUndefined();
});

describe('redis.memory', () => {
  it.each([
    ['pass', { usedMemory: nearly - 1 }, '90 of 100 MiB (89 %), allkeys-lru'],
    ['warn', { usedMemory: nearly }, '90 of 100 MiB (90 %), allkeys-lru'],
    ['fail', { usedMemory: nearly, policy: 'noeviction' }, '90 of 100 MiB (90 %), noeviction'],
    ['fail', { maxMemory: 0 }, 'no limit'],
  ] as const)('is a %s with %j', (status, changes, seen) => {
    expect(judged('redis.memory', [redis(changes)])).toMatchObject({ status, seen });
  });

  it('is repaired by its task only where the limit is missing', () => {
    expect(judged('redis.memory', [redis({ maxMemory: 0 })]).fix).toBe('3.2');
    expect(judged('redis.memory', [redis({ usedMemory: nearly })]).fix).toBeUndefined();
  });
});

describe('redis.persistence', () => {
  it.each([
    ['pass', {}, 'snapshot and log of writes'],
    ['fail', { snapshotOk: false }, 'the last snapshot failed'],
    ['fail', { log: { writeOk: false, rewriteOk: true } }, 'the last write to the log failed'],
    ['fail', { log: { writeOk: true, rewriteOk: false } }, 'the last rewrite of the log failed'],
    ['fail', { log: null }, 'writes are not logged'],
    ['fail', { log: null, saves: '' }, 'nothing is ever saved'],
    ['pass', { saves: '' }, 'log of writes'],
  ] as const)('is a %s with %j', (status, changes, seen) => {
    expect(judged('redis.persistence', [redis(changes)])).toMatchObject({ status, seen });
  });

  it('asks for no log that is not configured', () => {
    const { password } = contextOf().config.redis;
    const context = contextOf({ redis: { password, appendonly: false } });
    expect(judged('redis.persistence', [redis({ log: null })], context).status).toBe('pass');
  });

  it.each([
    ['fail', '', ['3600 1'], 'nothing is ever saved'],
    ['skip', '', [], 'redis.appendonly and redis.save save nothing'],
    ['unknown', null, ['3600 1'], 'Redis does not tell when it saves'],
  ] as const)('without a log is a %s with save %j where %j is configured', (status, saves, save, seen) => {
    const { password } = contextOf().config.redis;
    const context = contextOf({ redis: { password, appendonly: false, save } });
    expect(judged('redis.persistence', [redis({ log: null, saves })], context)).toMatchObject({
      status,
      seen,
    });
  });
});

describe.each(['redis.memory', 'redis.persistence'])('%s', (id) => {
  it.each([
    ['Redis is not installed', ABSENT],
    ['Redis does not answer', DOWN],
    ['Redis does not tell its state', MUTE],
  ])('is unknown where %s', (seen, observation) => {
    expect(judged(id, [observation])).toMatchObject({ status: 'unknown', seen });
  });
});
