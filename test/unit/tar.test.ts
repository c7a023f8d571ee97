import { spawnSync } from 'node:child_process';
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { tarOf } from '../../src/tar.js';

const FILES = [
  { path: 'bin/run', content: Buffer.from('#!/bin/sh\n'), executable: true },
  { path: 'dist/ünï.mjs', content: Buffer.alloc(1025, 'x'), executable: false },
  { path: 'empty', content: Buffer.alloc(0), executable: false },
  { path: `${'long/'.repeat(30)}${'n'.repeat(90)}.py`, content: Buffer.from('l'), executable: false },
  { path: 'block', content: Buffer.alloc(512, 'y'), executable: false },
];

test('an archive gives its files back, with their modes, to tar', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'vdb-tar-'));
  try {
    const { status, stderr } = spawnSync('tar', ['-xf', '-', '-C', directory], { input: tarOf(FILES) });
    expect({ status, stderr: stderr.toString() }).toEqual({ status: 0, stderr: '' });
    for (const { path, content, executable } of FILES) {
      expect(await readFile(join(directory, path)), path).toEqual(content);
      expect(((await stat(join(directory, path))).mode & 0o100) !== 0, path).toBe(executable);
    }
  } finally {
    await rm(directory, { recursive: true });
  }
});

test('the same files give the same bytes', () => {
  expect(tarOf(FILES)).toEqual(tarOf(FILES));
});

test('a name that does not fit is refused', () => {
  for (const path of ['x'.repeat(101), `${'x'.repeat(156)}/y`, `x/${'y'.repeat(101)}`])
    expect(() => tarOf([{ path, content: Buffer.alloc(0), executable: false }])).toThrow('too long');
});
