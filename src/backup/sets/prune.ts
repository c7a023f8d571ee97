import type { Config } from '../../config/schema.js';
import { messageOf, VdbError } from '../../errors.js';
import type { Command } from '../../host/command.js';
import type { Host } from '../../host/host.js';
import { clockOffset, clockRefusal, leapRefusal } from './clock.js';
import { lookAtSets } from './look.js';
import {
  removalFailure,
  removePartsCommand,
  removeSetCommand,
  sweepCommand,
  withoutParts,
} from './remove.js';
import { goes, type PartFate, planRetention, type RetentionPlan } from './retention.js';
import { type JudgedSet, judgeSets } from './state.js';

/** What retention wants of the sets as they are now. */
export interface PrunePlan extends RetentionPlan {
  /** Names of what is left of sets whose removal was cut short. */
  halfRemoved: readonly string[];
  /** Why nothing may be removed; null where it may. */
  refused: string | null;
  found: readonly JudgedSet[];
}

/** What came of it. */
export interface PruneReport {
  /** Why nothing was removed; null where it was. */
  refused: string | null;
  /** What was removed: ids of sets, `ID/PATH` of parts. */
  removed: readonly string[];
  /** What could not be removed, and why. */
  failed: readonly { what: string; why: string }[];
  /** Bytes that became free. */
  freed: number;
  /** Sets that are there afterwards. */
  kept: number;
  /** A signal came, and the rest was left for the next time. */
  interrupted: boolean;
}

export interface PruneOptions {
  host: Host;
  config: Pick<Config, 'paths' | 'backup'>;
  stop?: AbortSignal;
  /** Called after each removal. */
  onRemoved?: (what: string) => void;
}

/** Looks at the sets and the clock, and decides. Changes nothing. Throws `backup.sets-unseen`. */
export async function planPrune({ host, config }: Pick<PruneOptions, 'host' | 'config'>): Promise<PrunePlan> {
  const offset = await clockOffset(host);
  const { sets, halfRemoved } = await lookAtSets(host, config.paths.backups);
  const found = judgeSets(sets, new Date());
  const whole = found.filter(({ state, begun }) => state === 'whole' && !Number.isNaN(begun));
  const begun = whole.map((set) => set.begun).sort((a, b) => b - a);
  const refused = offset === null ? await leapRefusal(host, begun) : clockRefusal(offset);
  return { ...planRetention(found, config.backup), halfRemoved, refused, found };
}

/**
 * Removes what retention does not keep. The lock is held. What could not be removed is reported, never thrown: a backup
 * that was taken is not lost for it. Throws only where nothing can be done on the host any more.
 */
export async function pruneSets(options: PruneOptions): Promise<PruneReport> {
  const plan = await planPrune(options).catch(refusedPlan);
  const steps = plan.refused === null ? stepsOf(plan, options.config.paths.backups) : [];
  const report = { removed: [] as string[], failed: [] as { what: string; why: string }[], freed: 0 };
  let interrupted = false;
  for (const { what, bytes, command } of steps) {
    interrupted = options.stop?.aborted === true;
    if (interrupted) break;
    const why = await removalFailure(options.host, command);
    if (why !== null) {
      report.failed.push(...what.map((each) => ({ what: each, why })));
      continue;
    }
    report.removed.push(...what);
    report.freed += bytes;
    for (const each of what) options.onRemoved?.(each);
  }
  const gone = plan.sets.filter(({ id }) => report.removed.includes(id)).length;
  return { refused: plan.refused, ...report, kept: plan.sets.length - gone, interrupted };
}

/** What cannot be seen is not removed. */
function refusedPlan(error: unknown): PrunePlan {
  if (!(error instanceof VdbError) || error.details.code !== 'backup.sets-unseen') throw error;
  return { sets: [], parts: [], halfRemoved: [], found: [], refused: messageOf(error) };
}

interface Step {
  /** Names for the report. */
  what: string[];
  bytes: number;
  command: Command;
}

/** In the order in which space becomes free without a set of worth being touched: debris, sets, parts. */
function stepsOf({ sets, parts, halfRemoved, found }: PrunePlan, directory: string): Step[] {
  const by = new Map(found.map((set) => [set.id, set]));
  const touched = [...new Set(parts.map(({ id }) => id))];
  return [
    ...halfRemoved.map((name) => ({ what: [name], bytes: 0, command: sweepCommand(directory, name) })),
    ...sets
      .filter(goes)
      .map(({ id, bytes }) => ({ what: [id], bytes, command: removeSetCommand(directory, id) })),
    ...touched.flatMap((id) =>
      partsStep(
        by.get(id),
        parts.filter((part) => part.id === id),
        directory,
      ),
    ),
  ];
}

function partsStep(set: JudgedSet | undefined, leaving: readonly PartFate[], directory: string): Step[] {
  if (set === undefined || set.manifest === null) return [];
  return [
    {
      what: leaving.map(({ id, path }) => `${id}/${path}`),
      bytes: leaving.reduce((sum, { bytes }) => sum + bytes, 0),
      command: removePartsCommand(directory, withoutParts(set.manifest, leaving, new Date()), leaving),
    },
  ];
}
