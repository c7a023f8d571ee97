import { type FoundSet, lookAtSets } from '../sets/look.js';
import { localSets } from './local-set.js';
import { type Origin, operatorDirectory, type Repository } from './place.js';
import { resticSets } from './restic/repository.js';

/**
 * The sets of a host that a repository holds, newest first, in the form of those on the host. Only looks. Throws when
 * they cannot be seen.
 */
export async function repositorySets(origin: Origin, repository: Repository): Promise<readonly FoundSet[]> {
  const { host, hostName } = origin;
  switch (repository.type) {
    case 'directory':
      return (await lookAtSets(host, repository.path)).sets;
    case 'operator':
      return localSets(operatorDirectory(repository, hostName));
    case 'restic':
      return resticSets({ host, hostName, repository });
  }
}
