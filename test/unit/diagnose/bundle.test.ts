import { execFileSync } from 'node:child_process';
import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { writeArchive } from '../../../src/diagnose/archive.js';
import { bundleName, filesOf, missingOf } from '../../../src/diagnose/bundle.js';
import { partsOf } from '../../../src/diagnose/parts.js';
import { Redactor } from '../../../src/host/redact.js';
import { diagnoseText } from '../../../src/ui/diagnose.js';
import { contextOf } from '../checks/support.js';

const ORIGIN = { host: 'one', target: 'root@one:22', at: new Date('2026-11-24T19:01:02.345Z'), vdb: '0.1.0' };

const PARTS = [
  { file: 'host/a.txt', what: 'the first', text: 'password: Sentinel-1\n', failed: 0 },
  { file: 'host/b.txt', what: 'the second', text: 'said\n', failed: 2 },
  { file: 'units/c.txt', what: 'the third', text: 'begun', missing: 'no answer within 20 s', failed: 0 },
];

describe('the name of the bundle', () => {
  it('has host and time, and nothing that a file cannot be called', () => {
    expect(bundleName(ORIGIN)).toBe('vdb-diagnose-one-20261124T190102Z');
    expect(bundleName({ ...ORIGIN, host: '../a b' })).toBe('vdb-diagnose-..-a-b-20261124T190102Z');
  });
});

describe('the files of the bundle', () => {
  const files = filesOf(PARTS, ORIGIN, new Redactor());

  it('begin with what is in it, and say what could not be had and that secrets are masked', () => {
    expect([...files.keys()][0]).toBe('README.txt');
    const text = files.get('README.txt');
    expect(text).toContain('one (root@one:22)');
    expect(text).toContain('masked as [secret]');
    expect(text).toMatch(/host\/b\.txt +the second \(2 of its commands failed\)/);
    expect(text).toMatch(/could not be had:\n {2}units\/c\.txt {2}no answer within 20 s/);
  });

  it('are masked', () => {
    expect([...files.values()].join('\n')).not.toContain('Sentinel');
  });

  it('say why there is nothing in them, and what was said until then', () => {
    expect(files.get('units/c.txt')).toBe('This could not be had: no answer within 20 s.\n\nbegun\n');
    expect(missingOf(PARTS).map(({ file }) => file)).toEqual(['units/c.txt']);
  });
});

describe('what the host is asked for', () => {
  const parts = partsOf(contextOf().config);

  it('has a name of its own for each file, all of them within the bundle', () => {
    const names = parts.map(({ file }) => file);
    expect(new Set(names).size).toBe(names.length);
    for (const name of names) expect(name).toMatch(/^[a-z]+\/[\w@.-]+$/);
  });

  it('covers what a support case needs', () => {
    const names = parts.map(({ file }) => file).join(' ');
    for (const what of [
      'memory',
      'sockets',
      'storage',
      'versions',
      'units/states',
      'units/files',
      'vdb/journal',
    ])
      expect(names).toContain(what);
    for (const what of ['config/qdrant', 'config/postgres', 'config/redis', 'config/system', 'qdrant/blue'])
      expect(names).toContain(what);
  });

  it('does not ask Qdrant for its telemetry, nor PostgreSQL for the verifiers of its roles', () => {
    const scripts = parts.map(({ script }) => script.source).join('\n');
    expect(scripts).not.toMatch(/telemetry|pg_shadow|pg_authid|rolpassword/);
    expect(scripts).toContain('/cluster');
  });

  it('holds no secret, and leaves out what is not configured', () => {
    const { config } = contextOf({ postgres: { enabled: false }, redis: { enabled: false } });
    const full = contextOf().config;
    const scripts = partsOf(full)
      .map(({ script }) => script.source)
      .join('\n');
    for (const secret of [full.qdrant.api_key, full.postgres.password, full.redis.password])
      expect(scripts).not.toContain(secret);
    expect(
      partsOf(config)
        .map(({ file }) => file)
        .join(),
    ).not.toMatch(/postgres\/|redis\//);
  });
});

describe('the archive', () => {
  it('is readable by its owner alone, holds every file, and leaves nothing else behind', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'vdb-test-'));
    const left = async () => (await readdir(tmpdir())).filter((name) => name.startsWith('vdb-diagnose-'));
    const before = await left();
    try {
      const archive = join(directory, 'x.tar.gz');
      const files = new Map([
        ['README.txt', 'a'],
        ['host/a.txt', 'b'],
      ]);
      const bytes = await writeArchive(archive, 'x', files);
      const { mode, size } = await stat(archive);
      expect(mode & 0o777).toBe(0o600);
      expect(size).toBe(bytes);
      const listed = execFileSync('tar', ['-tzf', archive]).toString().split('\n');
      expect(listed).toEqual(expect.arrayContaining(['x/README.txt', 'x/host/a.txt']));
      expect(await readdir(directory)).toEqual(['x.tar.gz']);
      expect(await left()).toEqual(before);
    } finally {
      await rm(directory, { recursive: true });
    }
  });

  it('is an error, with what to do, where it cannot be written', async () => {
    await expect(writeArchive('/dev/null/x.tar.gz', 'x', new Map([['a', 'b']]))).rejects.toMatchObject({
      details: { code: 'diagnose.archive', next: expect.stringContaining('--output') },
    });
  });
});

describe('what is said of it', () => {
  const summary = {
    archive: '/x/vdb-diagnose-one.tar.gz',
    bytes: 84_321,
    files: ['README.txt', 'host/a.txt', 'host/b.txt', 'units/c.txt'],
    missing: [{ file: 'units/c.txt', why: 'no answer within 20 s' }],
    verdict: 'Ready: one, 18 passed',
  };

  it('says where it is, what is in it and what is not, at 80 columns', () => {
    const text = diagnoseText(summary, { color: false, columns: 80 });
    expect(text).toBe(
      [
        'Written: /x/vdb-diagnose-one.tar.gz (84 kB, readable by you alone)',
        '  4 files: host 2, units 1',
        '  Checks: Ready: one, 18 passed',
        'Could not be had:',
        '  units/c.txt  no answer within 20 s',
        'Secrets are masked. Look through it all the same before you pass it on.',
      ].join('\n'),
    );
  });

  it('leaves out what there is not', () => {
    const text = diagnoseText({ ...summary, missing: [], verdict: undefined }, { color: false, columns: 80 });
    expect(text).not.toMatch(/Checks|had/);
  });
});
