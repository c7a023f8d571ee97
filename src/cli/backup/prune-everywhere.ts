import { type CopiesPlan, planCopies, pruneCopies } from '../../backup/repositories/prune.js';
import { lookAtSets } from '../../backup/sets/look.js';
import { type PrunePlan, type PruneReport, planPrune, pruneSets } from '../../backup/sets/prune.js';
import { goes } from '../../backup/sets/retention.js';
import type { CommandContext } from '../context.js';
import type { Session } from '../session.js';
import { originOf } from './origin.js';

/** What came of pruning one place. */
export interface PlacePruned extends PruneReport {
  /** `on the host`, `in offsite`. */
  where: string;
  /** The repository; undefined for the host itself. */
  repository?: string;
}

export interface PruneEverywhere {
  stop: AbortSignal;
  /** Called after each removal on the host. */
  onRemoved?: (what: string) => void;
}

/**
 * Removes what retention does not keep: of the host's sets first, then of the copies in its repositories. A copy of a
 * set that the host still has stays. Where nothing may be removed on the host, copies stay as well.
 */
export async function pruneEverywhere(
  context: CommandContext<unknown>,
  session: Session,
  options: PruneEverywhere,
): Promise<PlacePruned[]> {
  const { host, config } = session;
  const { repositories } = config.backup;
  const own = { where: 'on the host', ...(await pruneSets({ host, config, ...options })) };
  if (own.refused !== null || own.interrupted || repositories.length === 0) return [own];
  const { sets } = await lookAtSets(host, config.paths.backups);
  const keep = new Set(sets.map(({ id }) => id));
  const { stop } = options;
  const copies = await pruneCopies({ ...originOf(context, session), repositories, keep, stop });
  return [own, ...copies.map((report) => ({ where: `in ${report.repository}`, ...report }))];
}

/** What {@link pruneEverywhere} would remove, of the host and of its repositories. Only looks. */
export async function planEverywhere(
  context: CommandContext<unknown>,
  session: Session,
): Promise<{ own: PrunePlan; copies: CopiesPlan[] }> {
  const { host, config } = session;
  const { repositories } = config.backup;
  const own = await planPrune({ host, config });
  if (own.refused !== null || repositories.length === 0) return { own, copies: [] };
  const keep = new Set(own.sets.flatMap((fate) => (goes(fate) ? [] : [fate.id])));
  return { own, copies: await planCopies({ ...originOf(context, session), repositories, keep }) };
}
