import type { Config } from '../config/schema.js';
import { parseSize } from '../config/units.js';
import { POSTGRES_SHARE } from '../services/postgres/tune.js';
import { redisBytes } from '../services/redis/config.js';

/** One service that the memory of the host is planned for. */
export interface MemoryShare {
  name: string;
  bytes: number;
}

/** What the configuration plans the memory of the host for, Qdrant first. `memory` is the host's in bytes. Pure. */
export function memoryPlan(config: Config, memory: number): MemoryShare[] {
  return [{ name: 'Qdrant', bytes: parseSize(config.qdrant.memory) ?? 0 }, ...otherShares(config, memory)];
}

/** What it plans for everything but Qdrant. Pure. */
export function otherShares({ postgres, redis, gateway }: Config, memory: number): MemoryShare[] {
  return [
    ...(redis.enabled ? [{ name: 'Redis', bytes: redisBytes(redis.maxmemory) }] : []),
    ...(postgres.enabled ? [{ name: 'PostgreSQL', bytes: memory * POSTGRES_SHARE }] : []),
    ...(gateway.enabled ? [{ name: 'the gateway', bytes: parseSize(gateway.memory) ?? 0 }] : []),
  ];
}

/** What is left to Qdrant of the memory of a host, in bytes. Pure. */
export function memoryLeft(config: Config, memory: number): number {
  const others = otherShares(config, memory).reduce((sum, { bytes }) => sum + bytes, 0);
  return Math.max(0, memory - others);
}
