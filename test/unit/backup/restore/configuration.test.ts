import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import {
  boundFiles,
  compareConfiguration,
  filesOf,
  replaceCommand,
} from '../../../../src/backup/restore/configuration.js';
import { unprivilegedHost } from '../../../support/unprivileged-host.js';

let directory: string;
let file: string;
let archive: string;
let keep: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'vdb-configuration-'));
  [file, archive, keep] = [
    join(directory, 'x.conf'),
    join(directory, 'set.tar'),
    join(directory, 'kept.tar'),
  ];
  writeFileSync(file, 'as in the set');
  execFileSync('tar', ['--create', '--file', archive, '--directory', '/', file.slice(1)]);
});

afterEach(() => {
  rmSync(directory, { recursive: true, force: true });
});

function replace(bound: string[] = []): string {
  return execFileSync('bash', ['-c', replaceCommand({ archive, keep, bound }).script.source], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

it('a file that differs is replaced, and kept first', () => {
  writeFileSync(file, 'as it was');
  expect(replace()).toBe(`replaced ${Buffer.from(file.slice(1)).toString('base64')}\n`);
  expect(readFileSync(file, 'utf8')).toBe('as in the set');
  expect(execFileSync('tar', ['-xOf', keep], { encoding: 'utf8' })).toBe('as it was');
});

it('where no file differs nothing is done, and nothing is kept', () => {
  expect(replace()).toBe('');
  expect(existsSync(keep)).toBe(false);
});

it('what was kept before is never replaced', () => {
  writeFileSync(file, 'as it was');
  replace();
  writeFileSync(file, 'as somebody has it since');
  expect(() => replace()).toThrow(/is there already/);
  expect(execFileSync('tar', ['-xOf', keep], { encoding: 'utf8' })).toBe('as it was');
  expect(readFileSync(file, 'utf8')).toBe('as somebody has it since');
});

it('a file that is of one machine is left alone, and told of', async () => {
  writeFileSync(file, 'as it is on this machine');
  const host = unprivilegedHost(join(directory, 'busy'));
  expect(await compareConfiguration(host, { archive, bound: [file] })).toMatchObject([
    { path: file, state: 'bound' },
  ]);
  expect(replace([file])).toBe('');
  expect(readFileSync(file, 'utf8')).toBe('as it is on this machine');
  const bound = boundFiles({ paths: { state: '/s', root: '/r' } } as never);
  expect(bound.slice(0, 3)).toEqual(['/etc/fstab', '/s/state.json', '/r/config/registry.json']);
  expect(bound).toContain('/r/config/file_sd/vdb-gateway.json');
  expect(bound).not.toContain('/r/config/production.yaml');
});

it('a directory that is missing is made as the archive has it', () => {
  const [outer, inner] = [join(directory, 'a'), join(directory, 'a', 'b')];
  mkdirSync(inner, { recursive: true });
  writeFileSync(join(inner, 'y.conf'), 'y');
  chmodSync(outer, 0o755);
  chmodSync(inner, 0o750);
  execFileSync('tar', ['--create', '--file', archive, '--directory', '/', outer.slice(1)]);
  rmSync(outer, { recursive: true });
  replace();
  expect([outer, inner].map((path) => statSync(path).mode & 0o777)).toEqual([0o755, 0o750]);
});

it('a line that is no file is an error', () => {
  expect(() => filesOf('other 1 2 eA==')).toThrow('unreadable');
});
