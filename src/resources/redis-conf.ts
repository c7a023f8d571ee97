import type { Resource } from '../engine/resource.js';
import { REDIS_CONF, type RedisSettings, renderRedisConf } from '../services/redis/config.js';
import { file } from './file.js';

/** vdb's settings of Redis, password included, readable by Redis alone. */
export function redisConf(settings: RedisSettings): Resource {
  return file({
    path: REDIS_CONF,
    content: renderRedisConf(settings),
    owner: 'root:redis',
    mode: '0640',
    secret: true,
  });
}
