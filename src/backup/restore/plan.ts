import { basename } from 'node:path';
import type { Definitions } from '../definitions.js';
import type { BackupManifest, BackupPart } from '../manifest.js';
import { keptCollection, type RestoreId, readRestoreName, restoredCollection } from './collection-names.js';
import { keptName, restoredName } from './names.js';
import type { PresentCollection, PresentQdrant } from './present.js';

export const PARTS = ['qdrant', 'postgres', 'redis', 'config'] as const;
export type PartName = (typeof PARTS)[number];

/** What was asked for. */
export interface Selection {
  /** All but the configuration where it is missing. */
  only?: readonly PartName[];
  /** These collections alone, and nothing else. */
  collections?: readonly string[];
  /** The name that the one collection gets; nothing is switched to it. */
  as?: string;
}

/**
 * What becomes of a name. `create`: there is nothing of that name, or what an interrupted run has made of it. `switch`: the name is an alias, which moves to the
 * restored collection. `exchange`: the name is a collection, which is copied to another name and removed, as Qdrant
 * cannot rename one; the name becomes an alias. `replace`: the same for one without a point: it is not kept.
 */
export type CollectionAction = 'create' | 'switch' | 'exchange' | 'replace';

export interface PlannedCollection {
  /** As clients know it. */
  name: string;
  action: CollectionAction;
  /** The part of the set, and the collection that it is a snapshot of. */
  part: BackupPart;
  collection: string;
  /** The collection that it is recovered as. */
  target: string;
  /** What is there now: the collection behind the name. Null where there is nothing. */
  there: (PresentCollection & { collection: string }) | null;
  /** Under which name that is kept. Null where nothing is. */
  kept: string | null;
  /** It is there already, as a restore that was cut short has made it: it is compared, and not recovered again. */
  remains?: true;
}

/** An alias that moves. */
export interface PlannedAlias {
  alias: string;
  /** Null where it does not exist. */
  from: string | null;
  to: string;
}

export interface PlannedDatabase {
  part: BackupPart;
  database: string;
  restored: string;
  /** Null where the database is not there. */
  kept: string | null;
}

/** What a restore does, as data. */
export interface RestorePlan {
  set: string;
  restore: RestoreId;
  created: string;
  collections: readonly PlannedCollection[];
  aliases: readonly PlannedAlias[];
  databases: readonly PlannedDatabase[];
  /** Roles of the databases. */
  globals: BackupPart | null;
  redis: BackupPart | null;
  configuration: BackupPart | null;
  /** Collections that an interrupted run has left, and that are removed first. */
  leftovers: readonly string[];
  /** What of the set is not restored, and why. */
  skipped: readonly string[];
}

/** What a plan is made of. */
export interface PlanInput {
  manifest: BackupManifest;
  definitions: Definitions | null;
  restore: RestoreId;
  /** Collections that an interrupted run of that name has left. */
  leftovers: readonly string[];
  /** Collections that such a run was to make, and that are there. */
  claimed: readonly string[];
  selection: Selection;
  qdrant: PresentQdrant | null;
  there: Readonly<Record<string, PresentCollection>>;
  /** Databases that exist; null where PostgreSQL is not configured. */
  databases: readonly string[] | null;
  redis: boolean;
}

/** Whether a part of that name is asked for. Pure. */
export function wants({ only, collections }: Selection, part: PartName): boolean {
  if (collections !== undefined && collections.length > 0) return part === 'qdrant';
  return only === undefined ? part !== 'config' : only.includes(part);
}

/** The collections of a set, by the names that clients know them by. Pure. */
export function chosenParts(
  manifest: BackupManifest,
  definitions: Definitions | null,
  selection: Selection,
): { name: string; collection: string; part: BackupPart }[] {
  if (!wants(selection, 'qdrant')) return [];
  const all = manifest.parts.flatMap((part) =>
    part.kind === 'collection' && part.collection !== undefined
      ? [{ name: clientName(part.collection, definitions), collection: part.collection, part }]
      : [],
  );
  const { collections } = selection;
  if (collections !== undefined && collections.length > 0)
    return all.filter(
      ({ name, collection }) => collections.includes(name) || collections.includes(collection),
    );
  return all.filter(({ name }) => !isOldCopy(name, manifest));
}

/** An earlier vdb put into its sets what restores had kept: all that tells of it there is the name. */
function isOldCopy(name: string, { kept_by_restores: kept }: BackupManifest): boolean {
  return kept === undefined && readRestoreName(name) !== null;
}

/** A collection that an earlier restore has made, and that its name was an alias of, goes by that name. */
function clientName(collection: string, definitions: Definitions | null): string {
  const made = readRestoreName(collection);
  return made !== null && definitions?.aliases[made.name] === collection ? made.name : collection;
}

/** The collections that have to be looked at before a plan can be made: what is behind the chosen names. Pure. */
export function namesToLookAt(
  manifest: BackupManifest,
  definitions: Definitions | null,
  selection: Selection,
  qdrant: PresentQdrant,
): string[] {
  const names = chosenParts(manifest, definitions, selection).map(({ name }) => behind(name, qdrant));
  return [...new Set(names.flatMap((name) => name ?? []))];
}

/** The collection that a name stands for; null for none. */
function behind(name: string, { collections, aliases }: PresentQdrant): string | null {
  if (collections.includes(name)) return name;
  const target = aliases[name];
  return target !== undefined && collections.includes(target) ? target : null;
}

/** Pure. */
export function planRestore(input: PlanInput): RestorePlan {
  const { manifest, definitions, restore, selection, qdrant } = input;
  const chosen = chosenParts(manifest, definitions, selection);
  const collections = qdrant === null ? [] : chosen.map((each) => planCollection(each, input, qdrant));
  const aliases = qdrant === null ? { moves: [], skipped: [] } : planAliases(collections, input, qdrant);
  const only = (kind: string, wanted: boolean): BackupPart | null =>
    (wanted ? manifest.parts.find((part) => part.kind === kind) : undefined) ?? null;
  return {
    set: manifest.id,
    restore,
    created: manifest.created,
    collections,
    aliases: aliases.moves,
    databases: planDatabases(input),
    globals: only('postgres-globals', wants(selection, 'postgres') && input.databases !== null),
    redis: only('redis', wants(selection, 'redis') && input.redis),
    configuration: only('configuration', wants(selection, 'config')),
    leftovers: input.leftovers,
    skipped: [...aliases.skipped, ...skipped(input)],
  };
}

function planCollection(
  { name, collection, part }: { name: string; collection: string; part: BackupPart },
  { restore, selection, there, claimed }: PlanInput,
  qdrant: PresentQdrant,
): PlannedCollection {
  const target = selection.as ?? name;
  const current = behind(target, qdrant);
  const seen = current === null ? undefined : there[current];
  const base = { name: target, part, collection };
  if (current === null || selection.as !== undefined)
    return { ...base, action: 'create', target, there: null, kept: null };
  const present = { points: 0, bytes: 0, ...seen, collection: current };
  if (current === target && claimed.includes(target))
    return { ...base, action: 'create', target, there: present, kept: null, remains: true };
  const beside = { ...base, target: restoredCollection(name, restore), there: present };
  if (!qdrant.collections.includes(name)) return { ...beside, action: 'switch', kept: current };
  if (seen?.points === 0) return { ...beside, action: 'replace', kept: null };
  return { ...beside, action: 'exchange', kept: keptCollection(name, restore) };
}

function planAliases(
  collections: readonly PlannedCollection[],
  { definitions, selection }: PlanInput,
  qdrant: PresentQdrant,
): { moves: PlannedAlias[]; skipped: string[] } {
  if (selection.as !== undefined) return { moves: [], skipped: [] };
  const moves = new Map<string, string>();
  const notes: string[] = [];
  for (const { action, name, target, there } of collections) {
    if (action !== 'create') moves.set(name, target);
    const followers = Object.keys(qdrant.aliases).filter(
      (alias) => qdrant.aliases[alias] === there?.collection,
    );
    for (const alias of followers) moves.set(alias, target);
  }
  const targets = new Map(collections.map(({ collection, target }) => [collection, target]));
  for (const [alias, collection] of Object.entries(definitions?.aliases ?? {})) {
    const target = targets.get(collection);
    const isNowhere = definitions?.collections[collection] === undefined;
    if (target === undefined && isNowhere) notes.push(`alias ${alias}: ${collection} is not in the set`);
    if (target === undefined || target === alias || moves.get(alias) === target) continue;
    if (isCollection(alias, collections, qdrant))
      notes.push(`alias ${alias}: there is a collection of that name`);
    else moves.set(alias, target);
  }
  const all = [...moves].map(([alias, to]) => ({ alias, from: qdrant.aliases[alias] ?? null, to }));
  return { moves: all.filter(({ from, to }) => from !== to), skipped: notes };
}

/** Now or after the restore. */
function isCollection(
  alias: string,
  collections: readonly PlannedCollection[],
  qdrant: PresentQdrant,
): boolean {
  const made = collections.some(({ action, target }) => action === 'create' && target === alias);
  return made || qdrant.collections.includes(alias);
}

function planDatabases({ manifest, selection, restore, databases }: PlanInput): PlannedDatabase[] {
  if (!wants(selection, 'postgres') || databases === null) return [];
  return manifest.parts.flatMap((part) => {
    if (part.kind !== 'postgres') return [];
    const database = part.database ?? basename(part.path, '.dump');
    const kept = databases.includes(database) ? keptName(database, restore) : null;
    return [{ part, database, restored: restoredName(database, restore), kept }];
  });
}

function skipped({ manifest, definitions, selection, databases, redis }: PlanInput): string[] {
  const has = (kind: string): boolean => manifest.parts.some((part) => part.kind === kind);
  const old = manifest.parts.flatMap(({ collection }) =>
    collection !== undefined && isOldCopy(clientName(collection, definitions), manifest) ? [collection] : [],
  );
  const isAll = selection.collections === undefined && selection.only === undefined;
  return [
    ...(isAll
      ? old.map((name) => `collection ${name}: kept by an earlier restore (--collection brings it back)`)
      : []),
    ...(wants(selection, 'postgres') && has('postgres') && databases === null
      ? ['PostgreSQL: postgres.enabled is false here']
      : []),
    ...(wants(selection, 'redis') && has('redis') && !redis ? ['Redis: redis.enabled is false here'] : []),
    ...(isAll && has('configuration') ? ['configuration: only with --only config'] : []),
  ];
}
