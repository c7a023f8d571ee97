import { expect, it } from 'vitest';
import { ignoredSnapshots, readManifests } from '../../../../src/backup/repositories/restic/answers.js';
import { resticAnswered } from '../../../../src/backup/repositories/restic/failure.js';
import { resticWords } from '../../../../src/backup/repositories/restic/words.js';
import { ID, manifestOf } from './support.js';

/** As restic 0.18 says it. */
const EXIT_ERROR = String.raw`{"message_type":"exit_error","code":1,"message":"config file has zero size, invalid repository?\nmain.open\n\tgithub.com/restic/restic/cmd/restic/global.go:691\nruntime.goexit\n\truntime/asm_amd64.s:1700"}`;
const RESTORE = [
  '{"message_type":"status","percent_done":0.5,"bytes_restored":7}',
  '{"message_type":"error","error":{"message":"ciphertext verification failed"},"during":"restore","item":"/a.dump"}',
  '{"message_type":"error","error":{"message":"lchown /data/x/a.dump: no such file or directory"},"during":"restore","item":"/a.dump"}',
  '{"message_type":"exit_error","code":1,"message":"Fatal: There were 2 errors"}',
].join('\n');

it('are its messages, without JSON, progress and stacks', () => {
  expect(resticWords(EXIT_ERROR)).toBe('config file has zero size, invalid repository?');
  expect(resticWords(RESTORE)).toBe('/a.dump: ciphertext verification failed\nFatal: There were 2 errors');
  expect(resticWords('Fatal: x\nmain.open\n\tgithub.com/restic/global.go:691\n')).toBe('Fatal: x');
  expect(resticWords('{ no JSON')).toBe('{ no JSON');
});

it.each([
  EXIT_ERROR,
  RESTORE,
  'Fatal: loading tree for snapshot "0b7b" failed: id 1189 not found in repository',
  'pack f3a6: does not exist\nFatal: repository contains errors',
  'failed to load snapshot 0b7b5151: LoadRaw(<snapshot/0b7b5151ea>): invalid data returned',
])('of a damaged repository mean that, and what to run next: %j', (stderr) => {
  const repository = { name: 'safe', type: 'restic' as const, path: '/mnt/a b/safe', environment: {} };
  const error = resticAnswered({ exitCode: 1, stderr }, repository);
  expect(error).toMatchObject({
    message: 'The repository safe is damaged',
    exitCode: 1,
    details: {
      code: 'backup.restic-damaged',
      next: expect.stringContaining("restic -r '/mnt/a b/safe' check"),
    },
  });
  expect(error.details.stderr).not.toMatch(/[{}\t]|message_type/);
});

it('of snapshots that it leaves out of a list are seen, although it calls that a success', () => {
  expect(ignoredSnapshots('Ignoring "0b7b": failed to load snapshot\nother\n')).toBe(
    'Ignoring "0b7b": failed to load snapshot',
  );
  expect(ignoredSnapshots('')).toBe('');
});

it('say why a manifest cannot be read, and never make one of it', () => {
  const base64 = (text: string): string => Buffer.from(text).toString('base64');
  const snapshots = ['a', 'b', 'c', 'd'].map((snapshot) => ({ id: ID, snapshot, path: '/x' }));
  const stdout = [
    `a = ${base64(JSON.stringify(manifestOf({ 'a.dump': 'x' })))}`,
    `b ? ${base64('Fatal: cannot dump file: ciphertext verification failed\n')}`,
    `c = ${base64('{')}`,
  ].join('\n');
  const read = readManifests(stdout, snapshots);
  expect(read.get('a')).toMatchObject({ manifest: { id: ID }, why: '' });
  expect(read.get('b')).toEqual({
    manifest: null,
    why: 'Fatal: cannot dump file: ciphertext verification failed',
  });
  for (const snapshot of ['c', 'd']) {
    expect(read.get(snapshot)?.manifest).toBeNull();
    expect(read.get(snapshot)?.why).not.toBe('');
  }
});

it('of a snapshot that lacks files are no set, where restic tells its size', () => {
  const manifest = manifestOf({ 'a.dump': 'x'.repeat(100) });
  const base64 = Buffer.from(JSON.stringify(manifest)).toString('base64');
  const whyOf = (bytes?: number): string | undefined => {
    const snapshot = { id: ID, snapshot: 'a', path: '/x', ...(bytes === undefined ? {} : { bytes }) };
    return readManifests(`a = ${base64}`, [snapshot]).get('a')?.why;
  };
  expect(whyOf(99)).toBe('it has 99 bytes, less than its manifest names');
  expect([whyOf(500), whyOf()]).toEqual(['', '']);
});
