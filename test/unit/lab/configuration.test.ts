import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { configSchema } from '../../../src/config/schema.js';
import { newLabKeys } from '../../../src/lab/access.js';
import { labOverrides, writeConfiguration } from '../../../src/lab/configuration.js';
import { labPaths } from '../../../src/lab/names.js';

const SHA256 = 'ab'.repeat(32);

const LAB = {
  name: 'one',
  address: '127.0.0.1',
  port: 40022,
  user: 'ops',
  qdrant: {
    artifact: { from: 'file', path: '/usr/bin/qdrant', sha256: SHA256 },
    version: '1.18.3',
    why: 'given',
  },
  network: '10.0.2.0/24',
  caBundle: true,
  maxOpenFiles: 20_000,
} as const;

describe('the files of a lab host', () => {
  let cwd = '';
  beforeEach(async () => {
    cwd = await mkdtemp(join(tmpdir(), 'vdb-lab-test-'));
  });
  afterEach(() => rm(cwd, { recursive: true, force: true }));

  it('are a complete configuration, with keys and secrets for nobody else', async () => {
    const paths = labPaths(cwd, 'one');
    const keys = newLabKeys('one');
    await writeConfiguration(paths, { ...LAB, keys });
    const config = configSchema.parse(parse(await readFile(paths.config, 'utf8')));
    expect(config.hosts[0]).toMatchObject({ name: 'one', port: 40022, user: 'ops', host_key: 'strict' });
    expect(config.qdrant.artifact).toEqual({ from: 'file', path: '/usr/bin/qdrant', sha256: SHA256 });
    expect(config.security.firewall.allow).toEqual(['10.0.2.0/24']);
    expect(config.python.required).toBe(false);
    expect(await readFile(paths.identity, 'utf8')).toBe(keys.operator.private);
    expect(await readFile(paths.knownHosts, 'utf8')).toMatch(/^\[127\.0\.0\.1\]:40022 ssh-ed25519 \S+\n$/);
    for (const path of [paths.identity, paths.secrets]) expect((await stat(path)).mode & 0o777).toBe(0o600);
  });

  it('leave out what is not known', () => {
    const qdrant = { artifact: { from: 'emulator' }, why: 'nothing else' } as const;
    const overrides = labOverrides({ qdrant, caBundle: false, maxOpenFiles: 100 });
    expect(overrides.security).toBeUndefined();
    expect(overrides.python).toEqual({ required: false });
    expect(overrides.qdrant).toMatchObject({ artifact: { from: 'emulator' }, nofile: 10_000 });
    expect(overrides.qdrant).not.toHaveProperty('version');
  });
});
