import { cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { parseDocument } from 'yaml';
import { type Ended, type LabHost, result, start } from '../../support/lab.js';
import { describeLab } from '../support/shared.js';
import { hostWithGateway, remove, site, WITHOUT_PYTHON } from '../support/site.js';
import { type Shelf, shelfBehindEdge } from './faults.js';

const NAME = 'migrations';
const PACKAGE = fileURLToPath(new URL('../../../', import.meta.url));

/** A migration as a release would carry it. */
interface Migration {
  id: string;
  down: string;
  phase: 'expand' | 'contract';
  upgrade: string;
}

const NOTE: Migration = {
  ...{ id: '101_note', down: '004_outbox', phase: 'expand' },
  upgrade: 'op.add_column("documents", sa.Column("note", sa.Text))',
};
const REMARK: Migration = {
  ...{ id: '102_remark', down: '101_note', phase: 'expand' },
  upgrade: 'op.add_column("documents", sa.Column("remark", sa.Text))',
};
const NO_NOTE: Migration = {
  ...{ id: '103_no_note', down: '102_remark', phase: 'contract' },
  upgrade: 'op.drop_column("documents", "note")',
};
const NO_REMARK: Migration = {
  ...{ id: '104_no_remark', down: '103_no_note', phase: 'contract' },
  upgrade: 'op.drop_column("documents", "remark")',
};
const TITLE: Migration = {
  ...{ id: '105_title', down: '104_no_remark', phase: 'expand' },
  upgrade: 'op.add_column("documents", sa.Column("subtitle", sa.Text))',
};

describeLab('the migrations of a deploy', () => {
  let host: LabHost;
  let shelf: Shelf;
  let releases: string;

  beforeAll(async () => {
    releases = await mkdtemp(join(tmpdir(), 'vdb-releases-'));
    host = await hostWithGateway(NAME);
    const file = join(host.directory, 'vdb.yaml');
    const document = parseDocument(await readFile(file, 'utf8'));
    document.setIn(['gateway', 'test_embedder'], true);
    for (const rate of ['default', 'search', 'write'])
      document.setIn(['gateway', 'rate_limit', rate], '100000/minute');
    document.setIn(['monitoring', 'health_check_interval_seconds'], 2);
    document.setIn(['deployment', 'bake_seconds'], 3);
    // A preflight runs all checks: a machine that is busy with other tests may be slow to answer these.
    const waiver = { owner: 'tests', reason: 'other tests run beside', expires: '2099-01-01' };
    const slow = ['gateway.search', 'gateway.ready'].map((id) => ({ id, ...waiver }));
    document.setIn(['checks', 'waivers'], slow);
    await writeFile(file, document.toString());
    done(await host.vdb(`provision ${WITHOUT_PYTHON}`));
    shelf = await shelfBehindEdge(host);
  });
  afterAll(async () => {
    await shelf?.close();
    await remove(NAME);
    await rm(releases, { recursive: true, force: true });
  });

  /** A later release of vdb: this one, with these migrations as well. */
  async function release(name: string, migrations: readonly Migration[]): Promise<string> {
    const directory = join(releases, name);
    await mkdir(directory);
    for (const part of ['bin', 'dist', 'templates', 'schema', 'package.json'])
      await cp(join(PACKAGE, part), join(directory, part), { recursive: true });
    await symlink(join(PACKAGE, 'node_modules'), join(directory, 'node_modules'));
    const versions = join(directory, 'templates/citadel/migrations/versions');
    for (const migration of migrations)
      await writeFile(join(versions, `${migration.id}.py`), sourceOf(migration));
    return join(directory, 'bin/vdb');
  }
  const run = (vdb: string, args: string): Promise<Ended> =>
    start(vdb, ['--lab', NAME, ...args.split(' ')], { cwd: site.directory }).ended;
  const sql = async (query: string): Promise<string> =>
    (await host.inside(`runuser -u postgres -- psql -tA -d vector_metadata -c "${query}"`)).trim();
  const revision = () => sql('SELECT version_num FROM alembic_version');
  const hasColumn = async (name: string): Promise<boolean> =>
    (await sql(
      `SELECT count(*) FROM information_schema.columns WHERE table_name = 'documents' AND column_name = '${name}'`,
    )) === '1';
  const running = async () =>
    (
      await host.inside(
        `systemctl list-units --plain --no-legend 'api-gateway@*' | awk '$3 == "active" { print $1 }'`,
      )
    ).trim();
  const known = () => host.inside('cat /var/lib/vdb/state.json; ls /opt/qdrant/releases /opt/qdrant/gateway');
  const done = (ended: Ended) => expect(ended.exitCode, ended.stdout + ended.stderr).toBe(0);

  /** Runs `work` under a load of searches and writes, all of which must be answered well. */
  async function underLoad(work: () => Promise<void>): Promise<void> {
    const load = shelf.load();
    await sleep(1000);
    await work();
    await sleep(1000);
    await load.stop();
    const answers = load.answers();
    expect(answers.length).toBeGreaterThan(50);
    expect(answers.filter(({ status }) => status < 200 || status >= 300)).toEqual([]);
  }

  test('that only expand leave a way back', async () => {
    const vdb = await release('second', [NOTE]);
    const plan = await run(vdb, 'deploy --plan');
    expect(plan.stdout).toContain('101_note, in stage');
    await underLoad(async () => done(await run(vdb, 'deploy')));
    expect(await revision()).toBe('101_note');
    expect(await hasColumn('note')).toBe(true);
    done(await run(vdb, 'rollback --plan'));
  });

  test('expand before the cutover, and contract once the old slot is stopped', async () => {
    const vdb = await release('third', [NOTE, REMARK, NO_NOTE]);
    const from = await running();
    expect((await run(vdb, 'db status')).stdout).toMatch(/pending +contract +103_no_note/);
    const migrated = await run(vdb, 'db migrate');
    expect(migrated.exitCode, migrated.stderr).toBe(2);
    expect(migrated.stderr).toContain('103_no_note takes away what the gateway that serves may need');
    expect(migrated.stderr).toContain('vdb db migrate --to 102_remark');
    expect(await revision()).toBe('101_note');
    await underLoad(async () => {
      done(await run(vdb, 'deploy --pause-after bake'));
      expect(await revision()).toBe('102_remark');
      expect([await hasColumn('note'), await hasColumn('remark')]).toEqual([true, true]);
      expect(await running()).toContain(from);
      const ended = await run(vdb, 'deploy continue');
      done(ended);
      expect(ended.stderr).toContain('the schema went on to 103_no_note');
      expect(ended.stderr).toMatch(/No way back to gateway-\S+: it cannot live with 103_no_note/);
    });
    expect(await revision()).toBe('103_no_note');
    expect(await hasColumn('note')).toBe(false);
    expect(await running()).not.toContain(from);
    const provisioned = await run(vdb, 'provision --only 1.2,4.5 --json');
    expect(result(provisioned), provisioned.stdout).toMatchObject({ changed: 0, exit_code: 0 });
  });

  test('that have contracted forbid the way back, with nothing changed', async () => {
    const vdb = join(releases, 'third/bin/vdb');
    const before = await known();
    for (const command of ['rollback --plan', 'rollback']) {
      const ended = await run(vdb, command);
      expect(ended.exitCode, ended.stderr).toBe(2);
      expect(ended.stderr).toContain('cannot live with the schema that is there: 103_no_note');
      expect(ended.stderr).toContain('its own newest migration is 101_note');
    }
    expect(await known()).toBe(before);
  });

  test('that the new release needs behind a contraction are refused, with nothing changed', async () => {
    const vdb = await release('fourth', [NOTE, REMARK, NO_NOTE, NO_REMARK, TITLE]);
    const before = await known();
    for (const command of ['deploy --plan', 'deploy']) {
      const ended = await run(vdb, command);
      expect(ended.exitCode, ended.stderr).toBe(2);
      expect(ended.stderr).toContain('it needs 105_title, which comes after 104_no_remark');
      expect(ended.stderr).toContain('vdb provision --only 3.1,1.2');
    }
    expect([await known(), await revision()]).toEqual([before, '103_no_note']);
  });
});

function sourceOf({ id, down, phase, upgrade }: Migration): string {
  return `"""What ${id} is for."""

import sqlalchemy as sa
from alembic import op

revision = "${id}"
down_revision = "${down}"
branch_labels = None
depends_on = None
phase = "${phase}"


def upgrade() -> None:
    ${upgrade}


def downgrade() -> None:
    pass
`;
}
