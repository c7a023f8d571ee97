import { expect, test } from 'vitest';
import type { LabHost } from '../../support/lab.js';
import { onSharedHost } from '../support/shared.js';
import { canMigrate, db, lastRun, qdrant, sql } from './support.js';

const IDS = [1, 2, 3].map((n) => `00000000-0000-4000-8000-00000000000${n}`);
const GENERAL = '/collections/general';
const STRAY = '/collections/stray';
/** As a restore names what was there before. */
const KEPT = '/collections/general--before-20260102T030405Z';

const NONE = { points_without_row: 0, rows_without_point: 0, payloads_differ: 0, unconfirmed: 0 };

interface Collection {
  name: string;
  state: string;
  points: number | null;
  vectors: number | null;
  action: string;
}

/** Three points in both stores, as a write through the layer leaves them. */
async function written(host: LabHost): Promise<void> {
  const points = IDS.map((id) => ({ id, vector: Array(384).fill(0.1), payload: { id } }));
  await qdrant(host, 'PUT', `${GENERAL}/points?wait=true`, { points });
  const rows = IDS.map(
    (id) => `((SELECT id FROM collections WHERE name = 'general'), '${id}', '{"id": "${id}"}', now())`,
  );
  await sql(
    host,
    `INSERT INTO vector_metadata (collection_id, point_id, payload, indexed_at) VALUES ${rows.join(', ')}`,
  );
}

async function cleared(host: LabHost): Promise<void> {
  await sql(host, "DELETE FROM vector_metadata; DELETE FROM collections WHERE name IN ('stray', 'nowhere')");
  await qdrant(host, 'POST', `${GENERAL}/points/delete?wait=true`, { points: IDS });
  await qdrant(host, 'DELETE', STRAY);
  await qdrant(host, 'DELETE', KEPT);
}

const differing = ({ collections }: Record<string, unknown>) =>
  Object.fromEntries(
    (collections as Collection[]).filter(({ action }) => action !== '-').map((each) => [each.name, each]),
  );

onSharedHost('vdb db sync', (host) => {
  test('agrees on a host that was provisioned, and changes nothing', async (context) => {
    if (!(await canMigrate(host()))) return context.skip('the virtual environment has no layer to run');
    const report = await db(host(), 'sync');
    expect(report).toMatchObject({ status: 'agreed', in_step: true });
    expect((report.collections as Collection[]).map(({ name }) => name)).toContain('general');
    expect(await db(host(), 'sync --plan --repair', 2)).toMatchObject({ error: { code: 'usage' } });
  });

  test('shows what differs on either side, repairs it by the rule, and finds nothing the second time', async (context) => {
    if (!(await canMigrate(host()))) return context.skip('the virtual environment has no layer to run');
    try {
      await written(host());
      await qdrant(host(), 'PUT', KEPT, { vectors: { size: 3, distance: 'Dot' } });
      const before = await db(host(), 'sync --plan');
      expect(before).toMatchObject({ in_step: true });
      expect(Object.values(differing(before))).toMatchObject([
        { state: 'aside', action: 'kept by a restore' },
      ]);
      // A point that is gone from Qdrant, a row that is gone from PostgreSQL, a payload that somebody changed.
      await qdrant(host(), 'POST', `${GENERAL}/points/delete?wait=true`, { points: [IDS[0]] });
      await sql(host(), `DELETE FROM vector_metadata WHERE point_id = '${IDS[1]}'`);
      await qdrant(host(), 'PUT', `${GENERAL}/points/payload?wait=true`, {
        payload: { id: 'other' },
        points: [IDS[2]],
      });
      // A collection that only Qdrant has, and one that only PostgreSQL knows.
      await qdrant(host(), 'PUT', STRAY, { vectors: { size: 3, distance: 'Dot' } });
      await qdrant(host(), 'PUT', `${STRAY}/points?wait=true`, { points: [{ id: 7, vector: [1, 0, 0] }] });
      await sql(
        host(),
        `INSERT INTO collections (name) VALUES ('nowhere');
        INSERT INTO vector_metadata (collection_id, point_id) SELECT id, '${IDS[0]}' FROM collections WHERE name = 'nowhere'`,
      );

      const plan = await db(host(), 'sync --plan', 3);
      expect(plan).toMatchObject({ status: 'drift', in_step: false });
      expect(differing(plan)).toMatchObject({
        general: {
          ...{ points: 2, vectors: 2, action: 'add 1 row, remove 1 row, write 1 payload' },
          found: { ...NONE, points_without_row: 1, rows_without_point: 1, payloads_differ: 1 },
        },
        stray: { state: 'only_in_qdrant', points: 1, vectors: null, action: 'list it, add 1 row' },
        nowhere: {
          state: 'only_in_postgres',
          points: null,
          vectors: 1,
          action: expect.stringContaining('list it no more'),
        },
      });
      const shown = await host().vdb('db sync');
      expect(shown.exitCode).toBe(3);
      expect(shown.stdout).toMatch(/^general +2 +2 +0 +add 1 row, remove 1 row, write 1 payload$/m);
      expect(shown.stdout).toContain('3 of 12 collections differ. Repair: vdb db sync --repair');

      expect(await db(host(), 'sync --repair')).toMatchObject({ status: 'done', in_step: true });
      expect(await lastRun(host())).toMatchObject([
        { event: 'intent' },
        { event: 'outcome', status: 'done' },
      ]);
      expect(await db(host(), 'sync --plan')).toMatchObject({ status: 'agreed', in_step: true });
      expect(await db(host(), 'sync --repair')).toMatchObject({ changed: 0, in_step: true });
      expect(await sql(host(), "SELECT count(*) FROM collections WHERE name = 'nowhere'")).toBe('0\n');
      expect(JSON.parse(await qdrant(host(), 'GET', `${GENERAL}/points/${IDS[2]}`))).toMatchObject({
        result: { payload: { id: IDS[2] } },
      });
    } finally {
      await cleared(host());
    }
  });

  test('says who does not answer, and changes nothing then', async (context) => {
    if (!(await canMigrate(host()))) return context.skip('the virtual environment has no layer to run');
    await host().inside('systemctl stop qdrant@blue');
    try {
      expect(await db(host(), 'sync', 1)).toMatchObject({ error: { code: 'db.qdrant-unavailable' } });
      expect(await db(host(), 'sync --repair', 1)).toMatchObject({
        error: { code: 'db.qdrant-unavailable' },
      });
    } finally {
      await host().inside('systemctl start qdrant@blue');
    }
  });
});
