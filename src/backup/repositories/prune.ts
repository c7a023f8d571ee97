import { messageOf } from '../../errors.js';
import type { FoundSet } from '../sets/look.js';
import { type PruneReport, pruneSets } from '../sets/prune.js';
import { goes, planRetention } from '../sets/retention.js';
import { judgeSets } from '../sets/state.js';
import { localSets, removeLocalSet } from './local-set.js';
import { type Origin, operatorDirectory, type Repository } from './place.js';
import { forgetSets, resticSets } from './restic/repository.js';

export interface PruneCopiesRequest extends Origin {
  repositories: readonly Repository[];
  /** Sets that stay whatever their age: those that are pinned on the host, or that it still has. */
  keep: ReadonlySet<string>;
  stop?: AbortSignal;
}

/** What came of pruning one repository. */
export interface PruneCopiesReport extends PruneReport {
  repository: string;
}

/**
 * Removes from repositories what retention does not keep of what each of them holds: its own newest whole set is never
 * removed, also where the host has lost all of its own. The lock is held. What could not be done is reported.
 */
export async function pruneCopies(request: PruneCopiesRequest): Promise<PruneCopiesReport[]> {
  const reports: PruneCopiesReport[] = [];
  for (const repository of request.repositories) {
    const { name } = repository;
    const report = await prune(request, repository).catch((error) => refusal(messageOf(error)));
    reports.push({ repository: name, ...report });
  }
  return reports;
}

async function prune(request: PruneCopiesRequest, repository: Repository): Promise<PruneReport> {
  const { host, hostName, config, keep, stop } = request;
  if (repository.type === 'directory')
    return pruneSets({
      ...{ host, config: { ...config, paths: { ...config.paths, backups: repository.path } } },
      ...(stop === undefined ? {} : { stop }),
    });
  if (repository.type === 'operator') {
    const directory = operatorDirectory(repository, hostName);
    return removed(config, await localSets(directory), keep, (id) => removeLocalSet(directory, id));
  }
  const restic = { host, hostName, repository };
  const sets = await resticSets(restic);
  const going = goingOf(config, sets, keep).map(({ id }) => id);
  await forgetSets(restic, new Set(going));
  return { ...refusal(null), removed: going, kept: sets.length - going.length };
}

/** The sets that retention does not keep. Pure. */
export function goingOf(
  { backup }: Origin['config'],
  sets: readonly FoundSet[],
  keep: ReadonlySet<string>,
): { id: string; bytes: number }[] {
  return planRetention(judgeSets(sets, new Date()), backup).sets.filter(
    (fate) => goes(fate) && !keep.has(fate.id),
  );
}

async function removed(
  config: Origin['config'],
  sets: readonly FoundSet[],
  keep: ReadonlySet<string>,
  remove: (id: string) => Promise<void>,
): Promise<PruneReport> {
  const report = { removed: [] as string[], failed: [] as { what: string; why: string }[], freed: 0 };
  for (const { id, bytes } of goingOf(config, sets, keep)) {
    try {
      await remove(id);
      report.removed.push(id);
      report.freed += bytes;
    } catch (error) {
      report.failed.push({ what: id, why: messageOf(error) });
    }
  }
  return { ...refusal(null), ...report, kept: sets.length - report.removed.length };
}

function refusal(refused: string | null): PruneReport {
  return { refused, removed: [], failed: [], freed: 0, kept: 0, interrupted: false };
}
