import { type Config, configSchema } from '../../src/config/schema.js';

/** A valid configuration: the schema's defaults under `overrides`, which replace whole sections. */
export function testConfig(overrides: Record<string, unknown> = {}): Config {
  return configSchema.parse({
    version: 1,
    hosts: [{ name: 'db', address: '127.0.0.1' }],
    qdrant: QDRANT,
    postgres: { password: 'v8Lr2Wn5Yc1Xq' },
    redis: { password: 'e4Tg9Ub3Mz7Ks' },
    collections: {},
    gateway: { api_key: 'mT6wQn3xVb8zKd1r' },
    models: {},
    networking: {},
    ...overrides,
  });
}

/** The keys without which the section `qdrant` is not valid. */
export const QDRANT = { api_key: 'Zk3vTq8sXw1mBn6cLd9f', read_only_api_key: 'pR7yHu2jKo5iGe4aSt0q' };
