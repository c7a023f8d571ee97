import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { readDefinitions } from '../../../src/backup/definitions.js';
import { type Ended, events, type LabHost, result } from '../../support/lab.js';
import { vdbWith } from '../support/configuration.js';
import { sample } from '../support/sampler.js';
import { onSharedHost } from '../support/shared.js';
import {
  dropCollection,
  expectNothingLeft,
  listed,
  METRICS,
  makeCollection,
  manifestOf,
  metric,
  psql,
  qdrant,
  SETS,
} from './support.js';

const CONFIGURED = [
  'hermes',
  'mixtral',
  'openchat',
  'deepcoder',
  'deepseek',
  'imp',
  'phi3',
  'yi34b',
  'general',
];

/** A run, and the set that came of it. */
async function taken(host: LabHost, run: (args: string) => Promise<Ended> = (args) => host.vdb(args)) {
  const ended = await run('backup --json');
  expect(ended, ended.stdout + ended.stderr).toMatchObject({ exitCode: 0 });
  const id = String(result(ended).id);
  return { ended, id, directory: `${SETS}/${id}`, manifest: await manifestOf(host, id) };
}

onSharedHost('vdb backup', (host) => {
  beforeAll(async () => {
    const version =
      (await qdrant(host(), 'GET', '/collections')) &&
      (await host().inside('curl -s http://127.0.0.1:6333/'));
    console.log(`backups are taken of ${version}`);
    await host().inside(`rm -rf ${SETS}/2*Z ${METRICS}`);
    await makeCollection(host(), 'docs');
    await qdrant(host(), 'POST', '/collections/aliases', {
      actions: [{ create_alias: { collection_name: 'docs', alias_name: 'papers' } }],
    });
    await psql(
      host(),
      `create table people (id int primary key, name text); insert into people select g, 'user ' || g from generate_series(1, 100) g;
       create table "odd Table" (at timestamptz); insert into "odd Table" values (now());`,
    );
  });
  afterEach(() => host().inside(`rm -rf ${SETS}/2*Z`));
  afterAll(async () => {
    await dropCollection(host(), 'docs');
    await psql(host(), 'drop table people, "odd Table"');
  });

  test('takes everything: collections by priority, databases, roles, configuration', async () => {
    const { manifest, directory } = await taken(host());
    expect(
      manifest.parts.map(({ kind, collection, path }) => (kind === 'collection' ? collection : path)),
    ).toEqual([
      ...CONFIGURED.slice(0, 5).filter((name) => name !== 'deepseek'),
      'deepseek',
      'docs',
      ...CONFIGURED.slice(5),
      'qdrant.json',
      'postgres/vector_metadata.dump',
      'postgres/globals.sql',
      'configuration.tar',
    ]);
    const sums = manifest.parts.map(({ sha256, path }) => `${sha256}  ${directory}/${path}\n`).join('');
    expect(await host().inside('sha256sum --quiet -c -', sums)).toBe('');
    const sizes = await host().inside(
      `cd ${directory} && find . -type f ! -name manifest.json -printf '%P %s\\n' | sort`,
    );
    expect(sizes.trim().split('\n')).toEqual(
      manifest.parts.map(({ path, bytes }) => `${path} ${bytes}`).sort(),
    );
    expect(await host().inside(`find ${directory} -printf '%m %u %y\\n' | sort -u`)).toBe(
      '600 root f\n700 root d\n',
    );
  });

  test('says in the manifest where and when it was taken, and of which versions', async () => {
    const { manifest } = await taken(host());
    const about = JSON.parse(await host().inside('curl -s http://127.0.0.1:6333/')) as {
      title: string;
      version: string;
    };
    expect(manifest.versions).toMatchObject({
      vdb: expect.stringMatching(/^\d+\.\d+\.\d+/),
      qdrant: about.version,
      postgres: expect.stringMatching(/^\d+\.\d+$/),
      os: expect.stringContaining('Debian'),
    });
    expect(manifest.genuine).toBe(!about.title.includes('emulator'));
    expect(manifest.host).toEqual({ name: host().name, hostname: (await host().inside('hostname')).trim() });
    const instants = manifest.parts.flatMap(({ from = '', until = '' }) => [from, until]);
    expect([manifest.created, ...instants, manifest.finished]).toEqual(
      [manifest.created, ...instants, manifest.finished].sort(),
    );
  });

  test('counts points and samples them; settings, indexes and aliases are in qdrant.json', async () => {
    const { id, manifest, directory } = await taken(host());
    expect(manifest.parts.find(({ collection }) => collection === 'docs')).toMatchObject({
      points: 20,
      priority: 'medium',
    });
    const { collections, aliases } = readDefinitions(await host().inside(`cat ${directory}/qdrant.json`), id);
    expect(collections.docs?.sample).toHaveLength(8);
    expect(collections.docs?.config).toMatchObject({ params: { vectors: { size: 4, distance: 'Dot' } } });
    expect(collections.docs?.payload_schema).toEqual({
      kind: expect.objectContaining({ data_type: 'keyword' }),
    });
    expect(aliases.papers).toBe('docs');
  });

  test('sees the rows of each table as the dump has them', async () => {
    const { manifest, directory } = await taken(host());
    const part = manifest.parts.find(({ kind }) => kind === 'postgres');
    expect(part).toMatchObject({ database: 'vector_metadata' });
    expect(part?.tables?.['public.people']).toEqual({
      rows: 100,
      sample: expect.stringMatching(/^[0-9a-f]{64}$/),
    });
    expect(part?.tables?.['public.odd Table']).toEqual({ rows: 1 });
    const contents = await host().inside(`pg_restore -l ${directory}/postgres/vector_metadata.dump`);
    expect(contents).toContain('TABLE DATA public people');
    await psql(host(), `update people set name = 'another' where id = 100`);
    const changed = (await taken(host())).manifest.parts.find(({ kind }) => kind === 'postgres');
    expect(changed?.tables?.['public.people']?.sample).not.toBe(part?.tables?.['public.people']?.sample);
  });

  test('takes what Redis holds where it is told to', async () => {
    await host().inside(
      `export REDISCLI_AUTH=$(sed -n 's/^requirepass "\\(.*\\)"$/\\1/p' /etc/redis/vdb.conf); redis-cli SET one 1; redis-cli SET two 2`,
    );
    const { manifest, directory } = await taken(host(), (args) =>
      vdbWith(host(), (document) => document.setIn(['backup', 'redis'], true), args),
    );
    const part = manifest.parts.find(({ kind }) => kind === 'redis');
    expect(part?.keys).toBeGreaterThanOrEqual(2);
    expect(await host().inside(`head -c 5 ${directory}/redis/dump.rdb`)).toBe('REDIS');
    expect(manifest.versions?.redis).toMatch(/^\d+\.\d+/);
  });

  test('leaves nothing of its snapshots in Qdrant', async () => {
    const { id } = await taken(host());
    await expectNothingLeft(host(), [id]);
  });

  test('tells a machine what happens, and ends with the result', async () => {
    const { ended, id, manifest } = await taken(host());
    const told = events(ended.stdout);
    expect(told[0]).toMatchObject({ type: 'started', id });
    const of = (type: string) => told.filter((event) => event.type === type).map(({ path }) => path);
    expect(of('part.started')).toEqual(manifest.parts.map(({ path }) => path));
    expect(of('part.finished')).toEqual(manifest.parts.map(({ path }) => path));
    expect(told.at(-1)).toMatchObject({
      type: 'result',
      status: 'done',
      id,
      directory: `${SETS}/${id}`,
      parts: manifest.parts.length,
      warnings: [],
      exit_code: 0,
    });
    expect(ended.stderr).toBe('');
  });

  test('is in the journal, and in the metrics with its time and the bytes of each part', async () => {
    const { manifest } = await taken(host());
    expect((await host().vdb('history --limit 1')).stdout).toContain('backup');
    const bytes = manifest.parts.reduce((sum, part) => sum + part.bytes, 0);
    expect(await metric(host(), 'vdb_backup_last_status')).toBe(1);
    expect(await metric(host(), 'vdb_backup_bytes')).toBe(bytes);
    const success = await metric(host(), 'vdb_backup_last_success_timestamp_seconds');
    expect(success).toBe(Math.round(Date.parse(manifest.finished) / 1000));
    expect(await host().inside(`grep -c '^vdb_backup_part_bytes{' ${METRICS}`)).toBe(
      `${manifest.parts.length}\n`,
    );
    expect(await host().inside(`stat -c %a ${METRICS}`)).toBe('644\n');
  });

  test('says nothing to cron when all is well', async () => {
    expect(await host().vdb('backup')).toMatchObject({ exitCode: 0, stdout: '', stderr: '' });
    expect((await listed(host())).sets).toHaveLength(1);
  });

  test('has one instant for all parts where nothing is written, and says so', async () => {
    let id = '';
    for (let tries = 0; tries < 4 && id === ''; tries++) {
      // PostgreSQL's own upkeep of its statistics is a write too.
      const ended = await host().vdb('backup --consistent --json');
      if (ended.exitCode === 0) id = String(result(ended).id);
      else
        expect(result(ended)).toMatchObject({ error: { message: expect.stringMatching(/: PostgreSQL$/) } });
    }
    expect((await manifestOf(host(), id)).consistent).toBe(true);
    expect((await host().vdb(`backup show ${id}`)).stdout).toMatch(
      /instant +one for collections and database/,
    );
  });

  test('has no secret in the set, the metrics, the journal or any command line', async () => {
    const [secret = ''] = host().secrets;
    await host().inside(
      `cat >/opt/qdrant/config/sentinel.conf; base64 -w 0 </opt/qdrant/config/sentinel.conf >/opt/qdrant/config/sentinel.b64
       printf -- '-----BEGIN PRIVATE KEY-----\\nabc\\n' >'/opt/qdrant/config/a key.pem'; echo plain >/opt/qdrant/config/plain.conf`,
      secret,
    );
    try {
      const sampler = await sample(host());
      const { manifest, directory } = await taken(host());
      const { argv, unlocked } = await sampler.stop();
      const names = ['a key.pem', 'sentinel.b64', 'sentinel.conf'].map(
        (name) => `/opt/qdrant/config/${name}`,
      );
      expect(manifest.left_out).toEqual(
        expect.arrayContaining([...names, '/opt/qdrant/config/.admin-header']),
      );
      const packed = await host().inside(`tar -tf ${directory}/configuration.tar`);
      expect(packed).toContain('opt/qdrant/config/plain.conf');
      expect(packed).not.toMatch(/sentinel|a key/);
      const leaks = (text: string): boolean => host().secrets.some((each) => text.includes(each));
      expect(argv.length).toBeGreaterThan(20);
      expect(argv.filter(leaks)).toEqual([]);
      expect(unlocked).toBe(0);
      const patterns = host().secrets.flatMap((each) => [each, Buffer.from(each).toString('base64')]);
      const places = `${directory} ${METRICS} /var/lib/vdb/journal.ndjson`;
      const found = await host().inside(
        `cat >/run/patterns; grep -rlaF -f /run/patterns ${places} || true; rm /run/patterns`,
        `${patterns.join('\n')}\n`,
      );
      expect(found).toBe('');
    } finally {
      await host().inside('cd /opt/qdrant/config && rm -f sentinel.* "a key.pem" plain.conf');
    }
  });
});
