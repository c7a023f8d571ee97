import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { SECRETS_NAME } from '../../../../src/backup/schedule/place.js';
import { serverConfiguration } from '../../../../src/backup/schedule/server-config.js';
import { loadConfig } from '../../../../src/config/load.js';
import type { Config } from '../../../../src/config/schema.js';
import { QDRANT, testConfig } from '../../../support/config.js';

const HOST = { name: 'db' };

let directory: string;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'vdb-schedule-'));
});

afterEach(() => rm(directory, { recursive: true }));

/** What vdb on the server would load. */
async function loaded(config: Config) {
  const files = serverConfiguration(config, HOST);
  await writeFile(join(directory, 'vdb.yaml'), files.config, { mode: 0o600 });
  await writeFile(join(directory, SECRETS_NAME), files.secrets, { mode: 0o600 });
  return loadConfig({ cwd: directory, env: {} });
}

const SETTINGS = {
  hosts: [
    { name: 'db', address: 'db.example', identity_file: '/home/me/key', sudo_password: 'of the operator' },
    { name: 'other', address: 'other.example' },
  ],
  collections: { docs: { size: 384 } },
  gateway: { enabled: true, api_key: 'a gateway key: #1 "x"' },
  models: { hermes: { url: 'http://me:hunter22@models.example/', collection: 'docs' } },
  postgres: { password: 'v8Lr2Wn5Yc1Xq', settings: { work_mem: '64MB' } },
  os: { kernel_modules: ['tcp_bbr'] },
  backup: {
    schedule: '0 3 * * 1',
    repositories: [
      { name: 'mount', path: '/mnt/copies' },
      { name: 'laptop', type: 'operator', path: '~/copies' },
      {
        name: 'far',
        type: 'restic',
        path: 's3:https://s3.example/bucket',
        password: '0123456789012345',
        environment: { AWS_SECRET_ACCESS_KEY: 'aws$sec${ret' },
      },
    ],
  },
  checks: { thresholds: { 'backups.age': 40 } },
};

describe('the configuration of the server', () => {
  it('loads as what it was made from, for this host alone and without SSH', async () => {
    const config = testConfig(SETTINGS);
    const { config: there } = await loaded(config);
    expect(there.hosts).toMatchObject([{ name: 'db', connection: 'local' }]);
    expect(there.hosts[0]).not.toHaveProperty('identity_file');
    for (const section of [
      'paths',
      'qdrant',
      'collections',
      'postgres',
      'redis',
      'gateway',
      'models',
    ] as const)
      expect(there[section], section).toEqual(config[section]);
    expect(there.backup.repositories.map(({ name }) => name)).toEqual(['mount', 'far']);
    expect(there.backup.repositories[1]).toEqual(config.backup.repositories[2]);
  });

  it('has every secret in the second file and in no other, and what only the operator needs in neither', () => {
    const { config, secrets } = serverConfiguration(testConfig(SETTINGS), HOST);
    const known = [
      'Zk3vTq8s',
      'pR7yHu2j',
      'v8Lr2Wn5',
      'e4Tg9Ub3',
      'gateway key',
      'hunter22',
      '01234567890',
      'aws$sec',
    ];
    for (const secret of known) {
      expect(config, secret).not.toContain(secret);
      expect(secrets, secret).toContain(secret);
    }
    expect(config + secrets).not.toMatch(/of the operator|\/home\/me|laptop|other\.example/);
  });

  it('is that of the secrets alone where a secret changes', () => {
    const one = serverConfiguration(testConfig(), HOST);
    const two = serverConfiguration(testConfig({ redis: { password: 'another0password' } }), HOST);
    expect(one.config).toBe(two.config);
    expect(one.secrets).not.toBe(two.secrets);
  });

  it('does not change with what only judges the host', () => {
    const one = serverConfiguration(testConfig(), HOST);
    const two = serverConfiguration(
      testConfig({ checks: SETTINGS.checks, capacity: { growth_per_day: 5 } }),
      HOST,
    );
    expect(one).toEqual(two);
  });

  it('loads with services that are off and have no secret', async () => {
    const off = { enabled: false };
    const { config } = await loaded(testConfig({ postgres: off, redis: off, gateway: off }));
    const { postgres, redis, gateway } = config;
    expect([postgres.enabled, redis.password, gateway.api_key]).toEqual([false, '', '']);
  });

  it.each([
    [{ from: 'file', path: '/home/me/qdrant' }, 'release'],
    [{ from: 'emulator', path: '/home/me/emulator.mjs' }, 'emulator'],
  ])('loads with an artefact of the operator: %o', async (artifact, from) => {
    const { config } = await loaded(testConfig({ qdrant: { ...QDRANT, artifact } }));
    expect(config.qdrant.artifact).toMatchObject({ from });
    expect(config.qdrant.artifact).not.toHaveProperty('path');
  });

  it('loads with a certificate of the operator', async () => {
    const tls = { mode: 'files', certificate: '/home/me/edge.pem', key: '/home/me/edge.key' };
    const { config } = await loaded(testConfig({ networking: { tls } }));
    expect(config.networking.tls).toMatchObject({ mode: 'off' });
    expect(config.networking.tls).not.toHaveProperty('key');
  });

  it('loads with the CA of an ACME server, of which the server has a copy', async () => {
    const acme = { ca: '/home/me/ca.pem', directory: 'https://ca.example/dir' };
    const { config } = await loaded(
      testConfig({ networking: { tls: { mode: 'acme', domain: 'a.example', acme } } }),
    );
    expect(config.networking.tls).toMatchObject({ mode: 'acme', acme: { directory: acme.directory } });
    expect(config.networking.tls.acme).not.toHaveProperty('ca');
  });

  it('keeps text that looks like a reference as text', async () => {
    const settings = { log_line_prefix: 'a${b} $${c} $' };
    const { config } = await loaded(testConfig({ postgres: { password: 'v8Lr2Wn5Yc1Xq', settings } }));
    expect(config.postgres.settings).toEqual(settings);
  });
});
