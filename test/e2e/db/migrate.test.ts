import { expect, test } from 'vitest';
import type { LabHost } from '../../support/lab.js';
import { onSharedHost } from '../support/shared.js';
import { BEFORE_HEAD, canMigrate, db, HEAD, lastRun, REVISIONS, sql } from './support.js';

const currentOf = (host: LabHost) => sql(host, 'SELECT version_num FROM alembic_version');

/** Holds a table that a later migration refers to for two minutes, as a writer would: the migration waits, a look does not. */
const HOLD = `cd / && runuser -u postgres -- psql -XAtq -d vector_metadata \\
  -c BEGIN -c 'LOCK TABLE collections IN ROW EXCLUSIVE MODE' -c "SELECT 'held'" -c 'SELECT pg_sleep(120)'`;

onSharedHost('the schema', (host) => {
  test('is at the newest migration once a host is provisioned, and that is all there is to do', async (context) => {
    if (!(await canMigrate(host()))) return context.skip('the virtual environment has no alembic');
    expect(await db(host(), 'status')).toMatchObject({
      ...{
        status: 'current',
        database: 'vector_metadata',
        current: HEAD,
        head: HEAD,
        known: true,
        pending: [],
      },
      ...{ layer: 'current', tested: true, outbox: { waiting: 0, rejected: 0 } },
    });
    expect(await db(host(), 'migrate')).toMatchObject({ status: 'done', changed: 0 });
    const shown = await host().vdb('db status');
    expect(shown).toMatchObject({ exitCode: 0, stderr: '' });
    expect(shown.stdout).toContain(`at ${HEAD}, the newest`);
  });

  test('goes back one migration and forward again, each told beforehand, in the journal and by status', async (context) => {
    if (!(await canMigrate(host()))) return context.skip('the virtual environment has no alembic');
    expect(await db(host(), 'rollback --plan')).toMatchObject({
      ...{ status: 'planned', from: HEAD, to: BEFORE_HEAD, revisions: [HEAD] },
    });
    expect(await currentOf(host())).toBe(`${HEAD}\n`);
    const back = await db(host(), 'rollback --yes');
    expect(back).toMatchObject({ status: 'done', from: HEAD, to: BEFORE_HEAD, changed: 1 });
    expect(await currentOf(host())).toBe(`${BEFORE_HEAD}\n`);
    expect(await lastRun(host())).toMatchObject([
      { event: 'intent', command: expect.stringContaining('db rollback') },
      { event: 'outcome', status: 'done', changed: 1 },
    ]);
    expect(await db(host(), 'status', 3)).toMatchObject({
      status: 'drift',
      pending: [{ id: HEAD, phase: 'expand' }],
      next: 'vdb db migrate',
    });
    expect(await db(host(), 'sync', 1)).toMatchObject({
      error: { code: 'db.not-ready', next: 'vdb db migrate' },
    });
    const plan = await host().vdb('db migrate --plan');
    expect(plan.stdout).toContain(`revision: ${BEFORE_HEAD} -> ${HEAD}`);
    expect(await currentOf(host())).toBe(`${BEFORE_HEAD}\n`);
    expect(await db(host(), 'migrate')).toMatchObject({ status: 'done', changed: 1 });
    expect(await currentOf(host())).toBe(`${HEAD}\n`);
  });

  test('says which rows are lost, and goes back no further than to nothing', async (context) => {
    if (!(await canMigrate(host()))) return context.skip('the virtual environment has no alembic');
    await db(host(), 'keys issue going --scopes read');
    const plan = await db(host(), 'rollback --to base --plan');
    expect(plan).toMatchObject({ to: 'base', revisions: [...REVISIONS].reverse() });
    expect(plan.lost).toEqual(
      expect.arrayContaining([
        { name: 'api_keys', rows: 1 },
        { name: 'collections', rows: 9 },
      ]),
    );
    expect(await db(host(), 'rollback --steps 99 --yes', 2)).toMatchObject({
      error: { code: 'db.nothing-to-roll-back' },
    });
    expect(await db(host(), `rollback --to ${HEAD} --yes`, 2)).toMatchObject({
      error: { code: 'db.nothing-to-roll-back' },
    });
    const unasked = await host().vdb('db rollback --to base');
    expect(unasked.exitCode).toBe(2);
    expect(unasked.stderr).toContain('Give --yes');
    await db(host(), 'rollback --to base --yes');
    expect(
      await sql(
        host(),
        "SELECT count(*) FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'alembic_version'",
      ),
    ).toBe('0\n');
    expect(await db(host(), 'status', 3)).toMatchObject({
      current: null,
      pending: REVISIONS.map((id) => ({ id, phase: 'expand' })),
    });
    // The run that ends each test would provision: it makes the tables and lists the collections again.
    const again = await host().vdb('provision --only 3.1');
    expect(again.exitCode, again.stderr).toBe(0);
    expect(await sql(host(), 'SELECT count(*) FROM collections')).toBe('9\n');
  });

  test('is whole after a migration that was killed, and the next one goes on', async (context) => {
    if (!(await canMigrate(host()))) return context.skip('the virtual environment has no alembic');
    await db(host(), 'rollback --to 001_initial_schema --yes');
    const held = host().enter(HOLD);
    await held.until(/held/);
    const running = host().begin('db migrate');
    await host().inside(`for i in $(seq 600); do pid=$(pgrep -f '[m] citadel migrate' | tail -n 1)
      waits=$(cd / && runuser -u postgres -- psql -XAtq -d vector_metadata -c "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'citadel-migrations' AND wait_event_type = 'Lock'")
      [ -n "$pid" ] && [ "$waits" -gt 0 ] && { kill -KILL "$pid"; exit 0; }; sleep 0.1; done; exit 1`);
    const ended = await running.ended;
    expect(ended.exitCode, ended.stderr).toBe(1);
    await sql(
      host(),
      "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE query LIKE '%pg_sleep(120)%' AND pid <> pg_backend_pid()",
    );
    await held.ended;
    expect(await currentOf(host())).toBe('001_initial_schema\n');
    expect(await db(host(), 'status', 3)).toMatchObject({ current: '001_initial_schema' });
    expect(await db(host(), 'migrate')).toMatchObject({ status: 'done' });
    expect(await db(host(), 'status')).toMatchObject({ current: HEAD, tested: true });
  });

  test('of a newer release is refused by everything that would work on it, which says what to do', async (context) => {
    if (!(await canMigrate(host()))) return context.skip('the virtual environment has no alembic');
    await sql(host(), "UPDATE alembic_version SET version_num = '999_of_a_newer_release'");
    try {
      for (const args of ['db migrate', 'provision --only 3.1']) {
        const ended = await host().vdb(args);
        expect(ended.exitCode, ended.stdout).toBe(1);
        expect(ended.stderr).toContain('The database is at 999_of_a_newer_release');
        expect(ended.stderr).toMatch(/vdb restore SET --only postgres/);
      }
      expect(await db(host(), 'status', 3)).toMatchObject({
        known: false,
        current: '999_of_a_newer_release',
      });
      for (const args of ['rollback --yes', 'sync --repair', 'keys list'])
        expect(await db(host(), args, 1)).toMatchObject({ error: { code: 'db.newer' } });
      const check = await host().vdb('check postgres.migrations');
      expect(check.exitCode).toBe(3);
      expect(check.stdout).toContain('which this release does not have');
    } finally {
      await sql(host(), `UPDATE alembic_version SET version_num = '${HEAD}'`);
    }
  });

  test('waits for nothing but its environment: without one it is left out, with one it is made', async (context) => {
    if (!(await canMigrate(host()))) return context.skip('the virtual environment has no alembic');
    await db(host(), 'rollback --yes');
    await host().inside('mv /opt/qdrant/venv /opt/qdrant/venv.away');
    try {
      for (let run = 0; run < 2; run++) {
        const ended = await host().vdb('provision --only 3.1');
        expect(ended.exitCode, ended.stderr).toBe(0);
        expect(ended.stderr).toContain('left out 3.1.5: there is no /opt/qdrant/venv to run it (task 0.4)');
        expect(ended.stderr).toContain('Done: shared, 0 changes');
      }
      const asked = await host().vdb('db migrate');
      expect(asked.exitCode).toBe(1);
      expect(await db(host(), 'rollback --yes', 1)).toMatchObject({ error: { code: 'db.not-ready' } });
      expect(await db(host(), 'status', 3)).toMatchObject({ next: 'vdb provision --only 0.4' });
    } finally {
      await host().inside('mv /opt/qdrant/venv.away /opt/qdrant/venv');
    }
    expect(await db(host(), 'migrate')).toMatchObject({ changed: 1 });
  });
});
