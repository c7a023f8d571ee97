import { beforeAll, describe, expect, it } from 'vitest';
import { onEachServer, resultOf } from './servers.js';

interface Issue {
  id: string;
  description: string;
  related_collection: string;
}

const INSTANT = { settings: { service: { slow_query_secs: 1e-9 } } };
const FILTER = {
  must: [{ key: 'city', match: { value: 'Berlin' } }],
  must_not: [{ nested: { key: 'tags', filter: { must: [{ key: 'level', range: { gt: 1 } }] } } }],
};

onEachServer('issues', INSTANT, (server) => {
  const ids = async () => {
    const { body } = await server().request('GET', '/issues');
    return resultOf<{ issues: Issue[] }>(body)
      .issues.map(({ id }) => id)
      .sort();
  };
  const search = () =>
    server().request('POST', '/collections/slow/points/query', { query: [1, 2], filter: FILTER });

  beforeAll(async () => {
    await server().request('PUT', '/collections/slow', { vectors: { size: 2, distance: 'Dot' } });
  });

  it('are the fields without an index that a slow search filtered on', async () => {
    expect(await ids()).toEqual([]);
    await search();
    const { body } = await server().request('GET', '/issues');
    expect(resultOf<{ issues: Issue[] }>(body).issues).toContainEqual(
      expect.objectContaining({
        id: 'UNINDEXED_FIELD/slow/city',
        description: "Unindexed field 'city' might be slowing queries down in collection 'slow'",
        related_collection: 'slow',
      }),
    );
    expect(await ids()).toEqual(['UNINDEXED_FIELD/slow/city', 'UNINDEXED_FIELD/slow/tags[].level']);
  });

  it('are solved by an index', async () => {
    await server().request('PUT', '/collections/slow/index?wait=true', {
      field_name: 'city',
      field_schema: 'keyword',
    });
    expect(await ids()).toEqual(['UNINDEXED_FIELD/slow/tags[].level']);
    await search();
    expect(await ids()).toEqual(['UNINDEXED_FIELD/slow/tags[].level']);
  });

  it('are forgotten on demand, not by whoever only reads, and with their collection', async () => {
    const key = server().readOnlyApiKey;
    expect((await server().request('DELETE', '/issues', undefined, key)).status).toBe(403);
    expect((await server().request('DELETE', '/issues')).status).toBe(200);
    expect(await ids()).toEqual([]);
    await search();
    expect(await ids()).toHaveLength(1);
    await server().request('DELETE', '/collections/slow');
    expect(await ids()).toEqual([]);
  });
});

describe.each([
  ['are allowed to read answers by default', {}, 'http://page.example'],
  ['are not told that they may where CORS is off', { enable_cors: false }, null],
])('web pages of other sites', (title, service, allowed) => {
  onEachServer(title, { settings: { service } }, (server) => {
    it.each(['/', '/collections'])('at %s, with a key or without', async (path) => {
      const answer = await fetch(`${server().url}${path}`, { headers: { origin: 'http://page.example' } });
      expect(answer.headers.get('access-control-allow-origin')).toBe(allowed);
    });
  });
});
