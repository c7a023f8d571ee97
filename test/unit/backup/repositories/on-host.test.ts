import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { BackupPart } from '../../../../src/backup/manifest.js';
import { readProgress } from '../../../../src/backup/repositories/on-host/run.js';
import {
  copyPartCommand,
  leaveStagingCommand,
  manifestCommand,
  placePartsCommand,
  receivePartCommand,
  roomScript,
} from '../../../../src/backup/repositories/on-host/scripts.js';
import type { Script } from '../../../../src/host/shell.js';
import { manifestOf } from './support.js';

const CONTENT = 'what was in it';
const manifest = manifestOf({ "below/it's a.dump": CONTENT });
const part = manifest.parts[0] as BackupPart;

let root: string;
let source: string;
let target: string;

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "vdb-it's "));
  [source, target] = [join(root, 'source'), join(root, 'target')];
  await mkdir(join(source, 'below'), { recursive: true });
  await writeFile(join(source, part.path), CONTENT);
});
afterEach(() => rm(root, { recursive: true }));

function run(script: Script, stdin = ''): Promise<{ code: number; stdout: string; stderr: string }> {
  return new Promise((resolve) => {
    const child = execFile('bash', ['-c', script.source], (error, stdout, stderr) =>
      resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr }),
    );
    child.stdin?.on('error', () => {});
    child.stdin?.end(stdin);
  });
}

describe('copyPartCommand', () => {
  const copy = () => run(copyPartCommand(source, target, part).script);

  it('copies a part, for root alone, and says when it is there', async () => {
    expect(await copy()).toMatchObject({ code: 0, stdout: 'brought\n' });
    expect(await readFile(join(target, part.path), 'utf8')).toBe(CONTENT);
    expect((await stat(join(target, part.path))).mode & 0o777).toBe(0o600);
    expect((await stat(join(target, 'below'))).mode & 0o777).toBe(0o700);
    expect(await copy()).toMatchObject({ code: 0, stdout: 'there\n' });
  });

  it('replaces what was changed', async () => {
    await copy();
    await writeFile(join(target, part.path), CONTENT.replace('in', 'on'));
    expect(await copy()).toMatchObject({ code: 0, stdout: 'brought\n' });
    expect(await readFile(join(target, part.path), 'utf8')).toBe(CONTENT);
  });

  it.each([
    ['changed', CONTENT.replace('in', 'on'), 'was changed since it was taken'],
    ['cut off', 'what', 'has 4 bytes in place of 14'],
    ['gone', null, 'is missing'],
  ])('copies nothing of what is %s, and leaves nothing', async (_, content, said) => {
    const file = join(source, part.path);
    await (content === null ? rm(file) : writeFile(file, content));
    const { code, stderr } = await copy();
    expect(code).toBe(65);
    expect(stderr).toContain(said);
    expect(await readdir(join(target, 'below'))).toEqual([]);
  });
});

describe('placePartsCommand', () => {
  const staging = () => join(target, '.fetched');
  const place = () => {
    const { script, stdin } = placePartsCommand(staging(), target, manifest.parts);
    return run(script, String(stdin));
  };
  const arrived = async (content: string): Promise<void> => {
    await mkdir(join(staging(), 'below'), { recursive: true });
    await writeFile(join(staging(), part.path), content);
  };

  it('gives its place to what came whole, and to nothing else', async () => {
    expect(await place()).toMatchObject({ code: 0, stdout: 'missing 0\n' });
    await arrived(CONTENT.replace('in', 'on'));
    expect(await place()).toMatchObject({ code: 0, stdout: 'missing 0\n' });
    await arrived(CONTENT);
    expect(await place()).toMatchObject({ code: 0, stdout: 'brought 0\n' });
    expect(await readFile(join(target, part.path), 'utf8')).toBe(CONTENT);
    expect(await place()).toMatchObject({ code: 0, stdout: 'there 0\n' });
  });

  it('leaves nothing of a set of which nothing came, and what did of any other', async () => {
    await arrived('what');
    await run(leaveStagingCommand(staging(), target).script);
    expect(await readdir(root)).toEqual(['source']);
    await arrived(CONTENT);
    await place();
    await run(leaveStagingCommand(staging(), target).script);
    expect(await readdir(target)).toEqual(['below']);
  });
});

describe('receivePartCommand', () => {
  const receive = (stdin: string) => run(receivePartCommand(target, part, 'unused').script, stdin);

  it('takes what has the right hash, and nothing else', async () => {
    expect(await receive(CONTENT.replace('in', 'on'))).toMatchObject({ code: 74 });
    expect(await receive('what')).toMatchObject({ code: 74 });
    expect(await readdir(join(target, 'below'))).toEqual([]);
    expect(await receive(CONTENT)).toMatchObject({ code: 0, stdout: 'brought\n' });
    expect(await receive('')).toMatchObject({ code: 0, stdout: 'there\n' });
    expect(await readFile(join(target, part.path), 'utf8')).toBe(CONTENT);
  });
});

describe('manifestCommand', () => {
  it('writes the manifest whole or not at all, and forgets what an earlier verification saw', async () => {
    await mkdir(target);
    await writeFile(join(target, 'verified.json'), '{}');
    const { script, stdin } = manifestCommand(target, manifest);
    expect((await run(script, 'half')).code).not.toBe(0);
    expect(await readdir(target)).toEqual(['verified.json']);
    expect((await run(script, stdin as string)).code).toBe(0);
    expect(await readdir(target)).toEqual(['manifest.json']);
    expect(JSON.parse(await readFile(join(target, 'manifest.json'), 'utf8'))).toEqual(manifest);
  });
});

describe('roomScript', () => {
  it('counts what is not there by size, also where the directory is still to be made', async () => {
    expect((await run(roomScript(join(target, 'x'), manifest.parts))).stdout).toMatch(
      /^need 14\nfree \d+\n$/,
    );
    expect((await run(roomScript(source, manifest.parts))).stdout).toMatch(/^need 0\nfree \d+\n$/);
  });
});

it.each([
  ['progress 12 20', 12],
  ['progress x 20', undefined],
  ['brought', undefined],
])('%s is read as %s', (line, done) => {
  expect(readProgress(line)).toBe(done);
});
