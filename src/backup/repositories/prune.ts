import { messageOf, VdbError } from '../../errors.js';
import { type FoundSet, REMOVING } from '../sets/look.js';
import type { PruneReport } from '../sets/prune.js';
import { removeSetCommand, sweepCommand } from '../sets/remove.js';
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

/** What retention wants of a repository. */
export interface CopiesPlan {
  repository: string;
  /** Why nothing would be removed; null where it would. */
  refused: string | null;
  /** Sets, and what is left of some whose removal was cut short. */
  going: readonly { id: string; bytes: number }[];
  /** Sets that it holds, and what is left of some. */
  count: number;
}

/** What {@link pruneCopies} would remove. Only looks. */
export async function planCopies(request: PruneCopiesRequest): Promise<CopiesPlan[]> {
  const plans: CopiesPlan[] = [];
  for (const repository of request.repositories) {
    const plan = await planOf(request, repository).catch((error) => ({
      ...{ refused: refusalOf(error), going: [], count: 0 },
    }));
    plans.push({ repository: repository.name, refused: null, ...plan });
  }
  return plans;
}

/** What cannot be read is not removed: neither a set of restic, nor any of a repository that has snapshots of which nothing is known. */
async function planOf(
  request: PruneCopiesRequest,
  repository: Repository,
): Promise<Pick<CopiesPlan, 'going' | 'count'>> {
  const { hostName, config, keep } = request;
  const { sets: found, halfRemoved, unread } = await repositorySets(request, repository);
  if (unread !== null) throw unread;
  const sets = ownOf(found, hostName);
  const isUnknown = ({ manifest }: FoundSet): boolean => repository.type === 'restic' && manifest === null;
  const unknown = sets.filter(isUnknown).map(({ id }) => id);
  const left = halfRemoved.map((id) => ({ id, bytes: 0 }));
  const going = goingOf(config, sets, new Set([...keep, ...unknown]));
  return { going: [...left, ...going], count: left.length + sets.length };
}

async function prune(request: PruneCopiesRequest, repository: Repository): Promise<PruneReport> {
  const { host, hostName, stop } = request;
  const { going, count } = await planOf(request, repository);
  if (repository.type === 'restic') {
    const removed = going.map(({ id }) => id);
    await forgetSets({ host, hostName, repository }, new Set(removed));
    return { ...NOTHING, removed, kept: count - removed.length };
  }
  const directory =
    repository.type === 'operator' ? operatorDirectory(repository, hostName) : repository.path;
  return removeEach(going, count, stop, async (id) => {
    if (repository.type === 'operator') await removeLocalSet(directory, id);
    else
      await host.run(id.startsWith(REMOVING) ? sweepCommand(directory, id) : removeSetCommand(directory, id));
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
