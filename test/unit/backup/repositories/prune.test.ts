import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { localSets, removeLocalSet } from '../../../../src/backup/repositories/local-set.js';
import { goingOf, ownOf } from '../../../../src/backup/repositories/prune.js';
import { backupSchema } from '../../../../src/config/schema/operations.js';
import { writeSet } from './support.js';

const NOW = new Date('2026-11-24T12:00:00Z');
const config = { backup: backupSchema.parse({ retention: '2d', keep_minimum: 1 }) };

let root: string;

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'vdb-prune-'));
});
afterEach(() => rm(root, { recursive: true }));

async function setOf(day: string): Promise<string> {
  return (await writeSet(root, { 'a.dump': day }, `2026-${day}T02:00:00Z`)).id;
}

async function going(keep: string[] = []): Promise<string[]> {
  return goingOf(config, await localSets(root), new Set(keep), NOW).map(({ id }) => id);
}

it('takes what is older than the retention, counted from the newest copy that is whole', async () => {
  const [old, older] = [await setOf('11-10'), await setOf('11-09')];
  await setOf('11-23');
  expect(await going()).toEqual([old, older]);
  expect(await going([older])).toEqual([old]);
});

it('never takes the last whole copy, whatever is newer and damaged', async () => {
  await setOf('10-01');
  const newer = await setOf('11-20');
  await rm(join(root, newer, 'a.dump'));
  expect(await going()).toEqual([]);
});

it('takes what was begun before the newest whole copy and never finished, and nothing that may still be under way', async () => {
  const [begun, underWay] = [await setOf('11-22'), await setOf('11-24')];
  await setOf('11-23');
  for (const id of [begun, underWay]) await rm(join(root, id, 'manifest.json'));
  expect(await going()).toEqual([begun]);
});

it('leaves the sets of another host in the same directory alone, and whatever may be at work there', async () => {
  const [mine, theirs, begun] = [await setOf('11-10'), await setOf('11-11'), await setOf('11-12')];
  await setOf('11-23');
  const file = join(root, theirs, 'manifest.json');
  const manifest = JSON.parse(await readFile(file, 'utf8')) as object;
  await writeFile(file, JSON.stringify({ ...manifest, host: { name: 'other', hostname: 'other' } }));
  await rm(join(root, begun, 'manifest.json'));
  const going = (hostName: string): string[] =>
    goingOf(config, ownOf(sets, hostName), new Set(), NOW).map(({ id }) => id);
  const sets = await localSets(root);
  expect(going('main')).toEqual([mine]);
  await rm(join(root, theirs), { recursive: true });
  expect(ownOf(await localSets(root), 'main')).toHaveLength(3);
});

it('removes a set with all that is in it, and no other', async () => {
  const [first, second] = [await setOf('11-22'), await setOf('11-23')];
  await removeLocalSet(root, first);
  expect(await readdir(root)).toEqual([second]);
});

it('finds no copies where there is no directory', async () => {
  expect(await localSets(join(root, 'nowhere'))).toEqual([]);
});
