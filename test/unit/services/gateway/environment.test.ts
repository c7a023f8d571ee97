import { spawnSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import { setBy } from '../../../../src/config/gateway-environment.js';
import { schemasAt } from '../../../../src/config/keys.js';
import type { Config } from '../../../../src/config/schema.js';
import { renderGatewayEnvironment } from '../../../../src/services/gateway/environment.js';
import { gatewayInstances, workersOf } from '../../../../src/services/gateway/instances.js';
import { QDRANT, testConfig } from '../../../support/config.js';

const KEY = 'g4tEw9yKq2Lm8Zx1';
const gateway = (more: object = {}) => ({ enabled: true, api_key: KEY, ...more });

/** The variables as a shell has them that sourced the file. */
function variables(config: Config, index = 0, cpus = 4): Record<string, string> {
  const instance = gatewayInstances(config)[index];
  if (instance === undefined) throw new Error('no such instance');
  const text = renderGatewayEnvironment(config, instance, {
    cpus,
    release: 'gateway-1-abc',
    app: 'gateway.asgi:app',
  });
  const { stdout } = spawnSync('sh', ['-c', `set -a; ${text}\nenv -0`], {
    env: { PATH: process.env.PATH },
    encoding: 'utf8',
  });
  return Object.fromEntries(
    stdout.split('\0').flatMap((line) => {
      const at = line.indexOf('=');
      return at < 0 ? [] : [[line.slice(0, at), line.slice(at + 1)]];
    }),
  );
}

describe('the environment of an instance', () => {
  test('has its own ports and the active slot of Qdrant', () => {
    const config = testConfig({ gateway: gateway(), qdrant: { ...QDRANT, active_slot: 'green' } });
    expect(variables(config, 1)).toMatchObject({
      GATEWAY_HOST: '127.0.0.1',
      GATEWAY_PORT: '8002',
      GRPC_PORT: '8102',
      QDRANT_URL: 'http://127.0.0.1:6330',
      QDRANT_API_KEY: QDRANT.api_key,
      RELEASE: 'gateway-1-abc',
      GATEWAY_APP: 'gateway.asgi:app',
    });
  });

  test('has the slot of Qdrant that serves where there is no edge', () => {
    const networking = { load_balancer: false };
    const qdrant = { ...QDRANT, active_slot: 'green' };
    const { QDRANT_URL } = variables(testConfig({ gateway: gateway(), qdrant, networking }));
    expect(QDRANT_URL).toBe('http://127.0.0.1:6343');
  });

  test('has every limit of the configuration', () => {
    const limits = {
      ...{ max_title_length: 1, max_chunks_per_document: 2, max_text_length: 3, max_query_length: 4 },
      ...{ max_results_k: 5, max_body_size: '1MiB' },
    };
    const rate_limit = {
      enabled: true,
      default: '1/second',
      search: '2/hour',
      write: '3/day',
      fail_open: false,
    };
    expect(variables(testConfig({ gateway: gateway({ limits, rate_limit }) }))).toMatchObject({
      ...{ MAX_TITLE_LENGTH: '1', MAX_CHUNKS_PER_DOCUMENT: '2', MAX_TEXT_LENGTH: '3', MAX_QUERY_LENGTH: '4' },
      ...{ MAX_RESULTS_K: '5', MAX_BODY_BYTES: '1048576' },
      ...{ RATE_LIMIT_ENABLED: 'true', RATE_LIMIT_DEFAULT: '1/second', RATE_LIMIT_SEARCH: '2/hour' },
      ...{ RATE_LIMIT_WRITE: '3/day', RATE_LIMIT_FAIL_OPEN: 'false' },
    });
  });

  test('gives the workers of a replica its pool together, never more', () => {
    const pool = { size: 20, max_overflow: 30, timeout_seconds: 7 };
    const config = testConfig({
      gateway: gateway({ workers: 8 }),
      postgres: { password: 'v8Lr2Wn5Yc1Xq', pool },
    });
    expect(variables(config)).toMatchObject({
      ...{ GUNICORN_WORKERS: '8', POSTGRES_POOL_SIZE: '2', POSTGRES_MAX_OVERFLOW: '3' },
      ...{ POSTGRES_POOL_TIMEOUT: '7', POSTGRES_PASSWORD: 'v8Lr2Wn5Yc1Xq' },
      POSTGRES_STATEMENT_TIMEOUT_MS: '30000',
    });
  });

  test('trusts a forwarded address from this host alone, and lets in who may use the edge', () => {
    const firewall = { enabled: true, allow: ['10.1.0.0/16'] };
    const open = testConfig({ gateway: gateway(), security: { firewall: { enabled: false } } });
    expect(variables(testConfig({ gateway: gateway(), security: { firewall } }))).toMatchObject({
      TRUSTED_PROXIES: '127.0.0.1/32,::1/128',
      IP_ALLOWLIST: '127.0.0.0/8,::1/128,10.1.0.0/16',
    });
    expect(variables(open).IP_ALLOWLIST).toBe('');
  });

  test('keeps every character of a secret, and runs nothing', () => {
    const password = 'a$(echo x)`echo y`"#; $HOME \\n\'b%c';
    const config = testConfig({ gateway: gateway(), redis: { password } });
    expect(variables(config).REDIS_PASSWORD).toBe(password);
  });

  test('has further settings and secrets as they are given', () => {
    const more = { environment: { DOCS_ENABLED: true, NOTE: 'a "b" $c' }, secrets: { TOKEN: 'x$(echo)y' } };
    expect(variables(testConfig({ gateway: gateway(more) }))).toMatchObject({
      ...{ DOCS_ENABLED: 'true', NOTE: 'a "b" $c', TOKEN: 'x$(echo)y' },
    });
  });

  test('sets nothing that could be set by its name too', () => {
    const own = gateway({
      artifact: { from: 'directory', path: '/srv/gateway' },
      embedding: { api_key: KEY },
    });
    const instance = gatewayInstances(testConfig({ gateway: own }))[0];
    if (instance === undefined) throw new Error('no instance');
    const text = renderGatewayEnvironment(testConfig({ gateway: own }), instance, {
      ...{ cpus: 4, release: 'r', app: 'a:b' },
    });
    const names = [...text.matchAll(/^([A-Z_]+)=/gm)].map(([, name = '']) => name);
    expect(names.length).toBeGreaterThan(40);
    for (const name of names) {
      const [, path = ''] = /^is what (\S+) sets/.exec(setBy(name) ?? '') ?? [];
      expect(schemasAt(path.split('.')), `${name}: ${path}`).not.toEqual([]);
    }
  });

  test('keeps results where the cache is on, and as long as is said', () => {
    const cache = { enabled: false, ttl_seconds: 9 };
    expect(variables(testConfig({ gateway: gateway({ cache }) }))).toMatchObject({
      ...{ CACHE_ENABLED: 'false', CACHE_TTL_SECONDS: '9' },
    });
  });

  test('has the models as JSON', () => {
    const models = { 'm-1': { url: 'http://m:1/e?a="b"', timeout_seconds: 0.5, collection: 'c' } };
    expect(JSON.parse(variables(testConfig({ gateway: gateway(), models })).MODELS ?? '')).toEqual(models);
  });

  test('has no key that the database is to hold, unless the gateway is of their own', () => {
    const own = { from: 'directory', path: '/srv/gateway' };
    expect(JSON.stringify(variables(testConfig({ gateway: gateway() })))).not.toContain(KEY);
    expect(variables(testConfig({ gateway: gateway({ artifact: own }) })).API_KEY).toBe(KEY);
  });

  test('names no Redis and no cache where there is none', () => {
    const names = variables(testConfig({ gateway: gateway(), redis: { enabled: false } }));
    expect(names.CACHE_ENABLED).toBe('false');
    expect(Object.keys(names).filter((name) => name.startsWith('REDIS'))).toEqual([]);
  });
});

describe('the workers of a replica', () => {
  const workers = (cpus: number, more: object = {}) =>
    workersOf(testConfig({ gateway: gateway(more) }), cpus);

  test('are sixteen in all on the documented server', () => {
    expect(workers(32) * 2).toBe(16);
  });

  test('follow the CPUs of a smaller host, and the replicas', () => {
    expect(workers(2)).toBe(2);
    expect(workers(1)).toBe(1);
    expect(workers(4, { replicas: 1 })).toBe(8);
  });

  test('are as many as the configuration says', () => {
    expect(workers(2, { workers: 5 })).toBe(5);
  });

  test('are no more than there are connections to share', () => {
    expect(workers(64, { replicas: 1, cpu: 64 })).toBe(20);
  });
});
