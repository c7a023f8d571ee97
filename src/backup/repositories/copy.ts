import { join } from 'node:path';
import { EXIT, messageOf, VdbError } from '../../errors.js';
import type { BackupManifest } from '../manifest.js';
import { lookAtSets } from '../sets/look.js';
import type { OnTransfer, Transferred } from './events.js';
import { assertMounted } from './on-host/mounted.js';
import { bringSet, bytesOf, interrupted } from './on-host/run.js';
import { copyPartCommand } from './on-host/scripts.js';
import { type Origin, operatorDirectory, type Repository } from './place.js';
import { linkTo } from './pull/link.js';
import { pullSet, remoteManifest } from './pull/set.js';
import { backUp } from './restic/repository.js';
import { mergedManifest } from './same-set.js';

export interface CopyRequest extends Origin {
  id: string;
  repositories: readonly Repository[];
  onEvent: (repository: string, event: Parameters<OnTransfer>[0]) => void;
  stop?: AbortSignal;
}

/** What came of the copy to one repository. */
export interface CopyOutcome extends Transferred {
  repository: string;
  /** `there`: nothing had to travel. */
  status: 'copied' | 'there' | 'failed';
  error?: VdbError;
}

/**
 * Copies a set of the host to repositories, one after the other; one that fails does not keep the others from theirs.
 * The lock is held. Throws only when the set itself cannot be had, or when the host cannot be reached any more.
 */
export async function copySet(request: CopyRequest): Promise<CopyOutcome[]> {
  const manifest = await remoteManifest(request.host, request.config.paths.backups, request.id);
  const outcomes: CopyOutcome[] = [];
  for (const repository of request.repositories)
    outcomes.push(await outcomeOf(request, repository, manifest));
  return outcomes;
}

async function outcomeOf(
  request: CopyRequest,
  repository: Repository,
  manifest: BackupManifest,
): Promise<CopyOutcome> {
  const { name } = repository;
  try {
    if (request.stop?.aborted) throw interrupted(request.id);
    const transferred = await copied(request, repository, manifest);
    return { repository: name, status: transferred.transferred === 0 ? 'there' : 'copied', ...transferred };
  } catch (error) {
    const base = { id: request.id, place: repository.path, bytes: bytesOf(manifest), transferred: 0 };
    return { repository: name, status: 'failed', ...base, error: asVdbError(error) };
  }
}

async function copied(
  request: CopyRequest,
  repository: Repository,
  manifest: BackupManifest,
): Promise<Transferred> {
  const { host, hostName, config, id } = request;
  const { path } = repository;
  const onEvent: OnTransfer = (event) => request.onEvent(repository.name, event);
  await assertMounted(host, repository);
  const whole = { id, bytes: bytesOf(manifest) };
  switch (repository.type) {
    case 'operator':
      return pulled(request, operatorDirectory(repository, hostName), onEvent);
    case 'directory':
      return {
        ...whole,
        place: join(path, id),
        transferred: await copiedOnHost(request, path, manifest, onEvent),
      };
    case 'restic': {
      const directory = config.paths.backups;
      const transferred = await backUp({ host, hostName, repository }, { directory, manifest, onEvent });
      return { ...whole, place: path, transferred };
    }
  }
}

/** The connection of the lock is not the one that may be cut here: reading needs no lock. */
async function pulled(
  { host, reopen, config, id }: CopyRequest,
  to: string,
  onEvent: OnTransfer,
): Promise<Transferred> {
  const link = linkTo({ host, reopen, onCut: (cut) => onEvent({ type: 'cut', ...cut }) });
  try {
    return await pullSet({ link, from: config.paths.backups, id, to, onEvent });
  } finally {
    await link.close();
  }
}

async function copiedOnHost(
  { host, config, id, stop }: CopyRequest,
  directory: string,
  manifest: BackupManifest,
  onEvent: OnTransfer,
): Promise<number> {
  const source = join(config.paths.backups, id);
  const target = join(directory, id);
  const there = (await lookAtSets(host, directory)).sets.find((set) => set.id === id)?.manifest ?? undefined;
  const transferred = await bringSet({
    host,
    parts: manifest.parts,
    manifest: mergedManifest(manifest, there, target),
    target,
    commandFor: (part) => copyPartCommand(source, target, part),
    onEvent,
    ...(stop === undefined ? {} : { stop }),
  });
  return transferred;
}

function asVdbError(error: unknown): VdbError {
  if (error instanceof VdbError) return error;
  return new VdbError(messageOf(error), { code: 'internal', exitCode: EXIT.failed, cause: error });
}
