import { expect, it } from 'vitest';
import { errorOf, onEachServer, resultOf } from './servers.js';

const READS_OF_ALL = ['/collections', '/cluster', '/metrics', '/telemetry', '/issues', '/aliases'];

onEachServer('an empty key', { settings: { service: { api_key: '' } } }, (server) => {
  const asked = async (headers: Record<string, string>) =>
    (await fetch(`${server().url}/collections`, { headers })).status;

  it('is a key: nothing without it, everything with it', async () => {
    expect(await asked({})).toBe(401);
    expect(await asked({ 'api-key': 'another' })).toBe(401);
    expect(await asked({ 'api-key': '' })).toBe(200);
  });
});

onEachServer('service', { settings: { service: { max_request_size_mb: 1 } } }, (server) => {
  it('says what it is without a key', async () => {
    const { status, body } = await server().request<{ title: string; version: string }>(
      'GET',
      '/',
      undefined,
      null,
    );
    expect(status).toBe(200);
    expect(body.version).toMatch(/^\d+\.\d+\.\d+/);
    const emulated = server().kind === 'emulator';
    expect(body.title.includes('not Qdrant')).toBe(emulated);
    expect(body.version.endsWith('-emulator')).toBe(emulated);
  });

  it('answers health checks without a key', async () => {
    for (const path of ['/healthz', '/livez', '/readyz']) {
      expect(await server().request('GET', path, undefined, null)).toMatchObject({ status: 200 });
    }
    const { body } = await server().request('GET', '/readyz', undefined, null);
    expect(body).toBe('all shards are ready');
  });

  it('has no /health', async () => {
    expect(await server().request('GET', '/health')).toMatchObject({ status: 404, body: '' });
  });

  it('asks for a key, also where it does not know the path', async () => {
    for (const path of [...READS_OF_ALL, '/nowhere']) {
      const answer = await server().request('GET', path, undefined, null);
      expect(answer).toMatchObject({
        status: 401,
        body: 'Must provide an API key or an Authorization bearer token',
      });
    }
  });

  it('refuses a wrong key', async () => {
    const answer = await server().request('GET', '/collections', undefined, 'not-the-key');
    expect(answer).toMatchObject({ status: 401, body: 'Invalid API key or JWT' });
  });

  it('takes a key as a bearer token too', async () => {
    const headers = { authorization: `Bearer ${server().apiKey}` };
    expect((await fetch(`${server().url}/collections`, { headers })).status).toBe(200);
  });

  it('lets the read-only key read everything and change nothing', async () => {
    const key = server().readOnlyApiKey;
    await server().request('PUT', '/collections/guarded', { vectors: { size: 2, distance: 'Dot' } });
    for (const path of [...READS_OF_ALL, '/collections/guarded']) {
      expect((await server().request('GET', path, undefined, key)).status).toBe(200);
    }
    const count = await server().request('POST', '/collections/guarded/points/count', { exact: true }, key);
    expect(count.status).toBe(200);
    const refused = [
      await server().request('PUT', '/collections/other', { vectors: { size: 2, distance: 'Dot' } }, key),
      await server().request(
        'PUT',
        '/collections/guarded/points',
        { points: [{ id: 1, vector: [1, 2] }] },
        key,
      ),
      await server().request('POST', '/collections/guarded/points/delete', { points: [1] }, key),
      await server().request('POST', '/collections/guarded/snapshots', undefined, key),
      await server().request('DELETE', '/collections/guarded', undefined, key),
    ];
    for (const { status, body } of refused) {
      expect(status).toBe(403);
      expect(errorOf(body)).toBe('Forbidden: Global manage access is required');
    }
  });

  it('refuses a body that is too large, and goes on', async () => {
    const body = { ids: [1], padding: 'x'.repeat(2_000_000) };
    const answer = await server().request('POST', '/collections/guarded/points', body);
    expect(answer.status).toBe(400);
    expect(errorOf(answer.body)).toMatch(
      /^JSON payload .*is larger than allowed \(limit: 1048576 bytes\)\.$/,
    );
    expect((await server().request('GET', '/collections')).status).toBe(200);
  });

  it('takes a path that is no percent-encoding for a name like any other', async () => {
    expect((await server().request('GET', '/collections/%zz')).status).toBe(404);
  });

  it('is not in a cluster unless configured', async () => {
    const { body } = await server().request('GET', '/cluster');
    expect(resultOf(body)).toEqual({ status: 'disabled' });
    const removed = await server().request('DELETE', '/cluster/peer/1');
    expect(removed.status).toBe(400);
    expect(errorOf(removed.body)).toContain('Distributed mode disabled');
  });

  it('has the metrics that alerts are made of', async () => {
    await server().request('PUT', '/collections/measured', { vectors: { size: 2, distance: 'Dot' } });
    await server().request('POST', '/collections/measured/points/count', { exact: true });
    const { body, headers } = await server().request<string>('GET', '/metrics');
    expect(headers.get('content-type')).toContain('text/plain');
    const name = server().kind === 'emulator' ? 'qdrant-emulator' : 'qdrant';
    expect(body).toContain(`app_info{name="${name}",version="${server().version}"} 1`);
    expect(body).toMatch(/^collections_total \d+$/m);
    expect(body).toMatch(/^collection_points\{id="measured"\} 0$/m);
    expect(body).toMatch(/^app_status_recovery_mode 0$/m);
    expect(body).toMatch(/^cluster_enabled 0$/m);
    expect(body).toMatch(/^memory_resident_bytes \d+$/m);
    expect(body).toMatch(/^process_open_fds \d+$/m);
    const endpoint = 'method="POST",endpoint="/collections/{collection_name}/points/count",status="200"';
    expect(body).toContain(`rest_responses_total{${endpoint}} `);
    expect(body).toContain(`rest_responses_duration_seconds_count{${endpoint}} `);
    expect(body).toMatch(/rest_responses_duration_seconds_bucket\{.*status="200",le="0.01"\} \d+/);
  });
});
