import { createHash } from 'node:crypto';
import { cp, mkdir, mkdtemp, rm, symlink, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readParts } from '../../../../src/backup/sets/hashes.js';
import { backupSets } from '../../../../src/backup/sets/look.js';
import { CATALOGUE } from '../../../../src/checks/catalogue/index.js';
import type { CheckContext, Site } from '../../../../src/checks/check.js';
import type { RemoteCopies } from '../../../../src/checks/outside/copies.js';
import { backupCopies, type CopiesPlace } from '../../../../src/checks/probes/backups.js';
import { type CheckResult, resultOf } from '../../../../src/checks/result.js';
import { known, type Observation, observe } from '../../../../src/host/probe.js';
import { sh } from '../../../../src/host/shell.js';
import { localHost } from '../local-host.js';
import { contextOf } from '../support.js';

const NOW = new Date('2026-11-24T12:00:00Z');
const CONTENT = 'what was in it';
const UNKNOWN: Observation<never> = { status: 'unknown', why: 'could not be read' };

let root: string;
let sets: string;
let copies: string;

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'vdb-sets-'));
  [sets, copies] = [join(root, 'sets'), join(root, 'copies')];
  await mkdir(sets);
});

afterEach(() => rm(root, { recursive: true }));

function idOf(hoursAgo: number): string {
  const at = new Date(NOW.getTime() - hoursAgo * 3_600_000);
  return at.toISOString().replaceAll(/[-:]|\.\d+/g, '');
}

/** A whole set that was begun so many hours ago; gives its directory. */
async function makeSet(hoursAgo: number): Promise<string> {
  const created = new Date(NOW.getTime() - hoursAgo * 3_600_000).toISOString();
  const directory = join(sets, idOf(hoursAgo));
  await mkdir(join(directory, 'collections'), { recursive: true });
  const part = { bytes: CONTENT.length, sha256: createHash('sha256').update(CONTENT).digest('hex') };
  const parts = [
    { ...part, path: "collections/it's.snapshot", kind: 'collection' },
    { ...part, path: 'postgres.dump', kind: 'postgres' },
  ];
  for (const { path } of parts) await writeFile(join(directory, path), CONTENT);
  const manifest = { schema: 'vdb.backup/1', id: idOf(hoursAgo), created, finished: created, parts };
  await writeFile(join(directory, 'manifest.json'), JSON.stringify(manifest));
  return directory;
}

function contextWith(
  more: Partial<CheckContext> = {},
  backup: object = {},
  checks: object = {},
): CheckContext {
  return { ...contextOf({ paths: { backups: sets }, backup, checks }), now: NOW, ...more };
}

/** What a check says of the sets there, looked at by its own probes on this machine. */
async function checked(id: string, context = contextWith()): Promise<CheckResult> {
  const check = CATALOGUE.find((each) => each.id === id);
  if (check === undefined) throw new Error(`no check ${id}`);
  const host = localHost();
  const probes = [check.probe?.(context) ?? []].flat();
  const seen = await observe(host, probes);
  const site = { host, context } as unknown as Site;
  const looked = check.look === undefined ? [] : [await check.look(site)];
  return resultOf(check, [...seen, ...looked], context);
}

function journalFrom(hoursAgo: number, command = 'vdb provision', status = 'done'): Observation<string> {
  const at = new Date(NOW.getTime() - hoursAgo * 3_600_000).toISOString();
  const base = { schema: 'vdb.journal/1', run: command, who: 'me', command, vdb: '1', at };
  return known(`${JSON.stringify({ ...base, event: 'outcome', status, tasks: [] })}\n`);
}

/** A young run at the end of as many lines as are read: what came before is not known. */
function longJournal(): Observation<string> {
  const end = journalFrom(1);
  return known(`${'{}\n'.repeat(999)}${end.status === 'known' ? end.value : ''}`);
}

describe('backups.age', () => {
  it.each([
    [0.5, 'pass', 'less than an hour old'],
    [26, 'pass', '26 h old'],
    [26.1, 'fail', '26 h old'],
    [24 * 40, 'fail', '960 h old'],
  ])('of a set of %d hours is a %s', async (hours, status, seen) => {
    await makeSet(hours);
    await makeSet(24 * 50);
    expect(await checked('backups.age')).toMatchObject({ status, seen: `${idOf(hours)}, ${seen}` });
  });

  it('does not count what is from the future, unreadable or unfinished', async () => {
    await makeSet(30);
    await makeSet(-1);
    await truncate(join(await makeSet(2), 'manifest.json'), 40);
    await rm(join(await makeSet(1), 'manifest.json'));
    await mkdir(join(sets, 'rollback-3.1'));
    const result = await checked('backups.age');
    expect(result).toMatchObject({ status: 'fail', seen: `${idOf(30)}, 30 h old` });
    expect(result.details).toEqual([
      `${idOf(-1)}: from the future`,
      expect.stringContaining(`${idOf(2)}: The manifest of backup set`),
    ]);
  });

  it('warns of newer sets that do not count beside one that does', async () => {
    await makeSet(3);
    await makeSet(-30);
    expect(await checked('backups.age')).toMatchObject({
      status: 'warn',
      details: [`${idOf(-30)}: from the future`],
    });
  });

  it.each([
    ['warn', journalFrom(25)],
    ['fail', journalFrom(27)],
    ['fail', known('')],
    ['fail', known<string>(null)],
    ['fail', longJournal()],
    ['unknown', UNKNOWN],
  ] as const)('without any set is a %s (row %#)', async (status, journal) => {
    expect((await checked('backups.age', contextWith({ journal }))).status).toBe(status);
    await rm(sets, { recursive: true });
    expect((await checked('backups.age', contextWith({ journal }))).status).toBe(status);
  });

  it('does not count a set with a part that is missing, or that a verification has found damaged', async () => {
    await makeSet(25);
    await rm(join(await makeSet(2), 'postgres.dump'));
    const findings = [{ path: 'postgres.dump', what: 'was changed' }];
    const verified = { at: NOW.toISOString(), ok: false, findings };
    await writeFile(join(await makeSet(1), 'verified.json'), JSON.stringify(verified));
    expect(await checked('backups.age')).toMatchObject({
      status: 'warn',
      seen: `${idOf(25)}, 25 h old; newer ones do not count`,
      details: [
        `${idOf(1)}: postgres.dump was changed, as verify saw on 2026-11-24`,
        `${idOf(2)}: postgres.dump is missing`,
      ],
    });
  });

  it('says how a set is taken, now and every night', async () => {
    const { status, remedy } = await checked('backups.age');
    expect(status).toBe('fail');
    expect(remedy).toMatch(/^Run vdb backup; vdb backup schedule/);
  });

  it('reads no list that was cut off', () => {
    const question = [{ directory: sets }];
    expect(() => backupSets.parse(`@directory\nset ${idOf(1)}\n`, question)).toThrow('no end');
    expect(() => backupSets.parse(`@directory\nset ${idOf(1)}\nend\n`, question)).toThrow('no end');
  });
});

describe('backups.checksums', () => {
  const FIRST = "collections/it's.snapshot";

  it('passes for a whole set, and does not apply without one', async () => {
    expect((await checked('backups.checksums')).status).toBe('skip');
    await makeSet(1);
    expect(await checked('backups.checksums')).toMatchObject({ status: 'pass', seen: `${idOf(1)}: 2 parts` });
  });

  it.each<[string, (path: string) => Promise<void>]>([
    ['was changed', (path) => writeFile(path, CONTENT.replace('in', 'im'))],
    ['has 3 bytes in place of 14', (path) => truncate(path, 3)],
    ['is missing', (path) => rm(path)],
    [
      'is missing',
      async (path) => {
        await rm(path);
        await symlink('../postgres.dump', path);
      },
    ],
  ])('fails where a part %s (row %#)', async (seen, change) => {
    await change(join(await makeSet(1), FIRST));
    expect(await checked('backups.checksums')).toMatchObject({
      status: 'fail',
      seen: `${idOf(1)}: ${FIRST} ${seen}`,
    });
  });

  it('fails where the manifest of the newest cannot be read, though an older set is whole', async () => {
    await makeSet(20);
    await writeFile(join(await makeSet(1), 'manifest.json'), '{');
    expect(await checked('backups.checksums')).toMatchObject({
      status: 'fail',
      expected: 'a manifest that can be read',
    });
  });

  it('compares sizes alone above its threshold, and says so', async () => {
    const directory = await makeSet(1);
    const context = contextWith({}, {}, { thresholds: { 'backups.checksums': 27 / 1024 ** 3 } });
    expect(await checked('backups.checksums', context)).toMatchObject({
      status: 'warn',
      seen: `${idOf(1)}: sizes alone for 2 of 2 parts`,
    });
    await truncate(join(directory, FIRST), 1);
    expect((await checked('backups.checksums', context)).status).toBe('fail');
  });

  it('is unknown where the host says something else', () => {
    const part = { path: 'a', kind: 'b', bytes: 1, sha256: 'c' };
    expect(readParts('', [part])).toMatchObject({ status: 'unknown' });
    expect(readParts('hash 1 0', [part])).toMatchObject({ status: 'unknown' });
    expect(readParts('missing\nmissing', [part])).toMatchObject({ status: 'unknown' });
    expect(readParts('unreadable', [part])).toMatchObject({ value: [{ found: 'unreadable' }] });
  });
});

describe('backups.off-host', () => {
  const withCopies = () => contextWith({}, { repositories: [{ name: 'nas', path: copies }] });

  /** This machine has one file system here; what the host says of that is set apart. */
  async function judgedIn(place: CopiesPlace, fileSystem = 'ext4'): Promise<CheckResult> {
    const context = withCopies();
    const check = CATALOGUE.find(({ id }) => id === 'backups.off-host');
    const seen = await observe(localHost(), [check?.probe?.(context) ?? []].flat());
    const copied = seen[1] as { status: 'known'; value: object };
    return resultOf(check!, [seen[0]!, known({ ...copied.value, place, fileSystem })], context);
  }

  it('warns without a repository', async () => {
    await makeSet(1);
    expect(await checked('backups.off-host')).toMatchObject({
      status: 'warn',
      seen: 'no repository is configured',
    });
  });

  it('warns where the directory is missing, or on the same file system', async () => {
    await makeSet(1);
    expect((await checked('backups.off-host', withCopies())).seen).toBe(`nas: ${copies} does not exist`);
    await cp(sets, copies, { recursive: true });
    expect(await checked('backups.off-host', withCopies())).toMatchObject({
      status: 'warn',
      seen: `nas: ${copies} is on the same file system as the sets`,
    });
  });

  it('passes with a copy of the newest set alone', async () => {
    await makeSet(20);
    await cp(sets, copies, { recursive: true });
    expect((await judgedIn('another-disk')).status).toBe('pass');
    const newest = await makeSet(1);
    expect((await judgedIn('another-disk')).seen).toBe(`nas: its copy of ${idOf(1)} is missing`);
    await cp(newest, join(copies, idOf(1)), { recursive: true });
    expect((await judgedIn('another-disk')).status).toBe('pass');
    await truncate(join(copies, idOf(1), 'postgres.dump'), 3);
    expect((await judgedIn('another-disk')).seen).toBe(`nas: its copy of ${idOf(1)} is not the same`);
  });

  it('warns where the copies are on the machine of the sets, or in a repository without them', async () => {
    await makeSet(1);
    const repositories = [{ name: 'here', type: 'operator', path: copies }];
    expect(await checked('backups.off-host', contextWith({}, { repositories }))).toMatchObject({
      status: 'warn',
      seen: `here: ${copies} is on the machine of the sets itself`,
    });
  });

  const SFTP = 'sftp:me@far:/sets';
  const FAR = { repository: 'far', place: 'in restic, sftp', isHost: false, sets: [idOf(1)] };

  it.each<[string, string, Observation<RemoteCopies>, CopiesPlace | null, string]>([
    ['pass', SFTP, known(FAR), null, `${idOf(1)} in far, in restic, sftp`],
    ['warn', SFTP, known({ ...FAR, sets: [idOf(2)] }), null, `far: its copy of ${idOf(1)} is missing`],
    [
      'warn',
      SFTP,
      known({ ...FAR, isHost: true }),
      null,
      `far: ${SFTP} is on the machine of the sets itself`,
    ],
    ['unknown', SFTP, UNKNOWN, null, 'far: could not be read'],
    ['pass', '/mnt/r', known(FAR), 'another-disk', `${idOf(1)} in far, in restic, sftp, on another disk`],
    ['warn', '/mnt/r', known(FAR), 'same-disk', 'far: /mnt/r is on the same disk as the sets'],
  ])('is a %s for restic in %s (row %#)', async (status, path, remote, place, seen) => {
    await makeSet(1);
    const password = 'sixteen characters';
    const context = contextWith({}, { repositories: [{ name: 'far', type: 'restic', path, password }] });
    const check = CATALOGUE.find(({ id }) => id === 'backups.off-host');
    const [sets] = await observe(localHost(), [check?.probe?.(context) ?? []].flat().slice(0, 1));
    const local = place === null ? [] : [known({ place, fileSystem: 'ext4', sets: {} })];
    const looked = known(new Map([['far', remote]]));
    expect(resultOf(check!, [sets!, ...local, looked], context)).toMatchObject({ status, seen });
  });

  it('says that a repository whose host has no restic cannot be seen', async () => {
    await makeSet(1);
    const repositories = [{ name: 'far', type: 'restic', path: SFTP, password: 'sixteen characters' }];
    const result = await checked('backups.off-host', contextWith({}, { repositories }));
    expect(result).toMatchObject({
      status: 'unknown',
      seen: expect.stringMatching(/^far: The repository far /),
    });
  });

  it('does not hold notes beside the manifest against a copy', async () => {
    const newest = await makeSet(1);
    await cp(sets, copies, { recursive: true });
    await writeFile(join(newest, 'verified.json'), '{}');
    expect((await judgedIn('another-disk')).status).toBe('pass');
  });

  it('reads no answer that it does not know', () => {
    const question = [{ source: sets, copies }];
    const first = '@copies\nplace another-disk ext4 /dev/vdb\n';
    expect(() => backupCopies.parse(`${first}x maybe\nend\n`, question)).toThrow('x maybe');
    expect(() => backupCopies.parse(first, question)).toThrow('no end');
    for (const odd of ['place', 'place far ext4 x', 'place another-disk', ''])
      expect(() => backupCopies.parse(`@copies\n${odd}\nend\n`, question), odd).toThrow();
  });

  it.each([
    ['another-disk', 'ext4', 'pass', `${idOf(1)} in nas, on another disk`],
    ['disk-not-known', 'ext4', 'pass', `${idOf(1)} in nas, on another file system (disk not known)`],
    ['another-machine', 'nfs4', 'pass', `${idOf(1)} in nas, on another machine (nfs4)`],
    ['same-disk', 'ext4', 'warn', 'is on the same disk as the sets'],
    ['memory', 'tmpfs', 'warn', 'is in memory, and lost with the next start'],
    ['this-machine', 'nfs4', 'warn', 'is served by this machine to itself'],
  ] as const)('says of a copy on %s what is known (%s: %s)', async (place, fileSystem, status, seen) => {
    await makeSet(1);
    await cp(sets, copies, { recursive: true });
    expect(await judgedIn(place, fileSystem)).toMatchObject({
      status,
      seen: expect.stringContaining(seen),
    });
  });

  it.each([
    ['another-disk ext4 /dev/vdb1', 'another-disk'],
    ['same-disk btrfs /dev/vda2', 'same-disk'],
    ['disk-not-known overlay overlay', 'disk-not-known'],
    ['disk-not-known ext4 ', 'disk-not-known'],
    ['disk-not-known tmpfs tmpfs', 'memory'],
    ['same-file-system tmpfs tmpfs', 'memory'],
    ['disk-not-known nfs4 10.0.0.9:/sets of one', 'another-machine'],
    ['disk-not-known cifs //nas/sets', 'another-machine'],
    ['disk-not-known fuse.sshfs vdb@elsewhere:/sets', 'another-machine'],
    ['same-file-system nfs4 10.0.0.9:/sets', 'same-file-system'],
    ['disk-not-known nfs4 localhost:/sets', 'this-machine'],
    ['disk-not-known nfs4 [::1]:/sets', 'this-machine'],
    ['disk-not-known cifs //127.0.0.1/sets', 'this-machine'],
    ['disk-not-known fuse.sshfs vdb@localhost:/sets', 'this-machine'],
  ])('takes %s for %s', (line, place) => {
    const answer = `@copies\nplace ${line}\nend\n`;
    expect(backupCopies.parse(answer, [{ source: sets, copies }])).toMatchObject([{ value: { place } }]);
  });

  /** Tools that know of two mounts, in a PATH before the machine's own. */
  it.each([
    ['sda', 'sdb', 'another-disk'],
    ['sda', 'sda', 'same-disk'],
    ['sda sdb', 'sdb', 'same-disk'],
    ['sda', '', 'disk-not-known'],
    ['', '', 'disk-not-known'],
  ])('compares the disks below both file systems: %j and %j', async (here, there, place) => {
    await mkdir(copies);
    const tool = async (name: string, lines: string) => {
      await writeFile(join(root, name), `#!/bin/bash\n${lines}\n`, { mode: 0o755 });
    };
    await tool('findmnt', 'case $2 in *SOURCE) echo "/dev/of$4" ;; *FSTYPE) echo ext4 ;; esac');
    await tool('stat', 'echo "$4"');
    const disks = `case $3 in */sets) disks='${here}' ;; *) disks='${there}' ;; esac`;
    await tool('lsblk', `${disks}; for disk in $disks; do echo "x1 part"; echo "$disk disk"; done`);
    const question = [{ source: sets, copies }];
    const script = sh`PATH=${root}:$PATH; ${backupCopies.script(question)}`;
    const { stdout } = await localHost().read(script);
    expect(backupCopies.parse(stdout, question)).toMatchObject([{ value: { place, fileSystem: 'ext4' } }]);
  });
});

describe('backups.drill', () => {
  it.each([
    ['pass', journalFrom(24 * 30, 'vdb --lab x backup drill --json'), 'a drill 30 days ago'],
    ['warn', journalFrom(24 * 30 + 1, 'vdb backup drill'), 'a drill 30 days ago'],
    ['warn', journalFrom(1, 'vdb backup drill', 'failed'), 'no drill in the journal'],
    ['warn', journalFrom(1, 'vdb backup'), 'no drill in the journal'],
    ['warn', journalFrom(-1, 'vdb backup drill'), 'no drill in the journal'],
    ['warn', known<string>(null), 'no drill in the journal'],
    ['unknown', UNKNOWN, 'could not be read'],
  ] as const)('is a %s (row %#)', async (status, journal, seen) => {
    expect(await checked('backups.drill', contextWith({ journal }))).toMatchObject({ status, seen });
  });
});

it.each(['age', 'checksums', 'off-host', 'drill'])(
  'backups.%s is skipped where none are taken',
  async (name) => {
    expect(await checked(`backups.${name}`, contextWith({}, { enabled: false }))).toMatchObject({
      status: 'skip',
      seen: 'backup.enabled is false',
    });
  },
);
