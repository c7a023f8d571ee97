import { mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readManifest } from '../../../../src/backup/manifest.js';
import { setIdOf } from '../../../../src/backup/set.js';
import { clockRefusal, leapIn, leapRefusal } from '../../../../src/backup/sets/clock.js';
import { findSet } from '../../../../src/backup/sets/find.js';
import { lookAtSets } from '../../../../src/backup/sets/look.js';
import { pinText } from '../../../../src/backup/sets/notes.js';
import { pruneSets } from '../../../../src/backup/sets/prune.js';
import { type JudgedSet, judgeSets } from '../../../../src/backup/sets/state.js';
import { recordVerification, verifySet } from '../../../../src/backup/sets/verify.js';
import type { Config } from '../../../../src/config/schema.js';
import type { Host } from '../../../../src/host/host.js';
import { foundSet, judged, openHost, writeSet } from './support.js';

const HOUR_MS = 3_600_000;
const NOW = new Date();
const ago = (hours: number): Date => new Date(Math.floor(NOW.getTime() / 1000) * 1000 - hours * HOUR_MS);
const idOf = (hours: number): string => setIdOf(ago(hours));

/** A byte more than a piece, so that a file is read in two. */
const PIECE = 64 * 1024 * 1024;

let root: string;
let sets: string;
let host: Host;

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'vdb-sets-'));
  sets = join(root, 'sets');
  await mkdir(sets);
  host = openHost(join(root, 'busy'));
});

afterEach(() => rm(root, { recursive: true }));

const make = (hours: number, more: object = {}): Promise<string> =>
  writeSet(
    sets,
    ago(hours),
    { "collections/it's.snapshot": { content: 'first' }, 'postgres/app.dump': { content: 'second' } },
    more,
  );

async function look(now = NOW): Promise<JudgedSet[]> {
  return judgeSets((await lookAtSets(host, sets)).sets, now);
}

const states = async (now?: Date): Promise<string> => (await look(now)).map(({ state }) => state).join(' ');

describe('a directory of sets', () => {
  it('holds none where it is empty or does not exist, and says so where it cannot be seen', async () => {
    expect(await look()).toEqual([]);
    expect((await lookAtSets(host, join(root, 'nothing'))).sets).toEqual([]);
    await writeFile(join(root, 'file'), '');
    await expect(lookAtSets(host, join(root, 'file'))).rejects.toThrow('could not be seen');
  });

  it('gives all of them, newest first, with sizes, pins and what was verified', async () => {
    for (const hours of [2, 1]) await make(hours);
    const pin = { reason: "it's needed", by: 'me', at: NOW.toISOString() };
    await writeFile(join(sets, idOf(1), 'pin.json'), pinText(pin));
    await writeFile(join(sets, idOf(2), 'verified.json'), '{');
    const drill = { at: NOW.toISOString(), ok: false, findings: [] };
    await writeFile(join(sets, idOf(1), 'drilled.json'), JSON.stringify(drill));
    const [first, second] = await look();
    expect(first).toMatchObject({ id: idOf(1), state: 'whole', pin, verification: null, drill });
    expect(second).toMatchObject({ id: idOf(2), state: 'whole', pin: null, verification: null });
    expect(Object.fromEntries(second?.files ?? [])).toMatchObject({
      "collections/it's.snapshot": 5,
      'postgres/app.dump': 6,
    });
  });

  it('protects by a pin that cannot be read', async () => {
    await writeFile(join(await make(1), 'pin.json'), '{');
    expect((await look())[0]?.pin).toMatchObject({ reason: 'pin.json cannot be read' });
  });

  it.each<[string, string, (set: string) => Promise<unknown>]>([
    ['damaged', 'a part is missing', (set) => rm(join(set, 'postgres/app.dump'))],
    ['damaged', 'a part is cut off', (set) => truncate(join(set, 'postgres/app.dump'), 2)],
    [
      'damaged',
      'a part is a link to one that is right',
      async (set) => {
        await rm(join(set, 'postgres/app.dump'));
        await writeFile(join(root, 'elsewhere'), 'second');
        await symlink(join(root, 'elsewhere'), join(set, 'postgres/app.dump'));
      },
    ],
    ['damaged', 'the manifest is cut off', (set) => truncate(join(set, 'manifest.json'), 40)],
    [
      'damaged',
      'the manifest is a directory',
      async (set) => {
        await rm(join(set, 'manifest.json'));
        await mkdir(join(set, 'manifest.json'));
      },
    ],
    ['unfinished', 'there is no manifest', (set) => rm(join(set, 'manifest.json'))],
    ['whole', 'a file is there that nobody knows', (set) => writeFile(join(set, 'more'), '')],
  ])('calls a set %s where %s', async (state, _, change) => {
    await change(await make(1));
    expect(await states()).toBe(state);
  });

  it('tells a set from the future by this clock, give or take five minutes', async () => {
    await make(0);
    expect(await states(new Date(ago(0).getTime() - 5 * 60_000))).toBe('whole');
    expect(await states(new Date(ago(0).getTime() - 5 * 60_000 - 1))).toBe('future');
  });
});

describe('verifying', () => {
  const verify = async () => verifySet(host, sets, (await look())[0]!);

  it('reads a large file piece by piece, tells how far it is, and leaves the verdict beside the manifest', async () => {
    const content = Buffer.alloc(PIECE + 1, 7);
    await writeSet(sets, ago(1), { big: { content }, empty: { content: '' } });
    const told: [number, number][] = [];
    const verified = await verifySet(host, sets, (await look())[0]!, {
      onProgress: (done, total) => told.push([done, total]),
    });
    expect(verified).toMatchObject({ ok: true, parts: 2, bytes: PIECE + 1, findings: [] });
    expect(told).toEqual([
      [PIECE, PIECE + 1],
      [PIECE + 1, PIECE + 1],
    ]);
    await recordVerification(host, sets, verified);
    expect((await look())[0]).toMatchObject({ state: 'whole', verification: { ok: true, findings: [] } });
    expect((await stat(join(sets, idOf(1), 'verified.json'))).mode & 0o777).toBe(0o600);
  });

  it('finds a byte that was changed behind the first piece, and the set is damaged until it is seen to be whole', async () => {
    const content = Buffer.alloc(PIECE + 100, 7);
    const set = await writeSet(sets, ago(1), { big: { content } });
    const flipped = Buffer.from(content);
    flipped[PIECE + 50] = 6;
    await writeFile(join(set, 'big'), flipped);
    expect(await states()).toBe('whole');
    const verified = await verify();
    expect(verified.findings).toEqual([{ path: 'big', what: 'was changed' }]);
    await recordVerification(host, sets, verified);
    expect(await states()).toBe('damaged');
    await writeFile(join(set, 'big'), content);
    await recordVerification(host, sets, await verify());
    expect(await states()).toBe('whole');
  });

  it('opens archives and definitions that are as the manifest says: they may have been bad from the start', async () => {
    await writeSet(sets, ago(1), {
      'collections/a.snapshot': { content: 'no archive', kind: 'collection', collection: 'a' },
      'configuration.tar': { content: 'none either', kind: 'configuration' },
      'postgres/globals.sql': { content: 'CREATE ROLE', kind: 'postgres-globals' },
      'qdrant.json': { content: '{}', kind: 'definitions' },
      'new.thing': { content: '', kind: 'unheard-of' },
    });
    const { ok, findings, unread } = await verify();
    expect(ok).toBe(false);
    expect(findings.map(({ path, what }) => `${path} ${what}`)).toEqual([
      expect.stringMatching(/^collections\/a\.snapshot cannot be opened: .*tar/),
      expect.stringMatching(/^configuration\.tar cannot be opened: /),
      'postgres/globals.sql has no end: pg_dumpall has not finished it',
      expect.stringMatching(/^qdrant\.json cannot be read: qdrant\.json of backup set/),
    ]);
    expect(unread).toEqual([
      { path: 'new.thing', what: 'was not looked into: nothing is known of its kind' },
    ]);
  });

  it('takes no snapshot of the emulator for an archive', async () => {
    const snapshot = { content: 'its own form', kind: 'collection', collection: 'a' };
    await writeSet(sets, ago(1), { 'collections/a.snapshot': snapshot }, { genuine: false });
    expect(await verify()).toMatchObject({ ok: true });
  });

  it('says of a set whose manifest cannot be read that nobody knows', async () => {
    await truncate(join(await make(1), 'manifest.json'), 40);
    expect(await verify()).toMatchObject({ ok: false, findings: [{ path: 'manifest.json' }] });
  });

  it('is no verdict where the set is gone meanwhile', async () => {
    const set = await make(1);
    const [found] = await look();
    await rm(set, { recursive: true });
    await expect(verifySet(host, sets, found!)).rejects.toThrow(
      `Backup set ${idOf(1)} could not be verified`,
    );
  });
});

describe('pruning', () => {
  const config = (backup: object = {}) =>
    ({
      paths: { backups: sets },
      backup: {
        retention: '1d',
        keep_minimum: 1,
        keep: { daily: 0, weekly: 0, monthly: 0 },
        priorities: {},
        ...backup,
      },
    }) as unknown as Config;

  it('removes what retention does not keep, and what an earlier one has left', async () => {
    for (const hours of [0, 24, 25, 80]) await make(hours);
    await writeFile(join(sets, idOf(80), 'pin.json'), pinText({ reason: 'r', by: 'b', at: 'c' }));
    await mkdir(join(sets, `.removing-${idOf(90)}`, 'collections'), { recursive: true });
    await rm(join(await make(70), 'manifest.json'));
    const removed: string[] = [];
    const report = await pruneSets({ host, config: config(), onRemoved: (what) => removed.push(what) });
    expect(removed).toEqual([`.removing-${idOf(90)}`, idOf(25)]);
    expect(report).toMatchObject({ refused: null, removed, failed: [], kept: 4, interrupted: false });
    expect(await readdir(sets)).toEqual([idOf(80), idOf(70), idOf(24), idOf(0)]);
    expect((await pruneSets({ host, config: config() })).removed).toEqual([]);
  });

  it('takes a snapshot out of the manifest and then off the disk, and the set stays whole', async () => {
    const part = (name: string, priority: 'high' | 'low') => ({
      content: name,
      kind: 'collection',
      collection: name,
      priority,
    });
    const files = { 'collections/a': part('a', 'high'), 'collections/b': part('b', 'low') };
    for (const hours of [0, 5]) await writeSet(sets, ago(hours), files);
    const report = await pruneSets({ host, config: config({ priorities: { low: '4h' } }) });
    expect(report).toMatchObject({ removed: [`${idOf(5)}/collections/b`], freed: 1, kept: 2 });
    const text = await readFile(join(sets, idOf(5), 'manifest.json'), 'utf8');
    const { parts, pruned } = readManifest(text, idOf(5));
    expect(parts.map(({ path }) => path)).toEqual(['collections/a']);
    expect(pruned).toMatchObject([{ path: 'collections/b', collection: 'b' }]);
    expect(await readdir(join(sets, idOf(5)))).toEqual(['collections', 'manifest.json']);
    expect(await readdir(join(sets, idOf(5), 'collections'))).toEqual(['a']);
    expect(await states()).toBe('whole whole');
  });

  it('reports a set that it cannot rename, goes on with the others, and does not throw', async () => {
    for (const hours of [0, 30, 40]) await make(hours);
    await writeFile(join(sets, `.removing-${idOf(30)}`), 'in the way');
    const report = await pruneSets({ host, config: config() });
    expect(report.removed).toEqual([idOf(40)]);
    expect(report.failed).toEqual([{ what: idOf(30), why: expect.stringContaining('cannot overwrite') }]);
    expect(await states()).toBe('whole whole');
  });

  it('stops between two removals when it is told to', async () => {
    for (const hours of [0, 30, 40]) await make(hours);
    const controller = new AbortController();
    const onRemoved = (): void => controller.abort();
    const report = await pruneSets({ host, config: config(), stop: controller.signal, onRemoved });
    expect(report).toMatchObject({ removed: [idOf(30)], interrupted: true });
    expect(await states()).toBe('whole whole');
  });

  it('is refused, and not thrown, where the sets cannot be seen', async () => {
    await writeFile(join(root, 'file'), '');
    const blind = { ...config(), paths: { backups: join(root, 'file') } } as Config;
    const report = await pruneSets({ host, config: blind });
    expect(report).toMatchObject({ refused: expect.stringContaining('could not be seen'), removed: [] });
  });

  it.each([
    [null, null],
    [{ least: -300_000, most: 300_000 }, null],
    [{ least: -400_000, most: -299_000 }, null],
    [{ least: -7_300_000, most: -7_200_000 }, "the clock of the host is 2 hours behind this machine's"],
    [{ least: 360_000, most: 370_000 }, "the clock of the host is 6 minutes ahead of this machine's"],
    [{ least: Number.NaN, most: Number.NaN }, 'the host does not tell its time'],
  ])('by clocks that differ by %j is refused: %s', (offset, expected) => {
    expect(clockRefusal(offset)).toBe(expected);
  });
});

describe('a set', () => {
  const now = '2026-11-25T12:00:00Z';
  const three = judged(
    now,
    foundSet('2026-11-24T02:00:00Z'),
    foundSet('2026-11-25T02:00:00Z'),
    foundSet('2026-12-24T02:00:00Z'),
    foundSet('2026-11-25T03:00:00Z', [], { manifest: null, why: 'unfinished' }),
  );

  it.each([
    ['latest', '20261125T020000Z'],
    ['20261124', '20261124T020000Z'],
    ['202612', '20261224T020000Z'],
    ['20261124T020000z', '20261124T020000Z'],
  ])('is found by %j', (word, id) => {
    expect(findSet(three, word).id).toBe(id);
  });

  it.each([
    ['2027', 'There is no backup set "2027"'],
    ['', 'There is no backup set ""'],
    ['20261125', '"20261125" begins the names of 2 backup sets'],
  ])('is not found by %j', (word, message) => {
    expect(() => findSet(three, word)).toThrow(message);
  });

  it('is not the latest where there is none', () => {
    expect(() => findSet([], 'latest')).toThrow('There is no backup set yet');
  });
});

describe('a clock that may have leapt forward', () => {
  const DAY = 86_400_000;
  const nightly = [9, 8, 7, 6, 5].map((day) => day * DAY);

  it.each<[string, number[], number | null]>([
    ['a set each night', nightly, null],
    ['a set each night, and then one half a year later', [189 * DAY, ...nightly], 180],
    ['more sets after that one', [191 * DAY, 190 * DAY, 189 * DAY, ...nightly], 180],
    ['a set each month', [90, 60, 30, 0].map((day) => day * DAY), null],
    ['a few missed nights', [15 * DAY, ...nightly], null],
    ['two sets, which tell nothing of how often one is taken', [90 * DAY, 0], null],
    ['one set', [0], null],
    ['none', [], null],
  ])('is seen by the days without a set: %s', (_, begun, days) => {
    expect(leapIn(begun)).toBe(days);
  });

  const clock = (stdout: string) =>
    ({ read: async () => ({ stdout, stderr: '', exitCode: 0 }) }) as unknown as Host;

  it('has nothing removed unless it is synchronized', async () => {
    const leapt = [189 * DAY, ...nightly];
    expect(await leapRefusal(clock('yes\n'), leapt)).toBeNull();
    expect(await leapRefusal(clock('no\n'), leapt)).toMatch(/^there is no set of 180 days, and the clock/);
    expect(await leapRefusal(clock(''), leapt)).toMatch(/not synchronized/);
    expect(await leapRefusal(clock('no\n'), nightly)).toBeNull();
  });
});
