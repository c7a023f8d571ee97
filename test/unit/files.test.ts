import { execFileSync } from 'node:child_process';
import { lstat, mkdtemp, readdir, readFile, rm, stat, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createFile, existsFile, replaceFile } from '../../src/files.js';

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'vdb-files-'));
});
afterEach(() => rm(directory, { recursive: true, force: true }));

it('replaces a file with the wanted mode and leaves nothing beside it', async () => {
  const file = join(directory, 'deep/er', 'file');
  await replaceFile(file, 'old');
  await replaceFile(file, 'new', 0o600);
  expect(await readFile(file, 'utf8')).toBe('new');
  expect((await stat(file)).mode & 0o777).toBe(0o600);
  expect(await readdir(join(directory, 'deep/er'))).toEqual(['file']);
});

it('writes to what is no file and leaves it what it is', async () => {
  const pipe = join(directory, 'pipe');
  execFileSync('mkfifo', [pipe]);
  const [read] = await Promise.all([readFile(pipe, 'utf8'), replaceFile(pipe, 'text')]);
  expect(read).toBe('text');
  expect((await stat(pipe)).isFIFO()).toBe(true);
  expect(await readdir(directory)).toEqual(['pipe']);
});

it('replaces what a link points to and leaves the link', async () => {
  const file = join(directory, 'deep', 'file');
  await replaceFile(file, 'old');
  await symlink(file, join(directory, 'link'));
  await replaceFile(join(directory, 'link'), 'new');
  expect(await readFile(file, 'utf8')).toBe('new');
  expect((await lstat(join(directory, 'link'))).isSymbolicLink()).toBe(true);
  expect(await readdir(join(directory, 'deep'))).toEqual(['file']);
});

it('leaves nothing behind when it fails', async () => {
  await replaceFile(join(directory, 'taken', 'file'), 'x');
  await expect(replaceFile(join(directory, 'taken'), 'y')).rejects.toMatchObject({ code: 'EISDIR' });
  expect(await readdir(directory)).toEqual(['taken']);
});

it('creates a file once and never touches one that is there', async () => {
  const file = join(directory, 'file');
  expect(await createFile(file, 'first', 0o600)).toBe(true);
  expect(await createFile(file, 'second')).toBe(false);
  expect(await readFile(file, 'utf8')).toBe('first');
  expect(await readdir(directory)).toEqual(['file']);
  expect(await existsFile(join(directory, 'other'))).toBe(false);
});
