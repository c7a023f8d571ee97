import { beforeAll, describe, expect, it } from 'vitest';
import type { Host } from '../../../src/host/host.js';
import { sh } from '../../../src/host/shell.js';
import { redisConf } from '../../../src/resources/redis-conf.js';
import { redisInclude } from '../../../src/resources/redis-include.js';
import { redisRunning } from '../../../src/resources/redis-running.js';
import type { RedisSettings } from '../../../src/services/redis/config.js';
import { converge, seen } from '../../support/converge.js';
import { CONTAINER, rootHost } from '../../support/root-host.js';

const container = CONTAINER;
if (container === undefined) console.info('skipped: VDB_TEST_CONTAINER names no container with Redis');

describe.skipIf(container === undefined)('Redis in a container', () => {
  const settings: RedisSettings = {
    port: 6379,
    password: `first-${Math.random().toString(36).slice(2)}`,
    maxmemory: '64mb',
    policy: 'allkeys-lru',
    appendonly: true,
    save: ['3600 1', '300 100'],
  };
  let host: Host;

  const restart = () => host.run({ title: 'restart', script: sh`systemctl restart redis-server` });

  beforeAll(async () => {
    host = await rootHost();
    await host.run({
      title: 'a Redis as the package leaves it, with a key',
      script: sh`
        sed -i '/^include/d' /etc/redis/redis.conf
        rm -f /etc/redis/vdb.conf
        systemctl stop redis-server
        rm -rf /var/lib/redis/*
        systemctl start redis-server
        redis-cli SET kept yes`,
    });
  });

  it('takes over a running server without losing its data', async () => {
    await converge(host, redisConf(settings));
    expect(await converge(host, redisInclude())).toMatchObject({ action: 'update' });
    const change = await converge(host, redisRunning(settings));
    expect(change?.fields?.map(({ field }) => field)).toContain('requirepass');
    await restart();
    const kept = await host.read(sh`read -r REDISCLI_AUTH; export REDISCLI_AUTH; redis-cli GET kept`, {
      stdin: `${settings.password}\n`,
    });
    expect(kept.stdout).toBe('yes\n');
  });

  it('finds nothing left to do', async () => {
    for (const resource of [redisConf(settings), redisInclude(), redisRunning(settings)]) {
      expect(await converge(host, resource)).toBeNull();
    }
  });

  it('turns strangers away', async () => {
    expect((await host.read(sh`redis-cli PING`)).stdout).toContain('NOAUTH');
  });

  it('restarts a server that still has the old password', async () => {
    const renewed = { ...settings, password: `second-${Math.random().toString(36).slice(2)}` };
    await converge(host, redisConf(renewed));
    expect(await converge(host, redisRunning(renewed))).toMatchObject({ action: 'restart' });
  });

  it('puts the include back to the end of the file', async () => {
    await host.run({ title: 'drift', script: sh`echo 'maxmemory 1gb' >> /etc/redis/redis.conf` });
    expect(await converge(host, redisInclude())).toMatchObject({ action: 'update' });
    const lines = await host.read(
      sh`grep -c '^include' /etc/redis/redis.conf; stat -c '%U:%G %a' /etc/redis/redis.conf`,
    );
    expect(lines.stdout).toBe('1\nredis:redis 640\n');
  });

  it('does not take a stopped server for a configured one', async () => {
    await host.run({ title: 'stop', script: sh`systemctl stop redis-server` });
    await expect(seen(host, redisRunning(settings))).rejects.toThrow('pending');
    await host.run({ title: 'start', script: sh`systemctl start redis-server` });
  });
});
