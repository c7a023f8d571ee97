import type { SubTask, Task } from '../src/engine/task.js';
import { aptPackages } from '../src/resources/apt.js';
import { redisConf } from '../src/resources/redis-conf.js';
import { redisInclude } from '../src/resources/redis-include.js';
import { LOADING_SECONDS, redisReady } from '../src/resources/redis-ready.js';
import { redisRunning } from '../src/resources/redis-running.js';
import { service } from '../src/resources/service.js';

const server: SubTask = {
  id: '3.2.1',
  title: 'Redis with password, memory limit and persistence',
  criterion: 'Redis answers on loopback with the password only, its running settings are the configured ones',
  resources: ({ config: { redis } }) => {
    if (!redis.enabled) return [];
    const settings = {
      port: redis.port,
      password: redis.password,
      maxmemory: redis.maxmemory,
      policy: redis.maxmemory_policy,
      appendonly: redis.appendonly,
      save: redis.save,
    };
    // Running settings come before the restart: started straight into `appendonly yes`, Redis begins empty.
    return [
      aptPackages({ name: 'redis', packages: ['redis-server'] }),
      redisConf(settings),
      redisInclude(),
      redisRunning(settings),
      service({
        unit: 'redis-server.service',
        restartOn: ['/etc/redis/vdb.conf', '/etc/redis/redis.conf'],
        readyCheck: redisReady(redis.port),
        startTimeoutSeconds: LOADING_SECONDS,
      }),
    ];
  },
};

/** Task 3.2: the cache. */
export const redis: Task = {
  id: '3.2',
  title: 'Redis cache',
  description: 'Redis on loopback with a password, a memory limit and persistence.',
  dependsOn: ['0.2'],
  subtasks: [server],
  runs: ({ config: { redis } }) =>
    redis.enabled ? `Redis: 127.0.0.1:${redis.port}, at most ${redis.maxmemory}` : 'Redis: not configured',
};
