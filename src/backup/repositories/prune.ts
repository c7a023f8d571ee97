import { messageOf, VdbError } from '../../errors.js';
import type { FoundSet } from '../sets/look.js';
import type { PruneReport } from '../sets/prune.js';
import { removeSetCommand } from '../sets/remove.js';
import { goes, planRetention } from '../sets/retention.js';
import { judgeSets, newestWhole } from '../sets/state.js';
import { repositorySets } from './list.js';
import { removeLocalSet } from './local-set.js';
import { type Origin, operatorDirectory, type Repository } from './place.js';
import { forgetSets } from './restic/repository.js';

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
    const report = await prune(request, repository).catch((error) => ({
      ...NOTHING,
      refused: refusalOf(error),
    }));
    reports.push({ repository: name, ...report });
  }
  return reports;
}

/** With what to do next, as there may be nobody to ask. */
function refusalOf(error: unknown): string {
  const next = error instanceof VdbError ? error.details.next : undefined;
  return `${messageOf(error)}${next === undefined ? '' : ` (next: ${next})`}`;
}

/** What cannot be read is not removed: neither a set of restic, nor any of a repository that has snapshots of which nothing is known. */
async function prune(request: PruneCopiesRequest, repository: Repository): Promise<PruneReport> {
  const { host, hostName, config, keep, stop } = request;
  const { sets: found, unread } = await repositorySets(request, repository);
  const sets = ownOf(found, hostName);
  if (unread !== null) throw unread;
  if (repository.type === 'restic') {
    const unknown = sets.flatMap(({ id, manifest }) => (manifest === null ? [id] : []));
    const going = goingOf(config, sets, new Set([...keep, ...unknown])).map(({ id }) => id);
    await forgetSets({ host, hostName, repository }, new Set(going));
    return { ...NOTHING, removed: going, kept: sets.length - going.length };
  }
  const directory =
    repository.type === 'operator' ? operatorDirectory(repository, hostName) : repository.path;
  return removeEach(goingOf(config, sets, keep), sets.length, stop, async (id) => {
    if (repository.type === 'operator') await removeLocalSet(directory, id);
    else await host.run(removeSetCommand(directory, id));
  });
}

/**
 * The sets of a host where several share a directory: those of others are theirs to keep, and what is unfinished may be
 * at work. Pure.
 */
export function ownOf(sets: readonly FoundSet[], hostName: string): readonly FoundSet[] {
  const isForeign = ({ manifest }: FoundSet): boolean => (manifest?.host?.name ?? hostName) !== hostName;
  if (!sets.some(isForeign)) return sets;
  return sets.filter((set) => set.manifest !== null && !isForeign(set));
}

/**
 * The sets that retention does not keep, and what is left of copies that were begun before the newest whole set and
 * never finished. Pure.
 */
export function goingOf(
  { backup }: Pick<Origin['config'], 'backup'>,
  sets: readonly FoundSet[],
  keep: ReadonlySet<string>,
  now = new Date(),
): { id: string; bytes: number }[] {
  const judged = judgeSets(sets, now);
  const newest = newestWhole(judged)?.id ?? '';
  return planRetention(judged, backup).sets.filter((fate) => {
    const isDebris = fate.rule === 'unfinished' && fate.id < newest;
    return (goes(fate) || isDebris) && !keep.has(fate.id);
  });
}

async function removeEach(
  going: readonly { id: string; bytes: number }[],
  count: number,
  stop: AbortSignal | undefined,
  remove: (id: string) => Promise<void>,
): Promise<PruneReport> {
  const report = { removed: [] as string[], failed: [] as { what: string; why: string }[], freed: 0 };
  for (const { id, bytes } of going) {
    if (stop?.aborted)
      return { ...NOTHING, ...report, kept: count - report.removed.length, interrupted: true };
    try {
      await remove(id);
      report.removed.push(id);
      report.freed += bytes;
    } catch (error) {
      report.failed.push({ what: id, why: messageOf(error) });
    }
  }
  return { ...NOTHING, ...report, kept: count - report.removed.length };
}

const NOTHING: PruneReport = {
  refused: null,
  removed: [],
  failed: [],
  freed: 0,
  kept: 0,
  interrupted: false,
};
