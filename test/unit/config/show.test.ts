import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { maskedConfig, renderConfig } from '../../../src/config/show.js';
import { API_KEY, load, minimal, READ_KEY } from './helpers.js';

const content = { ...minimal(), checks: { thresholds: { note: `key ${API_KEY}` } } };

test('the effective configuration is shown with its defaults', async () => {
  const shown: unknown = parse(renderConfig(await load(content), { origins: false }));
  expect(shown).toMatchObject({ qdrant: { slots: { green: { http: 6343 } } } });
});

test('no secret is shown, neither as itself nor inside other text', async () => {
  const loaded = await load(content);
  const shown = [
    renderConfig(loaded, { origins: true }),
    renderConfig(loaded, { origins: false }),
    JSON.stringify(maskedConfig(loaded)),
  ].join('\n');
  for (const secret of [API_KEY, READ_KEY, 'v8Lr2Wn5Yc1Xq', 'e4Tg9Ub3Mz7Ks'])
    expect(shown).not.toContain(secret);
  expect(maskedConfig(loaded)).toMatchObject({ qdrant: { api_key: '[secret]' } });
});

test('passwords in addresses are not shown, however short', async () => {
  const python = {
    index_url: 'https://ci:h%40rd-Guess@index.example.org/simple',
    extra_index_urls: ['https://ci:abc@extra.example.org/simple'],
  };
  expect(maskedConfig(await load({ ...content, python }))).toMatchObject({
    python: {
      index_url: 'https://ci:[secret]@index.example.org/simple',
      extra_index_urls: ['https://ci:[secret]@extra.example.org/simple'],
    },
  });
});

test('neither are those in the address of a repository of restic, and they count as secrets', async () => {
  const path = 'rest:https://vdb:in-the-address@far.example.org/x';
  const repository = { name: 'far', type: 'restic', path, password: API_KEY };
  const loaded = await load({ ...content, backup: { repositories: [repository] } });
  expect(maskedConfig(loaded)).toMatchObject({
    backup: { repositories: [{ path: 'rest:https://vdb:[secret]@far.example.org/x' }] },
  });
  expect(loaded.secrets).toContain('in-the-address');
});

test('values of references at plain keys are shown', async () => {
  const deployment = { environment: '${env:STAGE}' };
  const loaded = await load({ ...content, deployment }, { env: { STAGE: 'staging' } });
  expect(maskedConfig(loaded)).toMatchObject({ deployment: { environment: 'staging' } });
});

test('on request each value says where it came from', async () => {
  const loaded = await load(content, {
    env: { VDB__REDIS__PORT: '6380' },
    overrides: { qdrant: { log_level: 'WARN' } },
  });
  const lines = renderConfig(loaded, { origins: true })
    .split('\n')
    .map((line) => line.trim());
  expect(lines).toEqual(
    expect.arrayContaining([
      'port: 6380 # environment',
      'log_level: WARN # flag',
      'address: 127.0.0.1 # file',
      'bind: 127.0.0.1 # default',
      'collections: {} # default',
    ]),
  );
});

test('with its origins the configuration is still YAML', async () => {
  const loaded = await load(content);
  expect(parse(renderConfig(loaded, { origins: true }))).toEqual(
    parse(renderConfig(loaded, { origins: false })),
  );
});
