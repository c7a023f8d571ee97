import { describe, expect, it } from 'vitest';
import { redisState } from '../../../../src/checks/probes/redis.js';

const NOAUTH = 'NOAUTH Authentication required.';
const INFO = [
  'save:3600 1 300 100',
  'min-replicas:2',
  'open:evil',
  'role:slave',
  'connected_slaves:1',
  'redis_version:8.0.2',
  'used_memory:835528',
  'maxmemory:67108864',
  'maxmemory_policy:allkeys-lru',
  'rdb_last_bgsave_status:ok',
  'aof_enabled:1',
  'aof_last_bgrewrite_status:ok',
  'aof_last_write_status:err',
];

const SEEN = {
  usedMemory: 835_528,
  maxMemory: 67_108_864,
  policy: 'allkeys-lru',
  snapshotOk: true,
  log: { writeOk: false, rewriteOk: true },
  saves: '3600 1 300 100',
  isReplica: true,
  missingReplicas: 1,
  openUsers: ['evil'],
};

function parsed(...lines: string[]) {
  return redisState.parse(`@port\n${lines.join('\n')}\n`, [6379])[0];
}

describe('redisState', () => {
  it('reads what a stranger gets, what a friend gets, and INFO', () => {
    expect(parsed(NOAUTH, 'PONG', ...INFO)).toEqual({
      status: 'known',
      value: { stranger: NOAUTH, friend: 'PONG', version: '8.0.2', info: SEEN },
    });
  });

  it('reads a server that logs no writes', () => {
    const lines = INFO.map((line) => line.replace('aof_enabled:1', 'aof_enabled:0'));
    expect(parsed(NOAUTH, 'PONG', ...lines)).toMatchObject({ value: { info: { log: null } } });
  });

  it.each([
    ['save:', ''],
    ['', null],
    ['save:ERR unknown command', null],
  ])('reads %j as saves %j', (line, saves) => {
    const lines = INFO.map((each) => (each.startsWith('save:') ? line : each));
    expect(parsed(NOAUTH, 'PONG', ...lines)).toMatchObject({ value: { info: { saves } } });
  });

  it('takes a refused INFO for none', () => {
    expect(parsed(NOAUTH, NOAUTH)).toEqual({
      status: 'known',
      value: { stranger: NOAUTH, friend: NOAUTH, version: null, info: null },
    });
  });

  it('tells a missing program and a closed port from silence', () => {
    expect(redisState.parse('absent\n', [6379])).toEqual([{ status: 'known', value: null }]);
    expect(parsed('Could not connect to Redis at 127.0.0.1:6379: Connection refused', '')).toEqual({
      status: 'known',
      value: { stranger: null, friend: null, version: null, info: null },
    });
    expect(parsed('', '')?.status).toBe('unknown');
    expect(redisState.parse('', [6379])[0]?.status).toBe('unknown');
  });

  it.each([
    ['maxmemory:67108864', ''],
    ['rdb_last_bgsave_status:ok', 'rdb_last_bgsave_status:vielleicht'],
    ['used_memory:835528', 'used_memory:-1'],
    ['aof_last_write_status:err', ''],
  ])('refuses an INFO with %j as %j', (line, instead) => {
    const lines = INFO.map((each) => (each === line ? instead : each)).filter((each) => each !== '');
    expect(() => parsed(NOAUTH, 'PONG', ...lines)).toThrow('INFO says');
  });
});
