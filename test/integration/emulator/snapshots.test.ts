import { createHash } from 'node:crypto';
import { beforeAll, expect, it } from 'vitest';
import { errorOf, onEachServer, resultOf } from './servers.js';

interface Snapshot {
  name: string;
  creation_time: string;
  size: number;
  checksum: string;
}

const POINTS = [
  { id: 1, vector: [1, 0], payload: { n: 1 } },
  { id: 2, vector: [0, 1], payload: { n: 2 } },
];

onEachServer('snapshots', {}, (server) => {
  const take = async () =>
    resultOf<Snapshot>((await server().request('POST', '/collections/kept/snapshots')).body);
  const list = async () =>
    resultOf<Snapshot[]>((await server().request('GET', '/collections/kept/snapshots')).body);
  const download = async (name: string, key = server().apiKey) =>
    fetch(`${server().url}/collections/kept/snapshots/${name}`, {
      headers: { 'api-key': key, 'accept-encoding': 'identity' },
    });
  const location = (name: string) => `file://${server().directory}/snapshots/kept/${name}`;
  const recover = (target: string, body: object) =>
    server().request('PUT', `/collections/${target}/snapshots/recover`, { priority: 'snapshot', ...body });
  const pointsOf = async (name: string) =>
    resultOf<{ points: object[] }>(
      (await server().request('POST', `/collections/${name}/points/scroll`, { with_vector: true })).body,
    ).points;

  beforeAll(async () => {
    await server().request('PUT', '/collections/kept', { vectors: { size: 2, distance: 'Dot' } });
    await server().request('PUT', '/collections/kept/points?wait=true', { points: POINTS });
    const index = { field_name: 'n', field_schema: 'integer' };
    await server().request('PUT', '/collections/kept/index?wait=true', index);
  });

  it('are made, listed, downloaded and deleted', async () => {
    const made = await take();
    expect(made.name).toMatch(/^kept-\d+-\d{4}-\d\d-\d\d-\d\d-\d\d-\d\d\.snapshot$/);
    expect(made.creation_time).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d$/);
    expect(await list()).toContainEqual(made);
    const answer = await download(made.name);
    expect(answer.headers.get('content-type')).toBe('application/octet-stream');
    expect(answer.headers.get('content-length')).toBe(String(made.size));
    const hash = createHash('sha256')
      .update(new Uint8Array(await answer.arrayBuffer()))
      .digest('hex');
    expect(hash).toBe(made.checksum);
    const removed = await server().request('DELETE', `/collections/kept/snapshots/${made.name}`);
    expect(resultOf(removed.body)).toBe(true);
    expect(await list()).not.toContainEqual(made);
  });

  it('can be downloaded with the key that only reads', async () => {
    const { name } = await take();
    expect((await download(name, server().readOnlyApiKey)).status).toBe(200);
  });

  it('are known by name only', async () => {
    const answer = await server().request('GET', '/collections/kept/snapshots/absent');
    expect(answer).toMatchObject({ status: 404, body: 'Not found: Snapshot absent not found' });
    expect((await server().request('DELETE', '/collections/kept/snapshots/absent')).status).toBe(404);
  });

  it('bring back points, configuration and payload indexes under another name', async () => {
    const { name, checksum } = await take();
    expect(resultOf((await recover('again', { location: location(name), checksum })).body)).toBe(true);
    expect(await pointsOf('again')).toEqual(await pointsOf('kept'));
    const { body } = await server().request('GET', '/collections/again');
    expect(resultOf(body)).toMatchObject({
      config: { params: { vectors: { size: 2, distance: 'Dot' } } },
      payload_schema: { n: { data_type: 'integer', points: 2 } },
    });
  });

  it('replace what a collection holds', async () => {
    const { name } = await take();
    await recover('replaced', { location: location(name) });
    await server().request('PUT', '/collections/replaced/points?wait=true', {
      points: [{ id: 50, vector: [1, 1] }],
    });
    await recover('replaced', { location: location(name) });
    expect(await pointsOf('replaced')).toEqual(await pointsOf('kept'));
  });

  it('can be uploaded', async () => {
    const { name, checksum } = await take();
    const form = new FormData();
    form.append('snapshot', await (await download(name)).blob(), name);
    const path = `/collections/uploaded/snapshots/upload?priority=snapshot&checksum=${checksum}`;
    expect(resultOf((await server().request('POST', path, form)).body)).toBe(true);
    expect(await pointsOf('uploaded')).toEqual(await pointsOf('kept'));
  });

  it('are refused with another checksum, and leave nothing behind', async () => {
    const { name } = await take();
    const answer = await recover('refused', { location: location(name), checksum: '0'.repeat(64) });
    expect(answer.status).toBe(400);
    expect(errorOf(answer.body)).toMatch(
      /^Wrong input: Snapshot checksum mismatch: expected 0{64}, got [0-9a-f]{64}$/,
    );
    expect((await server().request('GET', '/collections/refused')).status).toBe(404);
    expect((await recover('refused', { location: location(name), checksum: '00' })).status).toBe(422);
  });

  it('are refused where they do not fit', async () => {
    const { name } = await take();
    await server().request('PUT', '/collections/wider', { vectors: { size: 3, distance: 'Dot' } });
    const answer = await recover('wider', { location: location(name) });
    expect(answer.status).toBe(400);
    expect(errorOf(answer.body)).toMatch(
      /^Wrong input: Snapshot is not compatible with existing collection: /,
    );
    expect((await recover('wider', { location: location(name), priority: 'highest' })).status).toBe(400);
  });

  it('are read only from the directory of snapshots', async () => {
    const outside = await recover('refused', { location: `file://${server().directory}/config.yaml` });
    expect(outside.status).toBe(403);
    expect(errorOf(outside.body)).toContain('must be inside the snapshots directory');
    expect((await recover('refused', { location: location('absent') })).status).toBe(400);
    expect((await recover('refused', { location: 'not a url' })).status).toBe(400);
  });

  it('must be snapshots', async () => {
    const form = new FormData();
    form.append('snapshot', new Blob(['something else']), 'x.snapshot');
    const answer = await server().request(
      'POST',
      '/collections/broken/snapshots/upload?priority=snapshot',
      form,
    );
    expect(answer.status).toBe(500);
    expect((await server().request('GET', '/collections/broken')).status).toBe(404);
  });

  it('outlive their collection', async () => {
    const vectors = { size: 1, distance: 'Dot' };
    await server().request('PUT', '/collections/former', { vectors });
    const made = resultOf<Snapshot>((await server().request('POST', '/collections/former/snapshots')).body);
    await server().request('DELETE', '/collections/former');
    await server().request('PUT', '/collections/former', { vectors });
    const { body } = await server().request('GET', '/collections/former/snapshots');
    expect(resultOf(body)).toEqual([made]);
  });

  it('are accepted without waiting', async () => {
    const answer = await server().request('POST', '/collections/kept/snapshots?wait=false');
    expect(answer).toMatchObject({ status: 202, body: { status: 'accepted' } });
  });
});
