import { join } from 'node:path';
import { EXIT, VdbError } from '../../errors.js';
import { CommandError } from '../../host/host.js';
import type { BackupManifest } from '../manifest.js';
import { setDirectory } from '../set.js';
import type { Place } from '../sets/find.js';
import { lookAtSets } from '../sets/look.js';
import type { OnTransfer, Transferred } from './events.js';
import { assertThere } from './list.js';
import { isWhole, localManifest } from './local-set.js';
import { bringSet, bytesOf } from './on-host/run.js';
import { copyPartCommand, receivePartCommand, WRITTEN_DAMAGED } from './on-host/scripts.js';
import { type Origin, operatorDirectory, type Repository } from './place.js';
import { remoteManifest } from './pull/set.js';
import { fetchSnapshot } from './restic/fetch.js';
import { manifestIn, snapshotOf } from './restic/repository.js';
import { mergedManifest } from './same-set.js';
import { type Source, sourcePlace } from './source.js';

export interface FetchRequest extends Origin {
  id: string;
  from: Source;
  onEvent: OnTransfer;
  stop?: AbortSignal;
}

/**
 * Brings a set back to the host's own directory of sets: what is there with its hash stays, the manifest comes last.
 * The lock is held. Throws `backup.no-set`, `backup.no-space`, `backup.source-damaged`, `backup.copy-differs`,
 * `backup.restic-…`.
 */
export async function fetchSet(request: FetchRequest): Promise<Transferred> {
  const { host, hostName, config, id, from } = request;
  const target = setDirectory(config, id);
  const place = sourcePlace(from, hostName);
  if (from.type !== 'here') await assertThere(host, from);
  switch (from.type) {
    case 'directory': {
      const manifest = await remoteManifest(host, from.path, id, place.list);
      const source = join(from.path, id);
      const transferred = await bringSet({
        ...(await common(request, manifest)),
        commandFor: (part) => copyPartCommand(source, target, part),
      }).catch((error) => {
        throw isDamaged(error) ? damaged(request, error.message) : error;
      });
      return { id, place: target, bytes: bytesOf(manifest), transferred };
    }
    case 'operator':
      return push(request, operatorDirectory(from, hostName), target);
    case 'here':
      return push(request, from.path, target);
    case 'restic':
      return restored({ ...request, from }, target);
  }
}

async function common(request: FetchRequest, manifest: BackupManifest) {
  const { host, config, onEvent, stop } = request;
  const target = setDirectory(config, manifest.id);
  const there = (await lookAtSets(host, config.paths.backups)).sets.find(({ id }) => id === manifest.id);
  return {
    ...{ host, target, onEvent, parts: manifest.parts },
    manifest: mergedManifest(manifest, there?.manifest ?? undefined, target),
    ...(stop === undefined ? {} : { stop }),
  };
}

/** From a directory of this machine, each part over standard input. */
async function push(request: FetchRequest, directory: string, target: string): Promise<Transferred> {
  const { id } = request;
  const manifest = await localManifest(directory, id);
  if (manifest === undefined) throw notThere(id, sourcePlace(request.from, request.hostName));
  const source = join(directory, id);
  try {
    const transferred = await bringSet({
      ...(await common(request, manifest)),
      commandFor: (part) => receivePartCommand(target, part, join(source, part.path)),
    });
    return { id, place: target, bytes: bytesOf(manifest), transferred };
  } catch (error) {
    throw await whoseFault(error, request, source, manifest);
  }
}

/** What did not arrive as its manifest says may have been sent like that, or not at all. */
async function whoseFault(
  error: unknown,
  request: FetchRequest,
  source: string,
  { parts }: BackupManifest,
): Promise<unknown> {
  const { code } = error as NodeJS.ErrnoException;
  if (code !== 'ENOENT' && !(error instanceof CommandError && error.result.exitCode === WRITTEN_DAMAGED))
    return error;
  for (const part of parts) {
    if (!(await isWhole(source, part).catch(() => false)))
      return damaged(request, `${join(source, part.path)} is not what its manifest says`);
  }
  return error;
}

async function restored(request: FetchRequest & { from: Repository }, target: string): Promise<Transferred> {
  const { host, hostName, id, from: repository, onEvent } = request;
  const restic = { host, hostName, repository };
  const snapshot = await snapshotOf(restic, id);
  if (snapshot === undefined) throw notThere(id, sourcePlace(repository, hostName));
  const source = await manifestIn(restic, snapshot);
  const { manifest, parts } = await common(request, source);
  const transferred = await fetchSnapshot(restic, { snapshot, parts, manifest, target, onEvent });
  return { id, place: target, bytes: bytesOf(source), transferred };
}

function notThere(id: string, { where, list }: Place): VdbError {
  return new VdbError(`There is no backup set ${id} ${where}`, {
    code: 'backup.no-set',
    exitCode: EXIT.usage,
    next: list,
  });
}

function isDamaged(error: unknown): error is VdbError {
  return error instanceof VdbError && error.details.code === 'backup.source-damaged';
}

function damaged({ id, from, hostName, config }: FetchRequest, why: string): VdbError {
  const { where, list } = sourcePlace(from, hostName);
  return new VdbError(`The copy of ${id} ${where} is damaged: ${why}`, {
    code: 'backup.source-damaged',
    exitCode: EXIT.failed,
    meaning: `What came whole before that is kept in ${setDirectory(config, id)}, which is no set: a fetch from elsewhere brings only the rest, and the next vdb backup removes it.`,
    next: `Another set may be whole: ${list}`,
  });
}
