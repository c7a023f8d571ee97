import { describe, expect, it } from 'vitest';
import {
  madeSnapshot,
  readSnapshots,
  readStatus,
} from '../../../../src/backup/repositories/restic/answers.js';
import { meaningOf, resticAnswered } from '../../../../src/backup/repositories/restic/failure.js';
import { environmentOf, type Repository } from '../../../../src/backup/repositories/restic/input.js';
import {
  backupCommand,
  checkCommand,
  forgetCommand,
  initCommand,
  manifestsScript,
  restoreCommand,
  snapshotsScript,
} from '../../../../src/backup/repositories/restic/scripts.js';
import { Gate } from '../../../../src/host/gate.js';

const SECRETS = ['a-password-of-restic', 'a-key-of-s3', 'in-the-address'];
const repository: Repository = {
  name: 'safe',
  type: 'restic',
  path: 'rest:https://me:in-the-address@far/x',
  password: 'a-password-of-restic',
  environment: { AWS_SECRET_ACCESS_KEY: 'a-key-of-s3' },
};
const ID = '20261124T020000Z';
const PLACE = { snapshot: 'abc123', path: `/data/backups/${ID}` };

describe('scripts of restic', () => {
  const commands = [
    initCommand(repository),
    backupCommand(repository, '/data/backups', 'main', ID),
    checkCommand(repository),
    forgetCommand(repository, ['abc123']),
    restoreCommand(repository, PLACE, `/data/backups/${ID}`),
  ];
  const looks = [snapshotsScript('main'), manifestsScript([PLACE])];

  it('have the password, the environment and the address on standard input alone', () => {
    for (const { script, title, stdin } of commands) {
      for (const secret of SECRETS) {
        expect(script.source + title, title).not.toContain(secret);
        expect(stdin, title).toContain(secret);
      }
    }
    for (const { source } of looks) for (const secret of SECRETS) expect(source).not.toContain(secret);
  });

  it('pass the gate, which lets no secret into argv', () => {
    const gate = new Gate();
    for (const secret of SECRETS) gate.redactor.add(secret);
    gate.open();
    for (const command of commands) expect(() => gate.admit('host', command)).not.toThrow();
  });

  it('name the set and the host by tags, and look without leaving a lock', () => {
    expect(commands[1]?.script.source).toContain(
      `restic backup --json --force --retry-lock=1m --host main --tag vdb --tag set:${ID} --tag host:main -- /data/backups/${ID}`,
    );
    for (const { source } of looks) expect(source).toContain('--no-lock');
    expect(looks[0]?.source).toContain('--tag vdb,host:main');
  });

  it('restore parts and leave the manifest for the end', () => {
    expect(commands[4]?.script.source).toContain(
      `restic restore --json --no-lock abc123:/data/backups/${ID} --target /data/backups/${ID} --exclude /manifest.json`,
    );
  });

  it('are refused without a password', () => {
    expect(() => environmentOf({ ...repository, password: undefined })).toThrow('safe has no password');
  });
});

describe('readSnapshots', () => {
  const snapshot = (id: string, set: string, time: string, more = {}) => ({
    ...{ id, time, paths: [`/data/backups/${set}`], tags: ['vdb', `set:${set}`, 'host:main'] },
    ...more,
  });

  it('gives the newest set first, of each its last snapshot, and nothing that is no set', () => {
    const text = JSON.stringify([
      snapshot('22222222', '20261125T020000Z', '2026-11-25T03:00:00Z'),
      snapshot('11111111', ID, '2026-11-26T03:00:00Z', { summary: { total_bytes_processed: 7 } }),
      snapshot('10101010', ID, '2026-11-24T03:00:00Z'),
      snapshot('33333333', 'x', '2026-11-24T03:00:00Z'),
      snapshot('44444444', ID, '2026-11-27T03:00:00Z', { tags: undefined }),
    ]);
    expect(readSnapshots(text)).toEqual([
      { id: '20261125T020000Z', snapshot: '22222222', path: '/data/backups/20261125T020000Z' },
      { id: ID, snapshot: '11111111', path: `/data/backups/${ID}`, bytes: 7 },
    ]);
    expect(readSnapshots('[]')).toEqual([]);
  });

  it.each(['', 'null', '{}', '[{"id":1}]', 'Fatal: x'])('takes %j for no list', (text) => {
    expect(() => readSnapshots(text)).toThrow();
  });
});

describe('what restic says while it works', () => {
  it.each([
    ['{"message_type":"status","bytes_done":12,"total_bytes":20}', 12],
    ['{"message_type":"status","bytes_restored":7}', 7],
    ['{"message_type":"summary","snapshot_id":"abc"}', undefined],
    ['{"message_type":', undefined],
    ['open repository', undefined],
  ])('of %s is read as %s bytes', (text, bytes) => {
    expect(readStatus(text)).toBe(bytes);
  });

  it('names the snapshot that it made, also one that lacks files', () => {
    expect(madeSnapshot('x\n{"message_type":"summary","snapshot_id":"abc"}\n')).toBe('abc');
    expect(madeSnapshot('{"message_type":"status","bytes_done":1}')).toBeUndefined();
  });
});

describe('failures of restic', () => {
  it.each([
    [12, 'Fatal: wrong password or no key found', 'backup.restic-password'],
    [1, 'Fatal: wrong password or no key found', 'backup.restic-password'],
    [12, '', 'backup.restic-password'],
    [11, 'unable to create lock in backend: repository is already locked by PID 7', 'backup.restic-locked'],
    [1, 'repository is already locked exclusively', 'backup.restic-locked'],
    [10, 'Fatal: repository does not exist', 'backup.restic-none'],
    [1, 'Is there a repository at the following location?', 'backup.restic-none'],
    [127, 'restic is not installed', 'backup.restic-missing'],
    [1, 'ssh: connect to host x port 22: Connection refused', 'backup.restic-unreachable'],
    [1, 'dial tcp: lookup x: no such host', 'backup.restic-unreachable'],
    [1, 'Host key verification failed.', 'backup.restic-unreachable'],
    [1, 'Save(<data/1>): write: no space left on device', 'backup.no-space'],
    [1, 'AccessDenied: Access Denied', 'backup.restic-refused'],
    [1, 'something that nobody has seen', 'backup.restic-failed'],
    [3, '', 'backup.restic-failed'],
  ])('with exit code %d, saying %j, is %s', (exitCode, text, code) => {
    expect(meaningOf(exitCode, text).code).toBe(code);
  });

  it('keep what restic said', () => {
    expect(resticAnswered({ exitCode: 12, stderr: 'Fatal: wrong password' }, repository)).toMatchObject({
      message: 'The repository safe does not open with this password',
      details: { stderr: 'Fatal: wrong password' },
    });
  });
});
