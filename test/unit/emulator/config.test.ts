import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readSettings, withEnvironment } from '../../../src/emulator/config.js';

describe('settings of the emulator', () => {
  let directory = '';
  beforeAll(() => {
    directory = mkdtempSync(join(tmpdir(), 'vdb-emulator-test-'));
  });
  afterAll(() => rmSync(directory, { recursive: true, force: true }));

  const settings = (text: string, env: NodeJS.ProcessEnv = {}) => {
    const path = join(directory, 'config.yaml');
    writeFileSync(path, text);
    return readSettings(path, env);
  };

  it("are Qdrant's where the file is silent", () => {
    expect(settings('')).toMatchObject({
      storagePath: './storage',
      snapshotsPath: './snapshots',
      host: '0.0.0.0',
      httpPort: 6333,
      apiKeys: [],
      clusterEnabled: false,
      keepAliveSeconds: 5,
      defaults: { onDiskPayload: true, hnsw: { m: 16 } },
    });
  });

  it('are read from the sections of the file', () => {
    const text = `
      storage: { storage_path: /s, snapshots_path: /t, hnsw_index: { m: 8 }, on_disk_payload: false }
      service: { host: 127.0.0.1, http_port: 6343, api_key: one, alt_api_key: two, read_only_api_key: three }
      cluster: { enabled: true, p2p: { port: 6345 } }`;
    expect(settings(text)).toMatchObject({
      storagePath: '/s',
      snapshotsPath: '/t',
      host: '127.0.0.1',
      httpPort: 6343,
      apiKeys: ['one', 'two'],
      readOnlyApiKeys: ['three'],
      clusterEnabled: true,
      p2pPort: 6345,
      defaults: { onDiskPayload: false, hnsw: { m: 8, ef_construct: 100 } },
    });
  });

  it('take an empty key for a key, as Qdrant does, and one without a value for none', () => {
    expect(settings('service: { api_key: "" }').apiKeys).toEqual(['']);
    expect(settings('service: { api_key: }').apiKeys).toEqual([]);
  });

  it('come from the environment before the file', () => {
    const env = { QDRANT__SERVICE__HTTP_PORT: '7000', QDRANT__CLUSTER__ENABLED: 'true' };
    expect(settings('service: { http_port: 6333 }', env)).toMatchObject({
      httpPort: 7000,
      clusterEnabled: true,
    });
    expect(withEnvironment({ a: { b: 1 } }, { QDRANT__A__C__D: 'x', OTHER__A: 'y' })).toEqual({
      a: { b: 1, c: { d: 'x' } },
    });
  });

  it('must be possible', () => {
    expect(() => settings('service: { http_port: many }')).toThrow('not a whole number');
    expect(() => settings('- a list')).toThrow('not a mapping');
  });
});
