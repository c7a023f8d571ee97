import { existsSync } from 'node:fs';
import { readdir, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { EXIT, VdbError } from '../errors.js';
import { listContainers, removeContainer } from './container.js';
import { detectEngine } from './engine-detect.js';
import { isLabName, labPaths, labRoot } from './names.js';

export interface LabDownOptions {
  cwd: string;
  /** One host, or every one of the working directory. */
  which: { name: string } | { all: true };
}

export interface LabDownResult {
  /** Names of the hosts that are gone now, whether their container, their files or both were there. */
  removed: string[];
}

/**
 * Removes lab hosts of a working directory: container first, then files. Nothing of anyone else is touched.
 * Throws `lab.no-engine` when files speak of a container and no engine answers.
 */
export async function labDown({ cwd, which }: LabDownOptions): Promise<LabDownResult> {
  const names = 'all' in which ? await namesBelow(cwd) : [which.name];
  const directories = new Map(names.map((name) => [labPaths(cwd, name).directory, name]));
  const removed = new Set<string>();
  const { engine, refusals } = await detectEngine();
  if (engine === undefined && [...directories.keys()].some((path) => existsSync(path)))
    throw noEngine(refusals);
  for (const container of engine === undefined ? [] : await listContainers(engine)) {
    const ours =
      'all' in which ? dirname(container.directory) === labRoot(cwd) : directories.has(container.directory);
    if (engine === undefined || !ours) continue;
    await removeContainer(engine, container.id);
    removed.add(container.name);
  }
  for (const [directory, name] of directories) {
    if (!existsSync(directory)) continue;
    await rm(directory, { recursive: true, force: true });
    removed.add(name);
  }
  return { removed: [...removed].sort() };
}

/** The names that have a directory; anything else that lies there is not a lab host. */
export async function namesBelow(cwd: string): Promise<string[]> {
  const entries = await readdir(labRoot(cwd), { withFileTypes: true }).catch(() => []);
  return entries.filter((entry) => entry.isDirectory() && isLabName(entry.name)).map((entry) => entry.name);
}

function noEngine(refusals: string[]): VdbError {
  return new VdbError('The container of the lab host cannot be removed: no container engine answers', {
    code: 'lab.no-engine',
    exitCode: EXIT.failed,
    meaning: refusals.join('; '),
    next: 'start the engine, then run the command again',
  });
}
