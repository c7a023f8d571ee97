import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
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
