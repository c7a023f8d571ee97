import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { type Ended, type LabHost, result, start } from '../../support/lab.js';
import { describeLab } from '../support/shared.js';
import { freshHost, remove, site, vdb, WITHOUT_PYTHON } from '../support/site.js';
import { testThorough } from '../support/thorough.js';
import { ask, editSet, fill, pathOf, pointsOf, shapeOf } from './set-on-host.js';

const NAME = 'restore';
const DOCS = 'docs';
const ODD = "o'dd näme & co";
const BIG = 'big';
const BIG_POINTS = 20_000;
const CONFIGURED = 'general';

const psql = (host: LabHost, sql: string): Promise<string> =>
  host.inside(`cd /; runuser -u postgres -- psql -XAtq -d vector_metadata`, sql);
const rowsOf = async (host: LabHost): Promise<number> =>
  Number(await psql(host, 'SELECT count(*) FROM app_notes'));

describeLab('vdb restore', () => {
  let host: LabHost;
  let set: string;
  let isReal: boolean;

  const restore = (...args: string[]): Promise<Ended> =>
    vdb(['--lab', NAME, '--json', '--yes', 'restore', ...args]);
  const errorOf = (ended: Ended) =>
    result(ended).error as { code: string; message: string; meaning?: string };
  const file = (path: string) => `/data/backups/${set}/${path}`;
  const settled = () =>
    host.inside(
      'flock -w 300 /run/vdb/busy true; for i in $(seq 60); do curl -fsS -o /dev/null http://127.0.0.1:6333/readyz && exit; sleep 1; done; exit 1',
    );
  const heldOver = () =>
    host.inside('find /data/qdrant/blue/snapshots -path "*.vdb-restore*" -o -name "*.snapshot"');
  const listed = async () =>
    result(await vdb(['--lab', NAME, '--json', 'restore', 'list'])).restores as {
      restore: string;
      state: string | null;
      collections: { collection: string; points: number }[];
      in_use: { collection: string; aliases: string[] }[];
      databases: string[];
    }[];

  beforeAll(async () => {
    host = await freshHost(NAME);
    const { exitCode, stderr } = await host.vdb(`provision ${WITHOUT_PYTHON}`);
    if (exitCode !== 0) throw new Error(stderr);
    const { version } = JSON.parse(await host.inside('curl -fsS http://127.0.0.1:6333/')) as {
      version: string;
    };
    isReal = !version.includes('emulator');
    console.info(`restored in: ${isReal ? 'Qdrant' : 'the emulator'} ${version}`);
    await fill(host, DOCS, 300, 8);
    await fill(host, ODD, 50, 4);
    await fill(host, BIG, BIG_POINTS, 64);
    await ask(host, 'POST', '/collections/aliases', {
      actions: [{ create_alias: { alias_name: 'current', collection_name: DOCS } }],
    });
    await psql(
      host,
      `CREATE TABLE app_notes (id int PRIMARY KEY, note text);
       INSERT INTO app_notes SELECT i, 'note ' || i FROM generate_series(1, 40) i;`,
    );
    const taken = await vdb(['--lab', NAME, '--json', 'backup']);
    if (taken.exitCode !== 0) throw new Error(taken.stdout + taken.stderr);
    set = (await host.inside('ls /data/backups')).trim();
  });

  afterAll(async () => {
    await remove(NAME);
    await remove('recovered');
  });

  beforeEach(async () => {
    await settled();
  });

  test('shows a plan and changes nothing with --plan', async () => {
    const before = await shapeOf(host);
    const plan = result(await restore('latest', '--plan'));
    expect(plan).toMatchObject({ status: 'planned', set, changed: 0, exit_code: 0 });
    expect(plan.collections).toContainEqual(
      expect.objectContaining({
        name: DOCS,
        action: 'exchange',
        points: 300,
        kept: `${DOCS}--before-${set}`,
      }),
    );
    expect(await shapeOf(host)).toEqual(before);
    expect(await listed()).toEqual([]);
  });

  test('asks for --yes where there is no terminal', async () => {
    const ended = await vdb(['--lab', NAME, 'restore', set]);
    expect(ended.exitCode).toBe(2);
    expect(ended.stderr).toMatch(/next:\s+Give --yes/);
  });

  test('goes on with collections of their own names that a restore has made before it was killed', async () => {
    const before = await shapeOf(host);
    for (const name of [ODD, BIG]) await ask(host, 'DELETE', pathOf(name));
    const chosen = ['--collection', ODD, '--collection', BIG];
    const run = start(vdbProgram(), ['--lab', NAME, '--json', '--yes', 'restore', set, ...chosen], {
      cwd: site.directory,
    });
    await run.until(/"step.finished","step":"collection/);
    run.child.kill('SIGKILL');
    await run.ended;
    await settled();
    const plan = result(await restore(set, ...chosen, '--plan')).collections as { action: string }[];
    expect(plan.map(({ action }) => action)).toEqual(['create', 'create']);
    expect((await restore(set, ...chosen)).exitCode).toBe(0);
    expect(await shapeOf(host)).toEqual(before);
    expect(await listed()).toEqual([]);
  });

  test('puts a set over a collection of another size; the old one is kept, and undo brings it back', async () => {
    await ask(host, 'DELETE', pathOf(DOCS));
    await ask(host, 'PUT', pathOf(DOCS), { vectors: { size: 4, distance: 'Dot' } });
    const points = [1, 2].map((id) => ({ id, vector: [id, 0, 0, 1], payload: {} }));
    await ask(host, 'PUT', `${pathOf(DOCS)}/points?wait=true`, { points });
    const done = result(await restore(set, '--collection', DOCS));
    expect(done).toMatchObject({ status: 'done', exit_code: 0 });
    expect(done.rto_seconds).toBeGreaterThan(0);
    expect(done.rpo_seconds).toBeGreaterThan(0);
    expect(await pointsOf(host, DOCS)).toBe(300);
    expect((await shapeOf(host)).aliases).toMatchObject({
      [DOCS]: `${DOCS}--${set}`,
      current: `${DOCS}--${set}`,
    });
    expect(await listed()).toMatchObject([
      { restore: set, state: 'done', collections: [{ collection: `${DOCS}--before-${set}`, points: 2 }] },
    ]);

    const undone = await restore('undo');
    expect(undone.exitCode, undone.stdout).toBe(0);
    expect(await pointsOf(host, DOCS)).toBe(2);
    expect(await listed()).toMatchObject([
      { state: 'undone', collections: [{ collection: `${DOCS}--${set}` }] },
    ]);
    expect((await restore('discard')).exitCode).toBe(0);
    expect(await listed()).toEqual([]);
    expect((await shapeOf(host)).collections).not.toContain(`${DOCS}--${set}`);
    expect(await pointsOf(host, DOCS)).toBe(2);
    expect(await heldOver()).toBe('');
  });

  test('moves the alias that a name is, and keeps what was behind it until it is discarded', async () => {
    expect((await restore(set, '--collection', DOCS)).exitCode).toBe(0);
    expect(await pointsOf(host, DOCS)).toBe(300);
    const [kept] = await listed();
    expect(kept?.collections).toMatchObject([{ collection: `${DOCS}--before-${set}`, points: 2 }]);
    expect((await restore('discard', kept!.restore)).exitCode).toBe(0);
    expect(await pointsOf(host, DOCS)).toBe(300);
    expect((await shapeOf(host)).collections).not.toContain(`${DOCS}--before-${set}`);
  });

  test('restores a collection beside, under a name with quotes, blanks and letters beyond ASCII', async () => {
    const before = await shapeOf(host);
    const as = `${ODD} 2`;
    expect((await restore(set, '--collection', ODD, '--as', as)).exitCode).toBe(0);
    expect(await pointsOf(host, as)).toBe(50);
    expect((await shapeOf(host)).aliases).toEqual(before.aliases);
    await ask(host, 'DELETE', pathOf(as));
    expect((await restore(set, '--collection', ODD)).exitCode).toBe(0);
    expect(await pointsOf(host, ODD)).toBe(50);
    expect((await restore('discard')).exitCode).toBe(0);
    const refused = await restore(set, '--collection', ODD, '--as', DOCS);
    expect([refused.exitCode, errorOf(refused).code]).toEqual([2, 'restore.exists']);
  });

  test.each([
    [
      'has a flipped byte',
      `printf '\\377' | dd of=FILE bs=1 seek=2000 conv=notrunc status=none`,
      /was changed/,
    ],
    ['is cut off', 'truncate -s 1000 FILE', /has 1000 bytes in place of/],
    ['is missing', 'rm FILE', /is missing/],
  ])('refuses a set of which a part %s, and changes nothing', async (_, harm, message) => {
    const path = file(`collections/${DOCS}.snapshot`);
    await host.inside(`cp -p ${path} /root/whole; ${harm.replace('FILE', path)}`);
    const before = await shapeOf(host);
    const refused = await restore(set);
    await host.inside(`mv /root/whole ${path}`);
    expect([refused.exitCode, errorOf(refused).code]).toEqual([1, 'restore.damaged']);
    expect(errorOf(refused).message).toMatch(message);
    expect(await shapeOf(host)).toEqual(before);
    expect(await listed()).toEqual([]);
  });

  test.each([
    ['is of a newer Qdrant', "it['versions']['qdrant'] = '1.99.0'", 'restore.version'],
    ['is of an older Qdrant', "it['versions']['qdrant'] = '1.2.0'", 'restore.version'],
    ['is of the other kind of server', "it['genuine'] = not it.get('genuine', True)", 'restore.other-server'],
  ])('refuses a set that %s', async (_, statement, code) => {
    await host.inside(`cp -p ${file('manifest.json')} /root/manifest`);
    await editSet(host, set, 'manifest.json', statement);
    const before = await shapeOf(host);
    const refused = await restore(set);
    await host.inside(`mv /root/manifest ${file('manifest.json')}`);
    expect([refused.exitCode, errorOf(refused).code]).toEqual([1, code]);
    expect(await shapeOf(host)).toEqual(before);
  });

  test('refuses a set that is unfinished, and one that is not there', async () => {
    await host.inside('mkdir /data/backups/20200101T000000Z');
    const unfinished = await restore('2020');
    await host.inside('rmdir /data/backups/20200101T000000Z');
    expect([unfinished.exitCode, errorOf(unfinished).code]).toEqual([1, 'restore.unfinished']);
    const absent = await restore('2019');
    expect([absent.exitCode, errorOf(absent).code]).toEqual([2, 'backup.no-set']);
  });

  test('reports an alias of the set that points nowhere, and restores the rest', async () => {
    await host.inside(`cp -p ${file('manifest.json')} ${file('qdrant.json')} /root/`);
    await editSet(host, set, 'qdrant.json', "it['aliases']['lost'] = 'gone'");
    const plan = result(await restore(set, '--only', 'qdrant', '--plan'));
    await host.inside(
      `mv /root/manifest.json ${file('manifest.json')}; mv /root/qdrant.json ${file('qdrant.json')}`,
    );
    expect(plan.skipped).toContain('alias lost: gone is not in the set');
    expect(plan.aliases).not.toContainEqual(expect.objectContaining({ alias: 'lost' }));
  });

  test('restores everything: collections, aliases and rows; a second provision changes nothing, checks stay as they were', async () => {
    await psql(host, 'DELETE FROM app_notes WHERE id > 5; CREATE TABLE later (id int)');
    const before = result(await vdb(['--lab', NAME, '--json', 'check', 'collections']));
    const done = result(await restore(set));
    expect(done).toMatchObject({ status: 'done', exit_code: 0 });
    expect([await pointsOf(host, DOCS), await pointsOf(host, ODD), await rowsOf(host)]).toEqual([
      300, 50, 40,
    ]);
    expect(result(await host.vdb(`provision ${WITHOUT_PYTHON} --json`))).toMatchObject({
      changed: 0,
      exit_code: 0,
    });
    const after = result(await vdb(['--lab', NAME, '--json', 'check', 'collections']));
    expect(after.exit_code).toBe(before.exit_code);

    const undone = await restore('undo');
    expect(undone.exitCode, undone.stdout).toBe(0);
    expect(await rowsOf(host)).toBe(5);
    expect(await pointsOf(host, DOCS)).toBe(300);
    expect((await restore('discard')).exitCode).toBe(0);
    const names = await psql(host, "SELECT datname FROM pg_database WHERE datname LIKE 'vector_metadata%'");
    expect(names).toBe('vector_metadata\n');
  });

  test('stops at Ctrl-C before the switches, with everything as it was', async () => {
    const before = await shapeOf(host);
    const run = start(vdbProgram(), ['--lab', NAME, '--json', '--yes', 'restore', set], {
      cwd: site.directory,
    });
    await run.until(/"step.finished","step":"collection/);
    run.child.kill('SIGINT');
    const ended = await run.ended;
    expect(ended.exitCode).toBe(130);
    expect(result(ended)).toMatchObject({ status: 'interrupted', changed: 0 });
    expect(await shapeOf(host)).toEqual(before);
    expect(await listed()).toEqual([]);
  });

  testThorough(
    'leaves what was there in place when it is killed; what is left over is listed and can be discarded',
    async () => {
      const before = await shapeOf(host);
      const run = start(vdbProgram(), ['--lab', NAME, '--json', '--yes', 'restore', set], {
        cwd: site.directory,
      });
      await run.until(/"step.finished","step":"collection/);
      run.child.kill('SIGKILL');
      await run.ended;
      await settled();
      expect((await shapeOf(host)).aliases).toEqual(before.aliases);
      const [left] = await listed();
      expect(left).toMatchObject({ state: 'begun' });
      expect(left?.collections.length).toBeGreaterThan(0);
      const plan = result(await restore(set, '--plan'));
      expect((plan.leftovers as string[]).length).toBeGreaterThan(0);
      expect((await restore('discard', left!.restore)).exitCode).toBe(0);
      expect(await shapeOf(host)).toEqual(before);
      expect(await heldOver()).toBe('');
    },
  );

  testThorough('leaves no half-made collection when Qdrant is killed in the middle of it', async () => {
    const before = await shapeOf(host);
    const killer =
      host.enter(`timeout 60 bash -c 'until [ -e /data/qdrant/blue/snapshots/.vdb-restore/collection.snapshot ]; do sleep 0.02; done' || exit
      sleep 0.3; kill -KILL $(systemctl show -p MainPID --value qdrant@blue)`);
    const ended = await restore(set, '--collection', BIG, '--as', 'big2');
    await killer.ended;
    await settled();
    const { collections } = await shapeOf(host);
    if (ended.exitCode === 0) {
      expect(await pointsOf(host, 'big2')).toBe(BIG_POINTS);
      await ask(host, 'DELETE', pathOf('big2'));
    } else {
      expect(errorOf(ended).meaning).toMatch(/has been removed again|Nothing was changed/);
      expect(collections).toEqual(before.collections);
    }
    expect(await listed()).toEqual([]);
    expect(await heldOver()).toBe('');
  });

  testThorough('leaves nothing behind when the disk is full in the middle of it', async ({ skip }) => {
    if (!isReal) skip('the emulator unpacks nothing');
    const before = await shapeOf(host);
    const inQdrant = (command: string) =>
      host.inside(`nsenter -t $(systemctl show -p MainPID --value qdrant@blue) -m ${command}`);
    await inQdrant('mount -t tmpfs -o size=2m,mode=0777 tmpfs /data/qdrant/blue/tmp');
    try {
      const ended = await restore(set, '--only', 'qdrant');
      expect([ended.exitCode, errorOf(ended).code]).toEqual([1, 'restore.collection-failed']);
    } finally {
      await inQdrant('umount /data/qdrant/blue/tmp');
    }
    expect(await shapeOf(host)).toEqual(before);
    expect(await listed()).toEqual([]);
    expect(await heldOver()).toBe('');
  });

  test('brings configuration files back and keeps those that it replaces', async () => {
    await host.inside('echo "# changed" >> /etc/nftables.conf; rm /etc/sysctl.d/60-vdb.conf');
    const plan = result(await restore(set, '--only', 'config', '--plan'));
    expect((plan.configuration as { files: { path: string; state: string }[] }).files).toMatchObject([
      { path: '/etc/nftables.conf', state: 'differs' },
      { path: '/etc/sysctl.d/60-vdb.conf', state: 'missing' },
    ]);
    expect((await restore(set, '--only', 'config')).exitCode).toBe(0);
    expect(await host.inside('tail -n 1 /etc/nftables.conf; ls /etc/sysctl.d/60-vdb.conf')).not.toContain(
      '# changed',
    );
    const kept = (await host.inside('ls /var/lib/vdb/before-restore-*.tar')).trim();
    expect(await host.inside(`tar xOf ${kept} etc/nftables.conf | tail -n 1`)).toBe('# changed\n');
    const undone = await restore('undo');
    expect(undone.exitCode, undone.stdout).toBe(0);
    expect(await host.inside('tail -n 1 /etc/nftables.conf')).toBe('# changed\n');
    expect((await restore('discard')).exitCode).toBe(0);
    expect((await host.vdb(`provision ${WITHOUT_PYTHON}`)).exitCode).toBe(0);
  });

  testThorough(
    'takes nothing for its own because of its name, not when it restores, undoes, discards or backs up',
    async () => {
      const own = [`${DOCS}--${set}`, `${DOCS}--before-${set}`, `x--${set}.2`];
      for (const name of own) await fill(host, name, 3, 4);
      const database = `vector_metadata_before_${set.toLowerCase()}`;
      await psql(host, `CREATE DATABASE "${database}"`);
      const before = await shapeOf(host);
      expect(await listed()).toEqual([]);
      const plan = result(await restore(set, '--plan'));
      expect(plan.leftovers).toEqual([]);

      const done = result(await restore(set, '--only', 'qdrant,postgres'));
      expect(done).toMatchObject({ status: 'done', exit_code: 0 });
      const kept = (await listed())[0]?.collections.map(({ collection }) => collection) ?? [];
      expect(kept.length).toBeGreaterThan(0);
      const taken = result(await vdb(['--lab', NAME, '--json', 'backup']));
      const later = taken.id as string;
      const manifest = JSON.parse(await host.inside(`cat /data/backups/${later}/manifest.json`)) as {
        parts: { collection?: string }[];
        kept_by_restores: string[];
      };
      await host.inside(`rm -r /data/backups/${later}`);
      expect(manifest.kept_by_restores.sort()).toEqual([...kept].sort());
      const inSet = manifest.parts.flatMap(({ collection }) => collection ?? []);
      expect(inSet).toEqual(expect.arrayContaining(own));
      for (const name of kept) expect(inSet).not.toContain(name);

      expect((await restore('undo')).exitCode).toBe(0);
      expect((await restore('discard')).exitCode).toBe(0);
      const { collections } = await shapeOf(host);
      for (const name of own) {
        expect(collections).toContain(name);
        expect(await pointsOf(host, name)).toBe(3);
        await ask(host, 'DELETE', pathOf(name));
      }
      expect(before.collections).toEqual(expect.arrayContaining(own));
      const names = await psql(host, "SELECT datname FROM pg_database WHERE datname LIKE 'vector_metadata%'");
      expect(names.trim().split('\n').sort()).toEqual(['vector_metadata', database]);
      await psql(host, `DROP DATABASE "${database}"`);
    },
  );

  testThorough('never removes what an alias points to, says so, and removes it once none does', async () => {
    expect((await restore(set, '--collection', DOCS)).exitCode).toBe(0);
    const [{ restore: id, collections } = { restore: '', collections: [] }] = await listed();
    const kept = collections.at(-1)?.collection as string;
    await ask(host, 'POST', '/collections/aliases', {
      actions: [{ create_alias: { alias_name: 'old', collection_name: kept } }],
    });
    expect(await listed()).toMatchObject([
      {
        collections: [],
        in_use: expect.arrayContaining([expect.objectContaining({ collection: kept, aliases: ['old'] })]),
      },
    ]);
    const refused = await restore('discard', id);
    expect([refused.exitCode, errorOf(refused).code]).toEqual([1, 'restore.in-use']);
    expect(await pointsOf(host, 'old')).toBeGreaterThan(0);
    await ask(host, 'POST', '/collections/aliases', { actions: [{ delete_alias: { alias_name: 'old' } }] });
    expect((await restore('discard', id)).exitCode).toBe(0);
    expect((await shapeOf(host)).collections).not.toContain(kept);
    expect(await listed()).toEqual([]);
  });

  testThorough('takes back restores that stand on one another in turn, the last one first', async () => {
    for (let time = 0; time < 2; time++) expect((await restore(set, '--collection', DOCS)).exitCode).toBe(0);
    const [last, first] = (await listed()).map((each) => each.restore);
    const refused = await restore('undo', first!);
    expect([refused.exitCode, errorOf(refused).code]).toEqual([2, 'restore.undo-order']);
    expect(errorOf(refused).message).toContain(last);
    for (const id of [last, first]) expect((await restore('undo', id!)).exitCode).toBe(0);
    const nothing = await restore('undo');
    expect([nothing.exitCode, errorOf(nothing).code]).toEqual([2, 'restore.undone']);
    for (const id of [last, first]) expect((await restore('discard', id!)).exitCode).toBe(0);
    expect(await pointsOf(host, DOCS)).toBe(300);
    expect(await listed()).toEqual([]);
  });

  test.each([
    ['a set that is not there', ['2019'], 'backup.no-set'],
    ['a collection that is not in it', ['latest', '--collection', 'nope'], 'restore.no-collection'],
    ['a name that is taken', ['latest', '--collection', DOCS, '--as', DOCS], 'restore.exists'],
    ['a name that Qdrant would not take', ['latest', '--collection', DOCS, '--as', 'a/b'], 'restore.as'],
    [
      'words that contradict each other',
      ['latest', '--only', 'qdrant,postgres', '--collection', DOCS],
      'restore.selection',
    ],
    ['nothing to discard', ['discard', '2019'], 'restore.none-kept'],
    ['nothing to undo', ['undo', '2019'], 'restore.none-kept'],
  ])('refuses %s before it asks', async (_, args, code) => {
    const ended = await vdb(['--lab', NAME, '--json', 'restore', ...args]);
    expect([ended.exitCode, errorOf(ended).code]).toEqual([2, code]);
  });

  testThorough('brings a whole server back on a fresh host', async () => {
    const archive = join(site.directory, 'set.tar');
    await host.inside(`tar -C /data/backups -cf /root/set.tar ${set}`);
    const copied = await start(host.engine, ['cp', `${host.container}:/root/set.tar`, archive]).ended;
    expect(copied.exitCode).toBe(0);
    await remove(NAME);
    const fresh = await freshHost('recovered');
    expect((await fresh.vdb(`provision ${WITHOUT_PYTHON}`)).exitCode).toBe(0);
    expect(
      (await start(host.engine, ['cp', archive, `${fresh.container}:/root/set.tar`]).ended).exitCode,
    ).toBe(0);
    await fresh.inside(
      'mkdir -p -m 0700 /data/backups && tar -C /data/backups --same-owner -xf /root/set.tar',
    );
    const ended = await vdb(['--lab', 'recovered', '--json', '--yes', 'restore', 'latest']);
    const done = result(ended);
    expect(done).toMatchObject({ status: 'done', set, exit_code: 0 });
    console.info(`disaster recovery: RTO ${done.rto_seconds} s, RPO ${done.rpo_seconds} s`);
    const counts = [DOCS, ODD, BIG, CONFIGURED, 'current'].map((name) => pointsOf(fresh, name));
    expect(await Promise.all(counts)).toEqual([300, 50, BIG_POINTS, 0, 300]);
    expect(await rowsOf(fresh)).toBe(40);
    expect(result(await fresh.vdb(`provision ${WITHOUT_PYTHON} --json`))).toMatchObject({
      changed: 0,
      exit_code: 0,
    });
    expect((await fresh.vdb('history')).stdout).toContain('restore latest');
  });
});

function vdbProgram(): string {
  return process.env.VDB_BIN ?? new URL('../../../bin/vdb', import.meta.url).pathname;
}
