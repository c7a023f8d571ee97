import { stat } from 'node:fs/promises';
import { EXIT, VdbError } from '../../errors.js';
import { type FoundSet, lookAtSets } from '../sets/look.js';
import { localSets, missingIs } from './local-set.js';
import { assertMounted } from './on-host/mounted.js';
import { type Origin, operatorDirectory, type Repository } from './place.js';
import { resticSets } from './restic/repository.js';

/** What a repository holds. */
export interface RepositorySets {
  /** Newest first, in the form of those on the host. */
  sets: readonly FoundSet[];
  /** Names of what is left of sets whose removal was cut short. */
  halfRemoved: readonly string[];
  /** Why there may be more that cannot be read; null where all was seen. */
  unread: VdbError | null;
}

/**
 * The sets of a host that a repository holds. Only looks. Throws when they cannot be seen: a repository that is not there is not an empty one.
 */
export async function repositorySets(origin: Origin, repository: Repository): Promise<RepositorySets> {
  const { host, hostName } = origin;
  await assertThere(host, repository);
  switch (repository.type) {
    case 'directory':
      return { ...(await lookAtSets(host, repository.path)), unread: null };
    case 'operator':
      return {
        sets: await localSets(operatorDirectory(repository, hostName)),
        halfRemoved: [],
        unread: null,
      };
    case 'restic':
      return resticSets({ host, hostName, repository });
  }
}

/** Throws `backup.no-directory` or `backup.not-mounted` where the repository is a directory and cannot be found. */
export async function assertThere(host: Origin['host'], repository: Repository): Promise<void> {
  if (repository.type !== 'operator') return assertMounted(host, repository);
  const { name, path } = repository;
  const there = await stat(path).catch(missingIs<undefined>(undefined));
  if (there?.isDirectory() === true) return;
  throw new VdbError(`${path} is no directory of this machine`, {
    code: 'backup.no-directory',
    exitCode: EXIT.failed,
    meaning: `The repository ${name} lies there. Either nothing was brought to it yet, or it is on another machine, or on a disk that is not mounted.`,
    next: `If it is new, this makes it: vdb backup copy --to ${name}`,
  });
}
