import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { sha256 } from '../../../src/resources/file.js';
import { fileTree } from '../../../src/resources/file-tree.js';
import type { TreeState } from '../../../src/resources/file-tree-probe.js';
import { answer, scriptOf } from '../../support/resource-table.js';

const FILES = [
  { path: 'a.ini', content: 'a\n' },
  { path: 'deep/b.py', content: 'b\n' },
];
const found = (content: string) => ({
  ...({ type: 'file', mode: '644', owner: 'root:root' } as const),
  sha256: sha256(content),
});
const SAME: TreeState = {
  found: { 'a.ini': found('a\n'), 'deep/b.py': found('b\n') },
  listed: ['a.ini', 'deep/b.py'],
};
const tree = fileTree({ root: '/opt/x', title: 'the tree', files: FILES });

describe('a tree of files', () => {
  test.each<[string, TreeState | null, string | null]>([
    ['is there as wanted', SAME, null],
    ['is not there', null, '2 files'],
    [
      'has another content',
      { ...SAME, found: { ...SAME.found, 'a.ini': found('x') } },
      '1 of 2 files differ',
    ],
    ['lacks a file', { ...SAME, found: { 'a.ini': found('a\n') } }, '1 of 2 files differ'],
    [
      'has a file of another release',
      { found: { ...SAME.found, old: found('old') }, listed: [...SAME.listed, 'old'] },
      '1 of 2 files differ',
    ],
    ['lost the list of its files', { ...SAME, listed: [] }, 'the list of its files'],
    ['lists what has gone already', { ...SAME, listed: [...SAME.listed, 'old'] }, 'the list of its files'],
  ])('that %s', (_, have, summary) => {
    expect(tree.diff(have)?.summary ?? null).toBe(summary);
  });

  test('says what differs, file by file', () => {
    const have: TreeState = {
      found: { 'a.ini': { ...found('a\n'), mode: '600' }, old: found('old') },
      listed: ['a.ini', 'old'],
    };
    expect(tree.diff(have)?.fields).toEqual([
      { field: 'a.ini', have: '600 root:root', want: '644 root:root' },
      { field: 'deep/b.py', have: 'not there', want: 'as in this release' },
      { field: 'old', have: 'of another release', want: 'absent' },
    ]);
  });

  test('leaves alone what is no file where one is wanted', () => {
    const have: TreeState = {
      ...SAME,
      found: { ...SAME.found, 'a.ini': { type: 'directory', mode: '755', owner: 'root:root' } },
    };
    expect(tree.diff(have)?.refused?.next).toContain('mv a.ini a.ini.old');
  });

  test.each([
    ['@tree\nabsent\n', { status: 'known', value: null }],
    ['@tree\n', { status: 'unknown' }],
    ['@tree\nthere\n', { status: 'unknown', why: 'stat did not answer for /opt/x/a.ini' }],
    [
      "@tree\nthere\nS|regular file|644|root:root|a.ini\nstat: cannot statx 'deep/b.py': No such file or directory\n",
      { status: 'unknown', why: '/opt/x/a.ini could not be read' },
    ],
    [
      "@tree\nthere\nstat: cannot statx 'a.ini': Permission denied\nstat: cannot statx 'deep/b.py': No such file or directory\n",
      { status: 'unknown', why: 'stat did not answer for /opt/x/a.ini' },
    ],
  ])('is never taken for missing because a look failed: %j', (stdout, observation) => {
    expect(answer(tree, stdout)).toMatchObject(observation);
  });

  test.each(['../etc/passwd', '/etc/passwd', 'a/../../b', '..'])(
    'never takes %s for a file of its own',
    (path) => {
      const stdout = `@tree\nthere\nL|${path}\nS|regular file|644|root:root|${path}\nstat: cannot statx 'a.ini': No such file or directory\nstat: cannot statx 'deep/b.py': No such file or directory\n`;
      expect(answer(tree, stdout)).toMatchObject({ status: 'known', value: { listed: [] } });
    },
  );
});

describe.skipIf(process.getuid?.() !== 0)('a tree of files on a disk (as root)', () => {
  let root: string;
  beforeEach(() => {
    root = join(mkdtempSync(join(tmpdir(), 'vdb-tree-')), 'tree');
  });
  afterEach(() => rmSync(join(root, '..'), { recursive: true, force: true }));

  const bash = (script: string, input: string | Uint8Array = '') =>
    execFileSync('bash', ['-c', `export LC_ALL=C.UTF-8; ${script}`], {
      encoding: 'utf8',
      input,
      stdio: 'pipe',
    });

  function look(files = FILES): TreeState | null {
    const observation = answer(of(files), bash(scriptOf(of(files))));
    if (observation.status !== 'known') throw new Error(observation.why);
    return observation.value as TreeState | null;
  }

  const of = (files: typeof FILES) => fileTree({ root, title: 'the tree', files });

  function put(files = FILES): void {
    const have = look(files);
    const change = of(files).diff(have);
    if (change === null) throw new Error('nothing to put');
    for (const { script, stdin } of of(files).apply(change, have)) bash(script.source, stdin as Uint8Array);
  }

  test('is made, and is as wanted then', async () => {
    expect(look()).toBeNull();
    put();
    expect(of(FILES).diff(look())).toBeNull();
    expect(readFileSync(join(root, 'deep/b.py'), 'utf8')).toBe('b\n');
    expect(statSync(join(root, 'a.ini')).mode & 0o777).toBe(0o644);
    expect((await readdir(root)).sort()).toEqual(['.vdb-files', 'a.ini', 'deep']);
  });

  test('repairs content, mode and links, and leaves what is not its own', () => {
    put();
    writeFileSync(join(root, 'deep/b.py'), 'changed');
    rmSync(join(root, 'a.ini'));
    symlinkSync('/etc/hostname', join(root, 'a.ini'));
    writeFileSync(join(root, 'deep/mine.py'), 'mine');
    put();
    expect(of(FILES).diff(look())).toBeNull();
    expect(readFileSync(join(root, 'deep/mine.py'), 'utf8')).toBe('mine');
    expect(statSync('/etc/hostname').isFile()).toBe(true);
  });

  test('loses what an earlier release had put there, with its directory', async () => {
    put([...FILES, { path: 'old/c.py', content: 'c' }]);
    mkdirSync(join(root, 'old/__pycache__'));
    writeFileSync(join(root, 'old/__pycache__/c.pyc'), '');
    expect(of(FILES).diff(look())?.fields).toEqual([
      { field: 'old/c.py', have: 'of another release', want: 'absent' },
    ]);
    put();
    expect((await readdir(root)).sort()).toEqual(['.vdb-files', 'a.ini', 'deep']);
    expect(of(FILES).diff(look())).toBeNull();
  });
});
