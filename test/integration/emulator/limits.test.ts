import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bundleEmulator } from '../../support/emulator-bundle.js';
import { type RunningQdrant, startQdrant } from '../../support/qdrant.js';
import { errorOf } from './servers.js';

describe('what the emulator cannot do', () => {
  let server: RunningQdrant;
  beforeAll(async () => {
    server = await startQdrant('emulator', { cluster: true });
    await server.request('PUT', '/collections/c', { vectors: { size: 1, distance: 'Dot' } });
  });
  afterAll(() => server.stop());

  it.each([
    ['moving shards', 'POST', '/collections/c/cluster', { replicate_shard: {} }],
    ['removing peers', 'DELETE', '/cluster/peer/1', undefined],
    ['recommendations', 'POST', '/collections/c/points/recommend', { positive: [1], limit: 1 }],
    ['fusion', 'POST', '/collections/c/points/query', { query: { fusion: 'rrf' } }],
    ['prefetches', 'POST', '/collections/c/points/query', { prefetch: [{ query: [1] }], query: [1] }],
    ['facets', 'POST', '/collections/c/facet', { key: 'n' }],
    ['snapshots of the whole storage', 'POST', '/snapshots', undefined],
    ['sparse vectors', 'PUT', '/collections/s', { vectors: {}, sparse_vectors: { s: {} } }],
    [
      'multivectors',
      'PUT',
      '/collections/m',
      { vectors: { size: 1, distance: 'Dot', multivector_config: {} } },
    ],
    [
      'geography',
      'POST',
      '/collections/c/points/scroll',
      { filter: { must: [{ key: 'g', geo_radius: {} }] } },
    ],
    [
      'snapshots from elsewhere',
      'PUT',
      '/collections/r/snapshots/recover',
      { location: 'http://127.0.0.1:1/x' },
    ],
  ])('is said in the case of %s', async (_what, method, path, body) => {
    const answer = await server.request(method, path, body);
    expect(answer.status).toBe(501);
    expect(errorOf(answer.body)).toMatch(/^Not implemented by the emulator: /);
  });

  it('is said about a collection only when there is one', async () => {
    expect((await server.request('POST', '/collections/x/facet', { key: 'n' })).status).toBe(404);
  });

  it('is still asked for with a key', async () => {
    expect((await server.request('POST', '/collections/c/facet', { key: 'n' }, null)).status).toBe(401);
    expect((await server.request('POST', '/snapshots', undefined, server.readOnlyApiKey)).status).toBe(403);
  });
});

describe('the command of the emulator', () => {
  let directory = '';
  beforeAll(() => {
    directory = mkdtempSync(join(tmpdir(), 'vdb-emulator-test-'));
  });
  afterAll(() => rmSync(directory, { recursive: true, force: true }));

  const run = async (...args: string[]) =>
    spawnSync(process.execPath, [await bundleEmulator(directory), ...args], {
      encoding: 'utf8',
      cwd: directory,
      timeout: 20_000,
    });
  const file = (text: string): string => {
    const path = join(directory, 'config.yaml');
    writeFileSync(path, text);
    return path;
  };

  it('says which version it is', async () => {
    expect((await run('--version')).stdout).toBe('qdrant 1.18.3-emulator\n');
  });

  it('does not start without its configuration file', async () => {
    const { status, stderr } = await run('--config-path', join(directory, 'absent.yaml'));
    expect(status).toBe(1);
    expect(stderr).toContain('absent.yaml');
  });

  it.each([
    ['TLS', 'service: { enable_tls: true }'],
    ['JWTs', 'service: { jwt_rbac: true }'],
  ])('does not start where it would have to do %s', async (what, text) => {
    const { status, stderr } = await run('--config-path', file(text));
    expect(status).toBe(1);
    expect(stderr).toContain(what);
  });

  it('does not join a cluster', async () => {
    const { status, stderr } = await run('--config-path', file('{}'), '--bootstrap', 'http://127.0.0.1:1');
    expect(status).toBe(1);
    expect(stderr).toContain('cannot join a cluster');
  });
});
