import { type SpawnSyncReturns, spawnSync } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type PutFile, putCommand } from '../../../src/host/command.js';
import { elevate } from '../../../src/host/host.js';
import { sh } from '../../../src/host/shell.js';

const { uid, gid } = userInfo();

describe('putCommand', () => {
  let directory: string;
  let path: string;

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), "vdb put's "));
    path = join(directory, 'a file.conf');
  });
  afterEach(async () => {
    await rm(directory, { recursive: true, force: true });
  });

  /** Runs the command here as a host would; `input` is what arrives instead of the whole content. */
  function put(file: Omit<PutFile, 'path'>, input?: string): SpawnSyncReturns<string> {
    const command = putCommand({ path, owner: `${uid}:${gid}`, ...file });
    const { command: line } = elevate(command.script, { kind: 'none' });
    const stdin = input ?? (command.stdin as string | Uint8Array);
    return spawnSync('/bin/sh', ['-c', line], { input: stdin, encoding: 'utf8' });
  }

  async function onlyFile(): Promise<string> {
    expect(await readdir(directory)).toEqual(['a file.conf']);
    return readFile(path, 'utf8');
  }

  it('writes the content with mode and owner and leaves nothing else', async () => {
    const content = 'line\n"quoted" $HOME \\n grün\n';
    expect(put({ content, mode: '0640' })).toMatchObject({ status: 0, stderr: '' });
    expect(await onlyFile()).toBe(content);
    const { mode, uid: owner } = await stat(path);
    expect(mode & 0o777).toBe(0o640);
    expect(owner).toBe(uid);
  });

  it('makes files readable by default, and takes bytes', async () => {
    const bytes = Buffer.from([0, 255, 10, 13]);
    expect(put({ content: bytes }).status).toBe(0);
    expect(await readFile(path)).toEqual(bytes);
    expect((await stat(path)).mode & 0o777).toBe(0o644);
  });

  it('replaces the file by another one, so that a reader keeps the old', async () => {
    await writeFile(path, 'old');
    const before = (await stat(path)).ino;
    expect(put({ content: 'new' }).status).toBe(0);
    expect(await onlyFile()).toBe('new');
    expect((await stat(path)).ino).not.toBe(before);
  });

  it('leaves the old file when the validator refuses the new one', async () => {
    await writeFile(path, 'old');
    const refused = put({ content: 'new', validate: sh`grep -q good "$1" || { echo "not good"; false; }` });
    expect(refused).toMatchObject({ status: 65, stderr: expect.stringContaining('not good') });
    expect(await onlyFile()).toBe('old');
  });

  it('asks the validator with the new content', async () => {
    expect(put({ content: 'good', validate: sh`grep -q good "$1"` }).status).toBe(0);
    expect(await onlyFile()).toBe('good');
  });

  it('leaves the old file when the content arrives cut', async () => {
    await writeFile(path, 'old');
    expect(put({ content: 'the whole content' }, 'the who')).toMatchObject({ status: 74 });
    expect(await onlyFile()).toBe('old');
  });

  it('fails where the directory does not exist', () => {
    const command = putCommand({
      path: join(directory, 'missing/file'),
      content: 'x',
      owner: `${uid}:${gid}`,
    });
    const { status } = spawnSync('bash', ['-c', command.script.source], { input: 'x' });
    expect(status).not.toBe(0);
  });
});
