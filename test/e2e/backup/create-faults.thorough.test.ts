import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { readDefinitions } from '../../../src/backup/definitions.js';
import { events, type LabHost, result, type Started } from '../../support/lab.js';
import { vdbWith } from '../support/configuration.js';
import { onSharedHost } from '../support/shared.js';
import {
  before,
  clean,
  dropCollection,
  expectNothingLeft,
  go,
  HOLD,
  held,
  idle,
  killWorkers,
  listed,
  METRICS,
  makeCollection,
  manifestOf,
  metric,
  psql,
  qdrant,
  SETS,
  snapshotOf,
  unhook,
} from './support.js';

/** A request of the administrator's, from within a hook. */
function curl(method: string, path: string, body?: object): string {
  const data = body === undefined ? '' : `-H 'content-type: application/json' -d '${JSON.stringify(body)}'`;
  return `curl -q -sS -H @/opt/qdrant/config/.admin-header -X ${method} ${data} 'http://127.0.0.1:6333${path}'`;
}

const POINT = { points: [{ id: 1, vector: [0.01, 0.5, 0.25, 0.1], payload: { kind: 'odd', id: 1 } }] };
const SMALL = '/mnt/vdb-small';
const RESTART = 'systemctl kill -s KILL qdrant@blue.service';

onSharedHost('while a set is taken', (host) => {
  beforeAll(async () => {
    console.log(`backups are taken of ${await host().inside('curl -s http://127.0.0.1:6333/')}`);
    await clean(host());
    await host().inside(`rm -f ${METRICS}`);
    await makeCollection(host(), 'docs');
  });
  afterEach(() => clean(host()));
  afterAll(() => dropCollection(host(), 'docs'));

  /** A whole run with its set. */
  const taken = async (args = 'backup --json') => {
    const ended = await host().vdb(args);
    expect(ended, ended.stdout + ended.stderr).toMatchObject({ exitCode: 0 });
    const id = String(result(ended).id);
    const manifest = await manifestOf(host(), id);
    const definitions = readDefinitions(await host().inside(`cat ${SETS}/${id}/qdrant.json`), id);
    const part = (collection: string) => manifest.parts.find((each) => each.collection === collection);
    return { id, manifest, definitions, part, told: events(ended.stdout) };
  };
  /** A run that is held before it asks Qdrant for the snapshot of `docs`, or for what the pattern says. */
  const inTheMiddle = async (args = 'backup', pattern = snapshotOf('docs')): Promise<Started> => {
    await before(host(), 'curl', pattern, HOLD);
    const run = host().begin(args);
    await held(host(), run);
    return run;
  };

  test('a collection is made: it is in the set', async () => {
    const make = `${curl('PUT', '/collections/late', { vectors: { size: 4, distance: 'Dot' } })}
      ${curl('POST', '/collections/aliases', { actions: [{ create_alias: { collection_name: 'late', alias_name: 'later' } }] })}`;
    await before(host(), 'curl', snapshotOf('general'), make);
    try {
      const { part, definitions, id } = await taken();
      expect(part('late')).toMatchObject({ points: 0 });
      expect(definitions.aliases.later).toBe('late');
      await expectNothingLeft(host(), [id]);
    } finally {
      await dropCollection(host(), 'late');
    }
  });

  test.each([
    ['before Qdrant is asked for its snapshot', 'curl', snapshotOf('gone')],
    ['after its snapshot was made', 'curl', '*"-X DELETE"*"/collections/gone/snapshots"*'],
  ])('a collection is deleted %s: the set is whole without it', async (_, program, pattern) => {
    await makeCollection(host(), 'gone');
    await before(host(), program, pattern, curl('DELETE', '/collections/gone?timeout=30'));
    const { part, told, definitions, id } = await taken();
    expect(part('gone')).toBeUndefined();
    expect(part('docs')).toMatchObject({ points: 20 });
    expect(definitions.collections.gone).toBeUndefined();
    expect(told).toContainEqual(
      expect.objectContaining({ type: 'part.gone', path: 'collections/gone.snapshot' }),
    );
    expect(await host().inside(`ls ${SETS}/${id}/collections`)).not.toContain('gone');
    await expectNothingLeft(host(), [id]);
  });

  test('a collection is deleted to be made anew: the new one is in the set', async () => {
    await makeCollection(host(), 'gone');
    const settings = { vectors: { size: 4, distance: 'Dot' } };
    await before(
      host(),
      'curl',
      snapshotOf('gone'),
      `${curl('DELETE', '/collections/gone?timeout=30')}; ( sleep 0.5; ${curl('PUT', '/collections/gone', settings)} ) >/dev/null 2>&1 &`,
    );
    try {
      const { part, definitions } = await taken();
      expect(part('gone')).toMatchObject({ points: 0 });
      expect(definitions.collections.gone?.payload_schema).toEqual({});
    } finally {
      await dropCollection(host(), 'gone');
    }
  });

  test('points are written: the count is a range, and what was changed is no sample', async () => {
    await makeCollection(host(), 'busy');
    const points = [1, 100].map((id) => ({ id, vector: [0, 0, 0, 1], payload: {} }));
    await before(
      host(),
      'curl',
      snapshotOf('busy'),
      curl('PUT', '/collections/busy/points?wait=true', { points }),
    );
    try {
      const { part, definitions } = await taken();
      expect(part('busy')).toMatchObject({ points_between: [20, 21] });
      expect(part('busy')).not.toHaveProperty('points');
      expect(definitions.collections.busy?.sample.map(({ id }) => id)).toEqual([2, 3, 4, 5, 6, 7, 8]);
    } finally {
      await dropCollection(host(), 'busy');
    }
  });

  test.each([
    ['Qdrant', /: collection docs$/, () => curl('PUT', '/collections/docs/points?wait=true', POINT)],
    [
      'an alias',
      /: aliases$/,
      () =>
        curl('POST', '/collections/aliases', {
          actions: [{ create_alias: { collection_name: 'docs', alias_name: 'a' } }],
        }),
    ],
    [
      'PostgreSQL',
      /: PostgreSQL$/,
      () => `cd /; runuser -u postgres -- psql -Xqc 'CREATE TABLE written (id int); DROP TABLE written'`,
    ],
  ])(
    '%s is written to, where all parts must have one instant: there is no set',
    async (_, message, write) => {
      await before(host(), 'setpriv', '*VERBOSITY=terse*', write());
      const ended = await host().vdb('backup --consistent --json');
      expect(ended.exitCode).toBe(1);
      const { error } = result(ended) as { error: { code: string; message: string } };
      expect(error).toMatchObject({ code: 'backup.not-consistent' });
      expect(error.message.replace(', PostgreSQL', '')).toMatch(message);
      await expectNothingLeft(host(), []);
      await qdrant(host(), 'POST', '/collections/aliases', {
        actions: [{ delete_alias: { alias_name: 'a' } }],
      }).catch(() => {});
    },
  );

  test('points are written over: there are as many as before, and that is no certain number', async () => {
    await makeCollection(host(), 'busy');
    const points = [{ id: 1, vector: [0, 0, 0, 1], payload: {} }];
    const write = curl('PUT', '/collections/busy/points?wait=true', { points });
    await before(host(), 'curl', snapshotOf('busy'), write);
    try {
      const { part } = await taken();
      expect(part('busy')).toMatchObject({ points_between: [20, 20] });
      expect(part('docs')).toMatchObject({ points: 20 });
    } finally {
      await dropCollection(host(), 'busy');
    }
  });

  test('somebody takes a snapshot: it is left alone', async () => {
    const own = `ls /data/qdrant/blue/snapshots/docs | grep -c 'snapshot$' || true`;
    await before(
      host(),
      'curl',
      '*"-X DELETE"*"/collections/docs/snapshots"*',
      `sleep 1.1; ${curl('POST', '/collections/docs/snapshots?wait=true')}`,
    );
    try {
      await taken();
      expect(await host().inside(own)).toBe('1\n');
    } finally {
      await host().inside('rm -rf /data/qdrant/blue/snapshots/docs');
    }
  });

  test('the dump takes longer than PostgreSQL lets a session be idle in its transaction', async () => {
    const limit = (value: string) =>
      psql(host(), `ALTER DATABASE vector_metadata SET idle_in_transaction_session_timeout = '${value}'`);
    await psql(host(), 'CREATE TABLE held (id int)');
    await limit('1s');
    try {
      const lock = `-c 'SET idle_in_transaction_session_timeout = 0' -c BEGIN -c 'LOCK TABLE held' -c 'SELECT pg_sleep(4)' -c COMMIT`;
      await before(
        host(),
        'setpriv',
        '*VERBOSITY=terse*',
        `cd /; runuser -u postgres -- psql -Xqd vector_metadata ${lock} >/dev/null 2>&1 & sleep 1`,
      );
      const { manifest } = await taken();
      const dump = manifest.parts.find(({ kind }) => kind === 'postgres');
      expect(Object.keys(dump?.tables ?? {})).toContain('public.held');
      const took = Date.parse(dump?.until ?? '') - Date.parse(dump?.from ?? '');
      expect(took).toBeGreaterThan(2000);
    } finally {
      await psql(host(), 'ALTER DATABASE vector_metadata RESET idle_in_transaction_session_timeout');
      await psql(host(), 'DROP TABLE held');
    }
  });

  test('a file of the configuration vanishes: the set is whole without it', async () => {
    await host().inside('echo 1 > /opt/citadel/rotated.log');
    await before(host(), 'grep', '*-slZaF*', 'rm -f /opt/citadel/rotated.log');
    const { id } = await taken();
    const files = await host().inside(`tar -tf ${SETS}/${id}/configuration.tar`);
    expect(files).toContain('opt/citadel/');
    expect(files).not.toContain('rotated.log');
  });

  test('an index is made: the snapshot is taken again, and the definition is that of the snapshot', async () => {
    await makeCollection(host(), 'changing');
    const index = { field_name: 'id', field_schema: 'integer' };
    await before(
      host(),
      'curl',
      snapshotOf('changing'),
      curl('PUT', '/collections/changing/index?wait=true', index),
    );
    try {
      const { part, definitions, id } = await taken();
      expect(Object.keys(definitions.collections.changing?.payload_schema ?? {}).sort()).toEqual([
        'id',
        'kind',
      ]);
      const sum = (await host().inside(`sha256sum ${SETS}/${id}/collections/changing.snapshot`)).slice(0, 64);
      expect(part('changing')?.sha256).toBe(sum);
      await expectNothingLeft(host(), [id]);
    } finally {
      await dropCollection(host(), 'changing');
    }
  });

  test('Qdrant is killed while it makes a snapshot: when it is back, the snapshot is taken again', async () => {
    const stop = `systemctl kill -s STOP qdrant@blue.service; ( sleep 1.5; ${RESTART} ) >/dev/null 2>&1 &`;
    await before(host(), 'curl', snapshotOf('docs'), stop);
    const { part, id } = await taken();
    expect(part('docs')).toMatchObject({ points: 20 });
    await expectNothingLeft(host(), [id]);
  });

  test('Qdrant is killed between two snapshots: the run waits for it', async () => {
    await before(host(), 'curl', '*"/collections/docs/points/count"*', RESTART);
    const { part, id } = await taken();
    expect(part('docs')).toMatchObject({ points: 20 });
    await expectNothingLeft(host(), [id]);
  });

  test('another run finds the host locked: exit code 5 and one line, or nothing where it gives way', async () => {
    const run = await inTheMiddle();
    const other = await host().vdb('backup');
    expect(other).toMatchObject({ exitCode: 5, stdout: '' });
    expect(other.stderr).toMatch(/^vdb backup failed: .* is locked by .*\n$/);
    expect(await host().vdb('backup --skip-if-locked')).toMatchObject({
      exitCode: 0,
      stdout: '',
      stderr: '',
    });
    const machine = await host().vdb('backup --skip-if-locked --json');
    expect(result(machine)).toMatchObject({ status: 'skipped', exit_code: 0 });
    await go(host());
    expect(await run.ended).toMatchObject({ exitCode: 0, stdout: '', stderr: '' });
    expect((await listed(host())).sets).toHaveLength(1);
  });

  test('the operator is killed: there is no set, and the next run sweeps', async () => {
    const run = await inTheMiddle();
    run.child.kill('SIGKILL');
    await run.ended;
    await go(host());
    await idle(host());
    const { sets, debris } = await listed(host());
    expect(sets).toHaveLength(1);
    expect(debris).toEqual([]);
    expect(await host().inside(`ls ${SETS}/*/manifest.json 2>/dev/null || echo none`)).toBe('none\n');
    await new Promise((resolve) => setTimeout(resolve, 1100));
    const { id } = await taken();
    await expectNothingLeft(host(), [id]);
  });

  test('all that works for it is killed, after Qdrant made its snapshot: the next run removes that one alone', async () => {
    const own = (await qdrant(host(), 'POST', '/collections/docs/snapshots?wait=true')) as { name: string };
    const run = await inTheMiddle('backup', '*"-X DELETE"*"/collections/docs/snapshots"*');
    run.child.kill('SIGKILL');
    await killWorkers(host());
    await run.ended;
    const names = async () => {
      const list = (await qdrant(host(), 'GET', '/collections/docs/snapshots')) as { name: string }[];
      return list.map(({ name }) => name);
    };
    expect(await names()).toHaveLength(2);
    expect(await host().inside(`ls -A ${SETS}/*/ | grep taking`)).toContain('.taking-docs');
    await unhook(host());
    await new Promise((resolve) => setTimeout(resolve, 4000));
    const later = (await qdrant(host(), 'POST', '/collections/docs/snapshots?wait=true')) as { name: string };
    const { id } = await taken();
    expect((await names()).sort()).toEqual([own.name, later.name]);
    for (const { name } of [own, later])
      await qdrant(host(), 'DELETE', `/collections/docs/snapshots/${name}?wait=true`);
    await expectNothingLeft(host(), [id]);
  });

  test('somebody else made snapshots too: none is removed, and it is said', async () => {
    const set = `${SETS}/20260101T000000Z`;
    await host().inside(
      `mkdir -p -m 700 ${set} && printf 'docs\\n\\n' >${set}/.taking-docs && touch ${set}/.manifest`,
    );
    const made = [];
    for (let i = 0; i < 2; i++) {
      made.push((await qdrant(host(), 'POST', '/collections/docs/snapshots?wait=true')) as { name: string });
      await new Promise((resolve) => setTimeout(resolve, 1100));
    }
    const ended = await host().vdb('backup');
    expect(ended).toMatchObject({ exitCode: 0, stdout: '' });
    expect(ended.stderr).toMatch(/^vdb backup: A run that was killed may have left a snapshot in .*\n$/);
    expect(await qdrant(host(), 'GET', '/collections/docs/snapshots')).toHaveLength(2);
    for (const { name } of made)
      await qdrant(host(), 'DELETE', `/collections/docs/snapshots/${name}?wait=true`);
    expect((await listed(host())).sets).not.toContain('20260101T000000Z');
  });

  test('the operator wants to stop: the running part finishes, and nothing of the set is left', async () => {
    const run = await inTheMiddle();
    run.child.kill('SIGINT');
    await run.until(/Stopping/);
    await go(host());
    const { exitCode, stderr } = await run.ended;
    expect(exitCode).toBe(130);
    expect(stderr).toContain('Interrupted: there is no set of this run');
    await expectNothingLeft(host());
    expect(await metric(host(), 'vdb_backup_last_status')).toBe(0);
    expect((await host().vdb('history --limit 1')).stdout).toContain('interrupted');
  });

  test('a set that has lost its manifest is no debris: it stays, and that is said', async () => {
    const { id: lost } = await taken();
    await host().inside(`rm ${SETS}/${lost}/manifest.json`);
    const ended = await host().vdb('backup');
    expect(ended).toMatchObject({ exitCode: 0, stdout: '' });
    expect(ended.stderr).toMatch(/^vdb backup: \/data\/backups\/\w+ has no manifest .* left alone.*\n$/);
    expect(await host().inside(`ls ${SETS}/${lost}`)).toContain('qdrant.json');
  });

  test('what an interrupted removal has left is swept', async () => {
    await host().inside(
      `cd ${SETS} && mkdir -p .removing-20260101T000000Z/collections 20260102T000000Z/postgres mine && touch 20260102T000000Z/.manifest`,
    );
    const { id } = await taken();
    expect((await listed(host())).sets).toEqual([id, 'mine'].sort());
  });
});

onSharedHost('a set that cannot be taken', (host) => {
  beforeAll(async () => {
    await clean(host());
    await host().inside(`rm -f ${METRICS}; mkdir -p ${SMALL}`);
    await psql(host(), 'create table filler as select md5(random()::text) from generate_series(1, 100000)');
    await makeCollection(host(), 'docs');
    expect(await host().vdb('backup')).toMatchObject({ exitCode: 0 });
  });
  afterEach(async () => {
    await unhook(host());
    await host().inside(`umount ${SMALL} 2>/dev/null || true`);
  });
  afterAll(async () => {
    await host().inside(`rmdir ${SMALL}`);
    await psql(host(), 'drop table filler');
    await clean(host());
    await dropCollection(host(), 'docs');
  });

  /** A backup to a file system of so many MiB. */
  const toSmall = async (megabytes: number, args = 'backup') => {
    await host().inside(`mount -t tmpfs -o size=${megabytes}m none ${SMALL}`);
    return vdbWith(host(), (document) => document.setIn(['paths', 'backups'], SMALL), args);
  };
  const expectFailed = async (success: number | undefined, known: string[]) => {
    expect(await metric(host(), 'vdb_backup_last_status')).toBe(0);
    expect(await metric(host(), 'vdb_backup_last_success_timestamp_seconds')).toBe(success);
    await expectNothingLeft(host(), known);
  };
  const state = async () => ({
    success: await metric(host(), 'vdb_backup_last_success_timestamp_seconds'),
    sets: (await listed(host())).sets,
  });
  const FILL = `dd if=/dev/zero of=${SMALL}/filled bs=64k || true`;

  test('for want of space is refused before anything is written', async () => {
    const { success, sets } = await state();
    const { exitCode, stdout, stderr } = await toSmall(20);
    expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: '' });
    expect(stderr).toMatch(
      /^vdb backup failed on .*: There is no room for a backup set: the directory of backups has 20 MiB free.*\n$/,
    );
    expect(await host().inside(`ls -A ${SMALL}`)).toBe('');
    await expectFailed(success, sets);
  });

  test.each([
    ['a snapshot', 'curl', snapshotOf('docs'), /before collections\/docs.snapshot was taken/],
    ['a dump', 'setpriv', '*" -f -"*', /before postgres\/vector_metadata.dump was taken/],
  ])('because the disk is full in the middle of %s leaves nothing', async (_, program, pattern, said) => {
    const { success, sets } = await state();
    await before(host(), program, pattern, FILL);
    const { exitCode, stdout, stderr } = await toSmall(100);
    expect({ exitCode, stdout, stderr }).toMatchObject({ exitCode: 1, stdout: '' });
    expect(stderr).toMatch(/^vdb backup failed on .*: The disk of the host was full .*\n$/);
    expect(stderr).toMatch(said);
    expect(await host().inside(`ls -A ${SMALL}`)).toBe('filled\n');
    await expectFailed(success, sets);
  });

  test('because Qdrant finds its own disk full leaves nothing there', async () => {
    const { success, sets } = await state();
    const place = '/data/qdrant/blue/snapshots';
    const owner = 'uid=$(id -u qdrant),gid=$(id -g qdrant),mode=750';
    await host().inside(`mount -t tmpfs -o size=100m,${owner} none ${place}`);
    await restartQdrant(host());
    try {
      await before(host(), 'curl', snapshotOf('docs'), `dd if=/dev/zero of=${place}/filled bs=64k`);
      const { exitCode, stderr } = await host().vdb('backup');
      expect({ exitCode, left: await host().inside(`find ${place} ! -type d`) }).toEqual({
        exitCode: 1,
        left: `${place}/filled\n`,
      });
      expect(stderr).toMatch(
        /^vdb backup failed on .*: The disk of the host was full .*: Qdrant answered 500.*\n$/,
      );
    } finally {
      await host().inside(`umount -l ${place}`);
      await restartQdrant(host());
    }
    await expectFailed(success, sets);
  });

  test('because Qdrant is down says so in one line, and in the metrics', async () => {
    const { success, sets } = await state();
    await host().inside('systemctl stop qdrant@blue.service');
    try {
      const { exitCode, stdout, stderr } = await host().vdb('backup');
      expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: '' });
      expect(stderr).toMatch(
        /^vdb backup failed on .*: Qdrant does not answer on port 6333.*\(next: vdb check qdrant\)\n$/,
      );
      await expectFailed(success, sets);
    } finally {
      await restartQdrant(host());
    }
  });

  test('because PostgreSQL is down says so before anything is written', async () => {
    const { success, sets } = await state();
    await host().inside('systemctl stop postgresql@17-main.service');
    try {
      const { exitCode, stderr } = await host().vdb('backup');
      expect(exitCode).toBe(1);
      expect(stderr).toMatch(/^vdb backup failed on .*: PostgreSQL does not answer.*\n$/);
      await expectFailed(success, sets);
    } finally {
      await host().inside('systemctl start postgresql@17-main.service');
    }
  });

  test('is told to a machine as an error with a name', async () => {
    const ended = await toSmall(20, 'backup --json');
    expect(result(ended)).toMatchObject({
      status: 'failed',
      exit_code: 1,
      error: { code: 'backup.no-space' },
    });
    expect(ended.stderr).toBe('');
  });

  test('is told to a person with its meaning', async () => {
    const ended = await toSmall(20, 'backup --verbose');
    expect(ended.stderr).toContain('meaning: Nothing was written.');
  });
});

/** Restarts that come too often after one another are refused by systemd, unless it forgets them. */
async function restartQdrant(host: LabHost): Promise<void> {
  await host.inside(
    `systemctl reset-failed qdrant@blue.service; systemctl restart qdrant@blue.service && until [ "$(curl -s -o /dev/null -w '%{http_code}' http://127.0.0.1:6333/readyz)" = 200 ]; do sleep 0.2; done`,
  );
}
