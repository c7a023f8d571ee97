import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { beginSet, discardCommand, manifestCommand } from '../../../../src/backup/create/directory.js';
import { readDebris, sweep } from '../../../../src/backup/create/sweep.js';
import type { Host } from '../../../../src/host/host.js';
import { foundSet, openHost } from '../sets/support.js';

let root: string;
let sets: string;
let host: Host;

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'vdb-sweep-'));
  sets = join(root, 'sets');
  host = openHost(join(root, 'busy'));
});
afterEach(() => rm(root, { recursive: true }));

const begin = () => beginSet(host, { paths: { backups: sets } } as Parameters<typeof beginSet>[1]);

describe('a set that is begun', () => {
  it('is marked as ours until its manifest makes it a set', async () => {
    const { directory } = await begin();
    expect(await readdir(directory)).toEqual(['.manifest']);
    await host.run(manifestCommand(directory, foundSet('2026-11-24T02:00:00Z').manifest!));
    expect(await readdir(directory)).toEqual(['manifest.json']);
  });

  it('leaves nothing where it is given up', async () => {
    const { directory } = await begin();
    await mkdir(join(directory, 'postgres'));
    await writeFile(join(directory, 'postgres/app.dump'), 'half');
    await host.run(discardCommand(directory));
    expect(await readdir(sets)).toEqual([]);
  });

  it('stays ours where something of it may still be in Qdrant', async () => {
    const { directory } = await begin();
    await writeFile(join(directory, '.taking-docs'), 'docs\n');
    await writeFile(join(directory, 'qdrant.json'), '{}');
    await host.run(discardCommand(directory));
    expect((await readdir(directory)).sort()).toEqual(['.manifest', '.taking-docs']);
  });

  it('is not given up once it is a set', async () => {
    const { directory } = await begin();
    await host.run(manifestCommand(directory, foundSet('2026-11-24T02:00:00Z').manifest!));
    await expect(host.run(discardCommand(directory))).rejects.toThrow();
    expect(await readdir(directory)).toEqual(['manifest.json']);
  });
});

describe('sweeping', () => {
  const place = { port: 1, keyFile: '/dev/null', unit: 'qdrant@blue.service', snapshots: '', temp: '' };
  const [OLD, LOST, WHOLE] = ['20260101T020000Z', '20260102T020000Z', '20260103T020000Z'];
  const put = async (id: string, ...names: string[]): Promise<void> => {
    await mkdir(join(sets, id), { recursive: true });
    for (const name of names) await writeFile(join(sets, id, name), 'kept');
  };
  const swept = () => sweep(host, sets, { ...place, snapshots: root, temp: root });

  it('removes what a run of ours began, and what a removal has left', async () => {
    await put(OLD, '.manifest', 'qdrant.json');
    await put(`.removing-${LOST}`, 'qdrant.json');
    expect(await swept()).toEqual([]);
    expect(await readdir(sets)).toEqual([]);
  });

  it('leaves a set that has lost its manifest, and says so', async () => {
    await put(LOST, 'qdrant.json');
    await put(WHOLE, 'manifest.json', 'qdrant.json');
    const remarks = await swept();
    expect(remarks).toEqual([expect.stringContaining(`${join(sets, LOST)} has no manifest`)]);
    expect((await readdir(join(sets, LOST))).sort()).toEqual(['qdrant.json']);
    expect((await readdir(join(sets, WHOLE))).sort()).toEqual(['manifest.json', 'qdrant.json']);
  });

  it('leaves alone what it has no name for', async () => {
    await put('mine', 'file');
    await put('.removing-mine', 'file');
    expect(await swept()).toEqual([]);
    expect((await readdir(sets)).sort()).toEqual(['.removing-mine', 'mine']);
  });

  it('says what it could not remove, and goes on', async () => {
    await put(OLD, '.manifest');
    await put(LOST, '.manifest');
    await writeFile(join(sets, `.removing-${OLD}`), 'in the way');
    expect(await swept()).toEqual([
      expect.stringMatching(
        new RegExp(`^What was left in ${join(sets, OLD)} could not be removed: .*overwrite`),
      ),
    ]);
    expect((await readdir(sets)).sort()).toEqual([`.removing-${OLD}`, OLD]);
  });

  it('is nothing where there is no directory of sets', async () => {
    expect(await swept()).toEqual([]);
  });
});

describe('what was left by a run that was killed', () => {
  it('is read: directories, and of which collections a snapshot was asked for', () => {
    const name = Buffer.from('my docs\n').toString('base64');
    const file = '/data/backups/20260101T020000Z/.taking-my docs';
    const said = `removing .removing-1\nunfinished 20260101T020000Z\nintent ${name} ${file}\nstray 2026\n`;
    expect(readDebris(said)).toEqual({
      halfRemoved: ['.removing-1'],
      unfinished: ['20260101T020000Z'],
      strays: ['2026'],
      intents: [{ file, collection: 'my docs' }],
    });
  });
});
