import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { replaceCommand } from '../../../../src/backup/restore/configuration.js';

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

function replace(): string {
  return execFileSync('bash', ['-c', replaceCommand({ archive, keep }).script.source], { encoding: 'utf8' });
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
