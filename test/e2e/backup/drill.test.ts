import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type BackupManifest, type BackupPart, manifestText } from '../../../src/backup/manifest.js';
import { type Ended, events, type LabHost, result } from '../../support/lab.js';
import { vdbWith } from '../support/configuration.js';
import { onSharedHost } from '../support/shared.js';
import { before, dropCollection, makeCollection, manifestOf, qdrant, SETS, upsert } from './support.js';

const METRICS = '/var/lib/prometheus/node-exporter/vdb_backup_drill.prom';
const NAMES = Array.from({ length: 9 }, (_, index) => `drill-${index + 1}`);
const FEW = NAMES.slice(0, 3);
const POINTS = 300;

/** psql as the superuser, in the database of the configuration. */
function psql(host: LabHost, sql: string): Promise<string> {
  const command = 'cd / && runuser -u postgres -- psql -XAtq -v ON_ERROR_STOP=1 -d vector_metadata -f -';
  return host.inside(command, sql);
}

/** What a drill could have left, one line each. */
async function left(host: LabHost): Promise<string[]> {
  const text = await host.inside(`
    systemctl list-units --all --plain --no-legend 'vdb-drill*' 'vdb-scratch*'
    find /data/qdrant /var/lib/redis -maxdepth 1 -name '.*' ! -name . ! -name ..
    cd / && runuser -u postgres -- psql -XAtqc "SELECT datname FROM pg_database WHERE datname LIKE 'vdb%'"
    find ${SETS} -type f \\( ! -user root -o ! -perm 600 \\)
    ss -ltnpH | grep -E ':(2[0-9]|3[01])[0-9]{3} ' || true`);
  return text.split('\n').filter(Boolean);
}

/** Waits until nothing is left: what the host does by itself takes a moment. */
async function cleanWithin(host: LabHost, seconds: number): Promise<void> {
  let now = await left(host);
  for (let second = 0; now.length > 0 && second < seconds; second++) {
    await new Promise((resolve) => setTimeout(resolve, 1000));
    now = await left(host);
  }
  expect(now).toEqual([]);
}

async function metric(host: LabHost, name: string): Promise<number | undefined> {
  const text = await host.inside(`cat ${METRICS} 2>/dev/null || true`);
  const [, value] = new RegExp(`^vdb_backup_drill_${name} (\\S+)$`, 'm').exec(text) ?? [];
  return value === undefined ? undefined : Number(value);
}

async function taken(host: LabHost): Promise<BackupManifest> {
  const ended = await host.vdb('backup --json');
  expect(ended, ended.stdout + ended.stderr).toMatchObject({ exitCode: 0 });
  return manifestOf(host, String(result(ended).id));
}

/** Changes a part on the host with `script`, and lets the manifest say that it was always so. */
async function forge(host: LabHost, manifest: BackupManifest, path: string, script: string): Promise<void> {
  const file = `${SETS}/${manifest.id}/${path}`;
  await host.inside(`set -eu; f=${file}; ${script}`);
  const [sha256 = '', bytes = ''] = (
    await host.inside(`sha256sum < ${file} | cut -d ' ' -f 1; stat -c %s ${file}`)
  ).split('\n');
  const parts = manifest.parts.map((part) =>
    part.path === path ? { ...part, sha256, bytes: Number(bytes) } : part,
  );
  await host.inside(`cat > ${SETS}/${manifest.id}/manifest.json`, manifestText({ ...manifest, parts }));
}

/** Writes another value wherever a vector has `5.5`: as a float in Qdrant's files, in Base64 in the emulator's. */
const OTHER_VALUE = `
  python3 - "$f" <<'PY'
import base64, re, sys
path = sys.argv[1]
data = open(path, 'rb').read()
other = lambda floats: floats.replace(bytes.fromhex('0000b040'), bytes.fromhex('0000b140'))
encoded = lambda found: b'"%s"' % base64.b64encode(other(base64.b64decode(found[1])))
changed = other(data)
if changed == data: changed = re.sub(rb'"([A-Za-z0-9+/]{22}==)"', encoded, data)
assert changed != data, 'the value is not in the file'
open(path, 'wb').write(changed)
PY`;

type Part = { path: string; ok: boolean; findings: string[] } & Record<string, unknown>;

function partsOf(ended: Ended): Part[] {
  return result(ended).parts as Part[];
}

function failedParts(ended: Ended): string[] {
  return partsOf(ended).flatMap(({ ok, path }) => (ok ? [] : [path]));
}

onSharedHost('vdb backup drill', (host) => {
  /** Everything that the host holds. */
  let whole: BackupManifest;
  /** The same without most collections, for what needs few of them. */
  let few: BackupManifest;
  let database: BackupPart;

  beforeAll(async () => {
    console.log(`drills are run with ${await host().inside('curl -s http://127.0.0.1:6333/')}`);
    await host().inside(`rm -rf ${SETS}/2*Z ${METRICS}`);
    for (const name of NAMES) {
      await makeCollection(host(), name, 1);
      await upsert(host(), name, 1, POINTS);
    }
    await qdrant(host(), 'PUT', '/collections/drill-1/points?wait=true', {
      points: [{ id: 1, vector: [1, 5.5, 2, 3], payload: { kind: 'odd' } }],
    });
    await psql(
      host(),
      `create table people (id int primary key, name text); insert into people select g, 'user ' || g from generate_series(1, 500) g;
       create table log (at timestamptz); insert into log values (now());`,
    );
    whole = await taken(host());
    few = {
      ...whole,
      parts: whole.parts.filter(({ collection }) => collection === undefined || FEW.includes(collection)),
    };
    database = whole.parts.find(({ kind }) => kind === 'postgres') as BackupPart;
    await host().inside(`cp -a ${SETS}/${whole.id} /root/whole`);
  });
  beforeEach(() =>
    host().inside(
      `rm -rf ${SETS}/${whole.id} && cp -a /root/whole ${SETS}/${whole.id} && cat > ${SETS}/${whole.id}/manifest.json`,
      manifestText(few),
    ),
  );
  afterEach(() => cleanWithin(host(), 30));
  afterAll(async () => {
    await host().inside(`rm -rf ${SETS}/2*Z /root/whole ${METRICS}`);
    for (const name of NAMES) await dropCollection(host(), name);
    await psql(host(), 'drop table people, log');
  });

  test('restores everything and finds it as the set says, with what that took', async () => {
    await host().inside(`cp -a /root/whole/manifest.json ${SETS}/${whole.id}/manifest.json`);
    const ended = await host().vdb('backup drill --json');
    expect(ended, ended.stdout + ended.stderr).toMatchObject({ exitCode: 0 });
    const { status, id, rto_ms, failed } = result(ended);
    expect({ status, id, failed }).toEqual({ status: 'done', id: whole.id, failed: [] });
    const parts = partsOf(ended);
    expect(parts.map(({ path }) => path)).toEqual(whole.parts.map(({ path }) => path));
    const ours = parts.filter(({ collection }) => NAMES.includes(String(collection)));
    expect(ours).toHaveLength(NAMES.length);
    const tables = Object.values(database.tables ?? {});
    expect(database.tables).toMatchObject({ 'public.people': { rows: 500 }, 'public.log': { rows: 1 } });
    for (const part of ours) expect(part).toMatchObject({ ok: true, points: POINTS, sampled: 8 });
    expect(parts.find(({ path }) => path === database.path)).toMatchObject({
      ok: true,
      tables: tables.length,
      rows: tables.reduce((sum, { rows }) => sum + rows, 0),
      sampled_tables: tables.filter(({ rows, sample }) => rows > 0 && sample !== undefined).length,
    });
    const sum = parts.reduce((total, { duration_ms }) => total + Number(duration_ms), 0);
    expect(Number(rto_ms)).toBeGreaterThanOrEqual(sum);
    expect(await metric(host(), 'status')).toBe(1);
    expect(await metric(host(), 'restore_seconds')).toBeCloseTo(Number(rto_ms) / 1000, 1);
    expect((await host().vdb('check backups.drill')).exitCode).toBe(0);
  });

  test('tries Redis where it is part of the set', async () => {
    const edit = (document: { setIn(path: string[], value: unknown): void }) =>
      document.setIn(['backup', 'redis'], true);
    await host().inside(
      `REDISCLI_AUTH=$(sed -n 's/^requirepass "\\(.*\\)"$/\\1/p' /etc/redis/vdb.conf) redis-cli MSET drill:a 1 drill:b 2`,
    );
    const made = await vdbWith(host(), edit, 'backup --json');
    const id = String(result(made).id);
    const { parts, ...manifest } = await manifestOf(host(), id);
    const cache = parts.filter(({ kind }) => kind === 'redis');
    await host().inside(`cat > ${SETS}/${id}/manifest.json`, manifestText({ ...manifest, parts: cache }));
    const ended = await host().vdb(`backup drill ${id} --json`);
    await host().inside(
      `rm -rf ${SETS}/${id}; REDISCLI_AUTH=$(sed -n 's/^requirepass "\\(.*\\)"$/\\1/p' /etc/redis/vdb.conf) redis-cli DEL drill:a drill:b`,
    );
    expect(ended, ended.stdout).toMatchObject({ exitCode: 0 });
    const [restored] = partsOf(ended);
    expect(restored).toMatchObject({ kind: 'redis', ok: true });
    expect(Number(restored?.keys)).toBeGreaterThanOrEqual(2);
  });

  test('says nothing to cron when all is well', async () => {
    expect(await host().vdb('backup drill')).toMatchObject({ exitCode: 0, stdout: '', stderr: '' });
  });

  test('finds a flipped bit by its hash, restores the rest, and tells cron on one line', async () => {
    const path = 'collections/drill-2.snapshot';
    const before = await metric(host(), 'last_success_timestamp_seconds');
    await host().inside(
      `printf '\\xff' | dd of=${SETS}/${whole.id}/${path} bs=1 seek=1000 conv=notrunc status=none`,
    );
    const ended = await host().vdb(`backup drill ${whole.id}`);
    expect(ended.exitCode).toBe(1);
    expect(ended.stdout).toBe('');
    expect(ended.stderr.trim().split('\n')).toEqual([
      expect.stringMatching(
        /^vdb backup drill failed on shared: .*collections\/drill-2\.snapshot: the file was changed \(next: vdb backup verify \w+\)$/,
      ),
    ]);
    expect(await metric(host(), 'status')).toBe(0);
    expect(await metric(host(), 'last_success_timestamp_seconds')).toBe(before);
  });

  test('alone finds a snapshot with another value whose hash fits', async () => {
    await forge(host(), few, 'collections/drill-1.snapshot', OTHER_VALUE);
    const ended = await host().vdb('backup drill --json');
    expect(ended.exitCode, ended.stdout).toBe(1);
    expect(failedParts(ended)).toEqual(['collections/drill-1.snapshot']);
    expect((await host().vdb('check backups.drill')).exitCode).toBe(0);
    expect((await host().vdb('history --json')).stdout).toContain(
      '"failed":["collections/drill-1.snapshot"]',
    );
    expect(result(ended).next).toContain(`vdb backup verify ${whole.id}`);
    const list = (await host().vdb('backup list')).stdout;
    expect(list).toMatch(new RegExp(`^${whole.id} .* whole {2}DRILL FAILED$`, 'm'));
    expect(list).toContain('collections/drill-1.snapshot does not restore: ');
  });

  test('alone finds a dump of which rows were changed, and one of which rows are missing', async () => {
    const dump = `cd /; runuser -u postgres -- pg_dump -Fc vector_metadata > "$f"`;
    await psql(host(), `update people set name = 'somebody' where id = 1`);
    await forge(host(), few, database.path, dump);
    const changed = await host().vdb('backup drill --json');
    await psql(host(), `update people set name = 'user 1' where id = 1; delete from people where id = 250`);
    await forge(host(), few, database.path, dump);
    const missing = await host().vdb('backup drill --json');
    await psql(host(), `insert into people values (250, 'user 250')`);
    expect(failedParts(changed)).toEqual([database.path]);
    expect(changed.stdout).toContain('table public.people: the sampled rows differ');
    expect(failedParts(missing)).toEqual([database.path]);
    expect(missing.stdout).toContain('table public.people has 499 rows, 500 in the set');
  });

  test('finds a dump that breaks off, and removes the database', async () => {
    await forge(host(), few, database.path, 'truncate -s $(($(stat -c %s "$f") / 2)) "$f"');
    const ended = await host().vdb('backup drill --json');
    expect(ended.exitCode).toBe(1);
    expect(failedParts(ended)).toEqual([database.path]);
  });

  test('of a killed operator leaves nothing, and the next one runs', async () => {
    const run = host().begin('backup drill --json');
    await run.until(/"part.started","path":"collections\/drill-2/);
    run.child.kill('SIGKILL');
    expect((await run.ended).exitCode).toBeNull();
    await cleanWithin(host(), 30);
    expect((await host().vdb('backup drill --json')).exitCode).toBe(0);
  });

  test('that is interrupted finishes its step, leaves nothing and ends with 130', async () => {
    const before = await host().inside(`cat ${METRICS}`);
    const run = host().begin('backup drill --json');
    await run.until(/"part.started","path":"collections\/drill-2/);
    run.child.kill('SIGINT');
    const ended = await run.ended;
    expect(ended.exitCode).toBe(130);
    expect(result(ended)).toMatchObject({ status: 'interrupted', exit_code: 130 });
    expect(events(ended.stdout).some(({ path }) => path === 'configuration.tar')).toBe(false);
    expect(await left(host())).toEqual([]);
    expect(await host().inside(`cat ${METRICS}`)).toBe(before);
  });

  test('sweeps what one has left with which the machine went down', async () => {
    await host().inside(
      `mkdir -p /data/qdrant/.drill-20200101T000000Z/storage
       systemd-run -q --unit vdb-drill-qdrant sleep 1000
       cd / && runuser -u postgres -- createdb vdb_drill_20200101t000000z`,
    );
    expect(await left(host())).not.toEqual([]);
    expect((await host().vdb('backup drill')).exitCode).toBe(0);
    expect(await left(host())).toEqual([]);
  });

  test('does not restore what a newer Qdrant, or none, has written', async () => {
    const put = (manifest: object) =>
      host().inside(`cat > ${SETS}/${whole.id}/manifest.json`, manifestText({ ...few, ...manifest }));
    await put({ versions: { ...few.versions, qdrant: '1.99.0' } });
    const newer = await host().vdb('backup drill --json');
    await put({ genuine: few.genuine === false });
    const other = await host().vdb('backup drill --json');
    const snapshots = FEW.map((name) => `collections/${name}.snapshot`);
    expect(failedParts(newer)).toEqual(snapshots);
    expect(newer.stdout).toContain('it is of 1.99.0, which is newer');
    expect(failedParts(other)).toEqual(snapshots);
    expect(other.exitCode).toBe(1);
  });

  test('goes on with a new Qdrant where one has ended', async () => {
    await before(
      host(),
      'systemctl',
      '*ActiveState*vdb-drill*',
      'systemctl kill -s KILL vdb-drill-qdrant; sleep 1',
    );
    const ended = await host()
      .vdb('backup drill --json')
      .finally(() => host().inside('rm -rf /usr/local/sbin/systemctl /run/vdb-hook'));
    expect(ended, ended.stdout).toMatchObject({ exitCode: 0 });
    expect(failedParts(ended)).toEqual([]);
  });

  describe('on a small disk', () => {
    const small = (document: { setIn(path: string[], value: unknown): void }) => {
      document.setIn(['paths', 'storage'], '/data/small');
      document.setIn(['qdrant', 'slots', 'blue', 'storage'], '/data/qdrant/blue');
    };
    const disk = (size: string) =>
      host().inside(`mkdir -p /data/small && mount -t tmpfs -o size=${size} tmpfs /data/small`);
    afterEach(() => host().inside('umount -q /data/small || true; rmdir /data/small 2>/dev/null || true'));

    test('does not begin without room', async () => {
      await disk('64m');
      const refused = await vdbWith(host(), small, 'backup drill --json');
      expect(refused.exitCode).toBe(1);
      expect(result(refused)).toMatchObject({ error: { code: 'drill.no-room' } });
    });

    test('survives that it fills up meanwhile', async ({ skip }) => {
      if (whole.genuine === false) skip('the emulator unpacks nothing');
      await disk('600m');
      const full = host().enter(
        `timeout 60 bash -c 'until [ -e /data/small/.drill-*/storage/collections/drill-1 ]; do sleep 0.02; done' || exit
        fallocate -l 595m /data/small/full || dd if=/dev/zero of=/data/small/full bs=1M status=none`,
      );
      const ended = await vdbWith(host(), small, 'backup drill --json');
      await full.ended;
      expect(ended.exitCode).toBe(1);
      expect(failedParts(ended)).toContain('collections/drill-3.snapshot');
      expect(failedParts(ended)).not.toContain(database.path);
      expect(await host().inside('ls -A /data/small')).toBe('full\n');
    });
  });
});
