import type { Config } from '../../config/schema.js';
import { EXIT, VdbError } from '../../errors.js';
import type { Host } from '../../host/host.js';
import { replaceConfiguration } from './configuration.js';
import { hasSwitched } from './made.js';
import type { PresentQdrant, RestorePlace } from './present.js';
import { keptFile, type RestoreRecord, writeRecord } from './record.js';
import { restoreRedis } from './redis.js';
import { aliasCommand } from './switch.js';
import { undoDatabase } from './switch-database.js';

export interface UndoOptions {
  host: Host;
  config: Config;
  qdrant: RestorePlace;
  record: RestoreRecord;
  present: PresentQdrant;
}

/** Where an alias goes when a restore is taken back. */
export interface UndoMove {
  alias: string;
  from: string | null;
  /** Null where the restore has made it: it goes. */
  to: string | null;
}

/** What taking a restore back does, as data. */
export interface UndoPlan {
  moves: readonly UndoMove[];
  databases: readonly { database: string; kept: string }[];
  redis: string | null;
  configuration: string | null;
  /** What stays as restored, and why. */
  stays: readonly string[];
}

/**
 * What brings back what was there before a restore. An alias that somebody has moved since stays where it is. What was
 * not there before, or had no point, stays as it was restored. Pure.
 */
export function planUndo(record: RestoreRecord, present: PresentQdrant, names: readonly string[]): UndoPlan {
  const moves: UndoMove[] = [];
  const stays: string[] = [];
  for (const [alias, { to, restored }] of wantedAliases(record)) {
    const now = present.aliases[alias] ?? null;
    if (now === to || present.collections.includes(alias)) continue;
    if (to !== null && !present.collections.includes(to)) stays.push(`${alias}: ${to} is not there any more`);
    else if (now !== null && now !== restored) stays.push(`${alias}: it was moved to ${now} since`);
    else moves.push({ alias, from: now, to });
  }
  for (const { name, action } of record.collections) {
    if (action === 'create') stays.push(`${name}: it was not there before`);
    if (action === 'replace') stays.push(`${name}: it had no points before`);
  }
  return {
    moves,
    databases: record.databases.flatMap(({ database, kept }) =>
      kept !== null && names.includes(kept) ? [{ database, kept }] : [],
    ),
    redis: record.redis,
    configuration: record.configuration,
    stays,
  };
}

/**
 * Where aliases pointed before, and where the restore has moved them. The name of a collection that was moved out of the
 * way becomes an alias of what was kept of it. Aliases of collections of which nothing was kept stay.
 */
function wantedAliases({
  collections,
  aliases,
}: RestoreRecord): Map<string, { to: string | null; restored: string }> {
  const moved = collections.filter(({ kept }) => kept !== null);
  const names = moved.map(({ name, kept, target }) => [name, { to: kept, restored: target }] as const);
  const byName = new Map(names);
  const others = aliases.flatMap(({ alias, from, to }) => {
    const follows = from === null ? undefined : collections.find(({ name }) => name === from);
    const isOfKept = moved.some(({ target }) => target === to);
    if (byName.has(alias) || follows?.kept === null || (from === null && !isOfKept)) return [];
    return [[alias, { to: follows?.kept ?? from, restored: to }] as const];
  });
  return new Map([...names, ...others]);
}

/** Whether there is nothing to take back. Pure. */
export function isNothingToUndo({ moves, databases: all, redis, configuration }: UndoPlan): boolean {
  return moves.length + all.length === 0 && redis === null && configuration === null;
}

/**
 * Carries it out. What was restored stays, in nobody's use, until it is discarded. The files that keep it are recorded
 * first, under names that no earlier attempt has used. The lock is held.
 */
export async function runUndo({ host, config, qdrant, record }: UndoOptions, plan: UndoPlan): Promise<void> {
  const { state } = config.paths;
  const { restore } = record;
  const [rdb, tar] = [undoneFile(record, state, 'rdb'), undoneFile(record, state, 'tar')];
  const made = [...(plan.redis === null ? [] : [rdb]), ...(plan.configuration === null ? [] : [tar])];
  const recorded = { ...record, files: [...(record.files ?? []), ...made] };
  if (made.length > 0) await writeRecord(host, state, recorded);
  if (plan.moves.length > 0) await host.run(aliasCommand(qdrant, plan.moves));
  for (const { database } of plan.databases) await undoDatabase(host, config, { database, id: restore });
  if (plan.redis !== null) await restoreRedis(host, config, { rdb: plan.redis, keep: rdb });
  if (plan.configuration !== null)
    await replaceConfiguration(host, { archive: plan.configuration, keep: tar, bound: [] });
  await writeRecord(host, state, { ...recorded, state: 'undone' });
}

function undoneFile({ restore, files = [] }: RestoreRecord, state: string, kind: string): string {
  for (let number = 1; ; number++) {
    const file = keptFile(state, restore, `undone${number === 1 ? '' : `.${number}`}.${kind}`);
    if (!files.includes(file)) return file;
  }
}

/**
 * Throws `restore.undone` where a restore was taken back, and `restore.undo-order` where a later one has to be taken back
 * first: what that one has kept is what this one restored. Pure.
 */
export function assertUndoable(record: RestoreRecord, records: readonly RestoreRecord[]): void {
  const { restore } = record;
  if (record.state === 'undone') {
    throw new VdbError(`Restore ${restore} was taken back already: what was there before it serves`, {
      code: 'restore.undone',
      exitCode: EXIT.usage,
      meaning: 'What it had restored is there, and nobody gets it, until it is discarded.',
      next: 'vdb restore list, or restore the set again',
    });
  }
  const later = restoreOnTop(record, records);
  if (later === undefined) return;
  throw new VdbError(`Restore ${later.restore} came after ${restore}, and is to be taken back first`, {
    code: 'restore.undo-order',
    exitCode: EXIT.usage,
    meaning: `Both have restored ${sharedBy(record, later).join(', ')}. Nothing was changed.`,
    next: `vdb restore undo ${later.restore}`,
  });
}

/** The last restore that took the place of what this one had restored, and that stands. Pure. */
export function restoreOnTop(
  record: RestoreRecord,
  records: readonly RestoreRecord[],
): RestoreRecord | undefined {
  const stands = ({ state, discarded }: RestoreRecord): boolean =>
    state !== 'undone' && discarded === undefined;
  return [...records]
    .sort((a, b) => (a.at < b.at ? 1 : -1))
    .find(
      (each) => each.at > record.at && stands(each) && hasSwitched(each) && sharedBy(record, each).length > 0,
    );
}

/** What two restores have both brought back. */
function sharedBy(one: RestoreRecord, other: RestoreRecord): string[] {
  const things = ({ collections, databases, redis, configuration }: RestoreRecord): string[] => [
    ...collections.filter(({ action }) => action !== 'create').map(({ name }) => name),
    ...databases.map(({ database }) => `database ${database}`),
    ...(redis === null ? [] : ['Redis']),
    ...(configuration === null ? [] : ['the configuration']),
  ];
  const others = things(other);
  return things(one).filter((thing) => others.includes(thing));
}
