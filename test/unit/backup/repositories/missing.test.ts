import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { fetchSet } from '../../../../src/backup/repositories/fetch.js';
import { repositorySets } from '../../../../src/backup/repositories/list.js';
import { mountedScript } from '../../../../src/backup/repositories/on-host/mounted.js';
import type { Origin, Repository } from '../../../../src/backup/repositories/place.js';
import { planCopies, pruneCopies } from '../../../../src/backup/repositories/prune.js';
import { sourcePlace } from '../../../../src/backup/repositories/source.js';
import { findSet } from '../../../../src/backup/sets/find.js';
import { backupSchema } from '../../../../src/config/schema/operations.js';
import type { VdbError } from '../../../../src/errors.js';
import { Gate } from '../../../../src/host/gate.js';
import { Host } from '../../../../src/host/host.js';
import { openLocal } from '../../../../src/host/local.js';
import { runWith } from '../../../support/programs.js';
import { ID, writeSet } from './support.js';

let root: string;
let host: Host;

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "vdb-it's missing "));
  host = new Host(openLocal(), new Gate());
});
afterEach(async () => {
  await host.close();
  await rm(root, { recursive: true });
});

const origin = (): Origin => ({
  host,
  hostName: 'main',
  config: { paths: { backups: join(root, 'sets') }, backup: backupSchema.parse({}) } as Origin['config'],
  reopen: () => Promise.reject(new Error('not here')),
});
const repository = (type: Repository['type'], path = join(root, 'mnt', 'nas')): Repository => ({
  ...{ name: 'nas', type, path, environment: {}, password: 'a-password-of-restic' },
});

describe('a repository whose disk is not there', () => {
  it.each(['directory', 'restic', 'operator'] as const)(
    'is not empty, and no other backup is the way out: %s',
    async (type) => {
      const refusal = (await repositorySets(origin(), repository(type)).catch((error) => error)) as VdbError;
      expect(refusal).toMatchObject({ exitCode: 1, details: { code: 'backup.no-directory' } });
      expect(refusal.message).toContain(join(root, 'mnt'));
      expect(refusal.details.next).not.toMatch(/vdb backup( create)?$/);
    },
  );

  it.each(['directory', 'restic', 'operator'] as const)(
    'is refused to a fetch of a set: %s',
    async (type) => {
      const fetch = fetchSet({ ...origin(), id: ID, from: repository(type), onEvent: () => {} });
      await expect(fetch).rejects.toMatchObject({ details: { code: 'backup.no-directory' } });
    },
  );

  it.each(['directory', 'restic', 'operator'] as const)('is no success of a prune: %s', async (type) => {
    const [report] = await pruneCopies({
      ...origin(),
      repositories: [repository(type)],
      keep: new Set(),
    });
    expect(report).toMatchObject({ removed: [], refused: expect.stringMatching(/mnt.* \(next: /) });
  });

  it('is refused to a plan as to the prune, and the plan has what goes of the others', async () => {
    const there = { ...repository('directory', join(root, 'there')), name: 'there' };
    const old = (await writeSet(there.path, { 'a.dump': 'x' }, '2026-09-01T02:00:00Z')).id;
    await writeSet(there.path, { 'a.dump': 'x' });
    const { config, ...rest } = origin();
    const backup = { ...config.backup, keep_minimum: 1 };
    const request = {
      ...rest,
      config: { ...config, backup },
      repositories: [repository('directory'), there],
    };
    expect(await planCopies({ ...request, keep: new Set() })).toEqual([
      { repository: 'nas', refused: expect.stringContaining('does not exist'), going: [], count: 0 },
      { repository: 'there', refused: null, going: [expect.objectContaining({ id: old })], count: 2 },
    ]);
    await mkdir(join(there.path, '.removing-20260101T020000Z'));
    const [, kept] = await planCopies({ ...request, keep: new Set([old]) });
    expect(kept?.going).toEqual([{ id: '.removing-20260101T020000Z', bytes: 0 }]);
  });

  it('is one that can be looked at, where it is', async () => {
    const there = repository('directory');
    await writeSet(there.path, { 'a.dump': 'x' });
    expect((await repositorySets(origin(), there)).sets.map(({ id }) => id)).toEqual([ID]);
    const here = repository('operator', root);
    expect(await repositorySets(origin(), here)).toEqual({ sets: [], halfRemoved: [], unread: null });
  });
});

describe('a mount of /etc/fstab', () => {
  const look = (path: string, fstab: string[], mounted: string[] = []): Promise<string> =>
    runWith(
      {
        findmnt: `[ "$1" = --fstab ] && printf '%s\\n' ${fstab.map((each) => `'${each}'`).join(' ')}`,
        mountpoint: `case "\${@: -1}" in ${['never', ...mounted].join('|')}) exit 0 ;; *) exit 32 ;; esac`,
      },
      `( ${mountedScript({ path, directory: path }).source} ); echo " $?"`,
    );
  /** As findmnt prints it. */
  const escaped = (path: string): string => path.replaceAll(' ', '\\x20').replaceAll("'", '\\x27');
  const nas = async (): Promise<string> => {
    const path = join(root, 'mnt');
    await mkdir(join(path, 'nas'), { recursive: true });
    return path;
  };

  it('that is not there is named, for itself and for what is below it', async () => {
    const mnt = await nas();
    expect(await look(join(mnt, 'nas'), ['/', 'none', escaped(mnt)])).toBe(`${mnt}\n 67\n`);
    expect(await look(mnt, ['/', escaped(mnt)])).toBe(`${mnt}\n 67\n`);
  });

  it('counts for nothing else', async () => {
    const mnt = await nas();
    const path = join(mnt, 'nas');
    expect(await look(path, ['/', 'none', escaped(mnt.slice(0, -1)), '/elsewhere'])).toBe(' 0\n');
    expect(await look('/tmp', ['/tmp'], ['/tmp'])).toBe(' 0\n');
    expect(await look(join(path, 'vdb'), ['/'])).toBe(' 66\n');
  });
});

describe('a repository without a set', () => {
  it.each(['directory', 'operator', 'restic'] as const)('is told of by its name: %s', (type) => {
    const place = sourcePlace(repository(type), 'main');
    const refused = (word: string): VdbError => {
      try {
        findSet([], word, place);
      } catch (error) {
        return error as VdbError;
      }
      throw new Error('it was found');
    };
    expect(refused('latest')).toMatchObject({
      message: 'There is no backup set in repository nas',
      exitCode: 1,
      details: { next: expect.stringContaining('vdb backup copy --to nas') },
    });
    expect(refused('2026').message).toBe('There is no backup set "2026" in repository nas');
  });
});
