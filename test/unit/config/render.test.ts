import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { type RenderOptions, renderConfigFile } from '../../../src/config/render.js';
import { generateSecrets } from '../../../src/config/secrets.js';
import { load } from './helpers.js';

const HOST: RenderOptions = {
  name: 'db',
  address: 'db.example.org',
  port: 2222,
  user: 'ops',
  secretsFile: 'vdb.secrets.yaml',
};

function loadRendered(options: Partial<RenderOptions> = {}) {
  const text = Object.entries(generateSecrets())
    .map(([name, value]) => `${name}: ${value}\n`)
    .join('');
  return load(renderConfigFile({ ...HOST, ...options }), { files: { 'vdb.secrets.yaml': { text } } });
}

test('a new configuration loads as it is, with the host and the nine collections', async () => {
  const { config } = await loadRendered();
  expect(config.hosts).toMatchObject([{ name: 'db', address: 'db.example.org', port: 2222, user: 'ops' }]);
  expect(
    Object.entries(config.collections).map(([name, { size, backup_priority }]) => [
      name,
      size,
      backup_priority,
    ]),
  ).toEqual([
    ['mixtral', 4096, 'high'],
    ['hermes', 4096, 'high'],
    ['openchat', 4096, 'high'],
    ['phi3', 3072, 'medium'],
    ['yi34b', 7168, 'medium'],
    ['deepcoder', 5120, 'medium'],
    ['imp', 2560, 'medium'],
    ['deepseek', 4096, 'medium'],
    ['general', 384, 'low'],
  ]);
});

test('the gateway needs only to be switched on', async () => {
  const { config } = await loadRendered({ overrides: { gateway: { enabled: true } } });
  expect(config.gateway.enabled).toBe(true);
});

test('overrides are merged, sections that are not there are added', async () => {
  const { config } = await loadRendered({
    identity_file: '/k/id',
    host_key: 'accept-new',
    overrides: {
      os: { limits: { nofile: 1024 } },
      security: { firewall: { allow: ['10.0.0.0/8'] } },
      qdrant: { memory: '1GiB', artifact: { from: 'file', path: '/q', sha256: undefined } },
      collections: { general: { size: 8 } },
    },
  });
  expect(config.hosts[0]).toMatchObject({ identity_file: '/k/id', host_key: 'accept-new' });
  expect(config.os.limits.nofile).toBe(1024);
  expect(config.security.firewall.allow).toEqual(['10.0.0.0/8']);
  expect(config.qdrant).toMatchObject({
    memory: '1GiB',
    version: '1.18.3',
    artifact: { from: 'file', path: '/q' },
  });
  expect(config.collections.general).toMatchObject({ size: 8, backup_priority: 'low' });
});

test('values that look like YAML stay text', () => {
  const name = 'x: [#"';
  expect(parse(renderConfigFile({ ...HOST, address: name }))).toMatchObject({ hosts: [{ address: name }] });
});

test('comments survive', () => {
  expect(renderConfigFile({ ...HOST, overrides: { redis: { port: 6380 } } })).toContain(
    '# One collection per external model',
  );
});
