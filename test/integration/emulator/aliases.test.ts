import { beforeAll, expect, it } from 'vitest';
import { errorOf, onEachServer, resultOf } from './servers.js';

onEachServer('aliases', {}, (server) => {
  const change = (...actions: object[]) => server().request('POST', '/collections/aliases', { actions });
  const create = (alias_name: string, collection_name: string) => ({
    create_alias: { alias_name, collection_name },
  });
  const remove = (alias_name: string) => ({ delete_alias: { alias_name } });
  const aliases = async () =>
    resultOf<{ aliases: object[] }>((await server().request('GET', '/aliases')).body).aliases;

  beforeAll(async () => {
    for (const name of ['blue', 'green']) {
      await server().request('PUT', `/collections/${name}`, { vectors: { size: 1, distance: 'Dot' } });
    }
    await server().request('PUT', '/collections/green/points?wait=true', {
      points: [{ id: 1, vector: [1] }],
    });
  });

  it('lead to their collection, and switch in one request', async () => {
    const count = async () =>
      resultOf((await server().request('POST', '/collections/live/points/count', { exact: true })).body);
    await change(create('live', 'blue'));
    expect(await count()).toEqual({ count: 0 });
    expect(await change(remove('live'), create('live', 'green'))).toMatchObject({ status: 200 });
    expect(await count()).toEqual({ count: 1 });
    expect(await aliases()).toEqual([{ alias_name: 'live', collection_name: 'green' }]);
    const { body } = await server().request('GET', '/collections/green/aliases');
    expect(resultOf(body)).toEqual({ aliases: [{ alias_name: 'live', collection_name: 'green' }] });
    await change(remove('live'));
  });

  it('can be renamed', async () => {
    await change(create('old', 'blue'));
    await change({ rename_alias: { old_alias_name: 'old', new_alias_name: 'new' } });
    expect(await aliases()).toEqual([{ alias_name: 'new', collection_name: 'blue' }]);
    await change(remove('new'));
  });

  it('need a collection to lead to', async () => {
    const answer = await change(create('lost', 'nowhere'));
    expect(answer.status).toBe(404);
    expect(errorOf(answer.body)).toBe("Not found: Collection `nowhere` doesn't exist!");
  });

  it('cannot take the name of a collection', async () => {
    expect((await change(create('green', 'blue'))).status).toBe(409);
  });

  it('keep their name from collections, and are none themselves', async () => {
    await change(create('taken', 'blue'));
    const answer = await server().request('PUT', '/collections/taken', {
      vectors: { size: 1, distance: 'Dot' },
    });
    expect(answer.status).toBe(400);
    expect(errorOf(answer.body)).toContain('Alias with the same name already exists');
    expect(resultOf((await server().request('DELETE', '/collections/taken')).body)).toBe(false);
    await change(remove('taken'));
  });

  it('can be removed when they are not there, but not renamed', async () => {
    expect((await change(remove('absent'))).status).toBe(200);
    const rename = await change({ rename_alias: { old_alias_name: 'absent', new_alias_name: 'other' } });
    expect(rename.status).toBe(404);
  });

  it('keep what was done before an action that fails', async () => {
    await change(create('half', 'blue'));
    expect((await change(remove('half'), create('half', 'nowhere'))).status).toBe(404);
    expect(await aliases()).toEqual([]);
  });

  it('go with their collection', async () => {
    await server().request('PUT', '/collections/brief', { vectors: { size: 1, distance: 'Dot' } });
    await change(create('short', 'brief'));
    await server().request('DELETE', '/collections/brief');
    expect(await aliases()).toEqual([]);
  });

  it('do not understand other actions', async () => {
    expect((await change({ paint_alias: {} })).status).toBe(400);
  });
});
