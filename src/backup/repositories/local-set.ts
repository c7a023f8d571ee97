import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { lstat, mkdir, open, readdir, readFile, rename, rm, statfs } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { messageOf } from '../../errors.js';
import { type BackupManifest, type BackupPart, MANIFEST, manifestText, readManifest } from '../manifest.js';
import { SET_ID } from '../set.js';
import type { FoundSet } from '../sets/look.js';
import { DRILLED, PIN, readPin, readVerification, VERIFIED } from '../sets/notes.js';

/** Sets in a directory of this machine, newest first; none where it does not exist. Throws when it cannot be read. */
export async function localSets(directory: string): Promise<FoundSet[]> {
  const names = await readdir(directory).catch(missingIs<string[]>([]));
  const ids = names.filter((name) => SET_ID.test(name)).sort();
  return Promise.all(ids.reverse().map((id) => localSet(directory, id)));
}

async function localSet(directory: string, id: string): Promise<FoundSet> {
  const set = join(directory, id);
  const [files, pin, verified, drilled] = await Promise.all([
    filesBelow(set),
    textOf(join(set, PIN)),
    textOf(join(set, VERIFIED)),
    textOf(join(set, DRILLED)),
  ]);
  return {
    id,
    ...(await manifestOf(directory, id)),
    files,
    pin: pin === undefined ? null : readPin(pin),
    verification: verified === undefined ? null : readVerification(verified),
    drill: drilled === undefined ? null : readVerification(drilled),
  };
}

async function manifestOf(directory: string, id: string): Promise<Pick<FoundSet, 'manifest' | 'why'>> {
  try {
    const manifest = await localManifest(directory, id);
    return manifest === undefined ? { manifest: null, why: 'unfinished' } : { manifest, why: '' };
  } catch (error) {
    return { manifest: null, why: messageOf(error) };
  }
}

/** Bytes of the regular files below it, by path. */
async function filesBelow(directory: string): Promise<Map<string, number>> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  const sizes = files.map(async ({ parentPath, name }): Promise<[string, number]> => {
    const path = join(parentPath, name);
    return [relative(directory, path), (await lstat(path)).size];
  });
  return new Map(await Promise.all(sizes));
}

async function textOf(file: string): Promise<string | undefined> {
  return readFile(file, 'utf8').catch(missingIs<undefined>(undefined));
}

/** The manifest of a set of this machine; undefined where it has none. Throws when it cannot be read. */
export async function localManifest(directory: string, id: string): Promise<BackupManifest | undefined> {
  const text = await textOf(join(directory, id, MANIFEST));
  return text === undefined ? undefined : readManifest(text, id);
}

/** Whether a part is there with its size. */
export async function hasSize(directory: string, { path, bytes }: BackupPart): Promise<boolean> {
  const there = await lstat(join(directory, path)).catch(missingIs<undefined>(undefined));
  return there?.isFile() === true && there.size === bytes;
}

/** Whether a part is there with its size and its hash. */
export async function isWhole(
  directory: string,
  part: BackupPart,
  onBytes: (count: number) => void = () => {},
): Promise<boolean> {
  if (!(await hasSize(directory, part))) return false;
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(join(directory, part.path), { highWaterMark: 1 << 20 })) {
    hash.update(chunk as Buffer);
    onBytes((chunk as Buffer).length);
  }
  return hash.digest('hex') === part.sha256;
}

/** Makes directories readable by their owner alone; one that is there stays as it is. */
export async function makeDirectory(path: string): Promise<void> {
  await mkdir(path, { recursive: true, mode: 0o700 });
}

/** Renames so that it outlives a power failure. */
export async function publish(from: string, to: string): Promise<void> {
  await rename(from, to);
  await syncDirectory(dirname(to));
}

/** Writes the manifest of a set of this machine, by a rename: from then on it is a set. */
export async function writeLocalManifest(directory: string, manifest: BackupManifest): Promise<void> {
  const file = join(directory, MANIFEST);
  const handle = await open(`${file}.part`, 'w', 0o600);
  try {
    await handle.writeFile(manifestText(manifest));
    await handle.sync();
  } finally {
    await handle.close();
  }
  await publish(`${file}.part`, file);
  await syncDirectory(dirname(directory));
}

async function syncDirectory(path: string): Promise<void> {
  const handle = await open(path, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Removes a set of this machine. Its manifest goes first: what is left if that is cut short is no set. */
export async function removeLocalSet(directory: string, id: string): Promise<void> {
  await rm(join(directory, id, MANIFEST), { force: true });
  await rm(join(directory, id), { recursive: true, force: true });
}

/** Bytes that are free for us where `directory` is. */
export async function freeBytes(directory: string): Promise<number> {
  const { bavail, bsize } = await statfs(directory);
  return bavail * bsize;
}

/** What `value` is for what does not exist; every other error is thrown. */
export function missingIs<T>(value: T): (error: NodeJS.ErrnoException) => T {
  return (error) => {
    if (error.code === 'ENOENT') return value;
    throw error;
  };
}
