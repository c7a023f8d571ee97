import { freeRestoreId, type RestoreId, readRestoreName } from './collection-names.js';
import { restoreOfDatabase } from './names.js';
import type { PresentQdrant } from './present.js';
import { type RestoreRecord, recordedFiles } from './record.js';

/**
 * Collections that a restore has made under names that it gave itself. A name proves nothing, anybody may give it to
 * a collection of his; a record does, as it is written before anything is made, under names that were free. Pure.
 */
export function madeCollections({ collections }: RestoreRecord): string[] {
  return collections.flatMap(({ action, target, kept }) =>
    action === 'create' ? [] : [target, ...(action === 'exchange' && kept !== null ? [kept] : [])],
  );
}

function createdCollections({ collections }: RestoreRecord): string[] {
  return collections.flatMap(({ action, target }) => (action === 'create' ? [target] : []));
}

/** Whether anybody may have what it restored. Pure. */
export function hasSwitched(record: RestoreRecord): boolean {
  const { state, collections, databases } = record;
  const isKept = recordedFiles(record).length > 0;
  return state !== 'begun' || isKept || [...collections, ...databases].some(({ switched }) => switched);
}

/**
 * A record with the switches that it had no time to tell of, because the operator was cut off from the host right after
 * one: an alias points to what was restored, or the database that made room bears the name under which it is kept. Pure.
 */
export function asSeen(record: RestoreRecord, { qdrant, databases }: Seen): RestoreRecord {
  const { collections, databases: recorded } = record;
  return {
    ...record,
    collections: collections.map((each) => ({
      ...each,
      switched: each.switched || (each.action !== 'create' && qdrant?.aliases[each.name] === each.target),
    })),
    databases: recorded.map((each) => ({
      ...each,
      switched: each.switched || (each.kept !== null && databases?.includes(each.kept) === true),
    })),
  };
}

/** What is there, as far as somebody has looked: null where nobody has. */
export interface Seen {
  qdrant: PresentQdrant | null;
  databases: readonly string[] | null;
}

/** What a restore of a set is called, and the collections that an earlier one of that name has left. */
export interface Beginning {
  restore: RestoreId;
  leftovers: readonly string[];
  /**
   * Collections that are there, and that the earlier one was to make under the names that clients know. Somebody may have
   * written to them since, or made them himself, so they are never removed: they are compared.
   */
  claimed: readonly string[];
}

/**
 * The name of a restore. That of one that was cut short before its first switch is used again, and what it has made is
 * removed first. Nothing else is in the way: a name that anything has already is taken. Pure.
 */
export function beginRestore(set: string, records: readonly RestoreRecord[], seen: Seen): Beginning {
  const again = records.filter((record) => wasCutShort(record, seen));
  const left = new Set([
    ...again.flatMap(madeCollections),
    ...again.flatMap(({ databases }) => databases.map(({ restored }) => restored)),
  ]);
  const { collections = [], aliases = {} } = seen.qdrant ?? {};
  const named = [...collections, ...Object.keys(aliases)].filter((name) => !left.has(name));
  const restore = freeRestoreId(set, [
    ...records.filter((record) => !again.includes(record)).map((record) => record.restore),
    ...named.flatMap((name) => readRestoreName(name)?.restore ?? []),
    ...(seen.databases ?? []).filter((name) => !left.has(name)).flatMap(restoreOfDatabase),
  ]);
  const own = again.filter((record) => record.restore === restore);
  const there = (names: string[]): string[] => names.filter((name) => collections.includes(name));
  return {
    restore,
    leftovers: there(own.flatMap(madeCollections)),
    claimed: there(own.flatMap(createdCollections)),
  };
}

/**
 * Whether it is proven that a restore ended before its first switch, whatever its record had time to say: what was to
 * make room is still there, and nobody uses what was made.
 */
function wasCutShort(record: RestoreRecord, { qdrant, databases }: Seen): boolean {
  if (hasSwitched(record)) return false;
  const made = madeCollections(record);
  const isUntouched =
    qdrant === null
      ? made.length === 0
      : isUnused(made, qdrant) &&
        record.collections.every(
          ({ name, action }) => !movesAway(action) || qdrant.collections.includes(name),
        );
  return isUntouched && record.databases.every(({ kept }) => databases?.includes(kept ?? '') === false);
}

function isUnused(names: readonly string[], { aliases }: PresentQdrant): boolean {
  return !Object.values(aliases).some((collection) => names.includes(collection));
}

function movesAway(action: RestoreRecord['collections'][number]['action']): boolean {
  return action === 'exchange' || action === 'replace';
}

/**
 * Exchanged collections of a restore that was cut short between two steps: the name means nothing, and all there is of
 * them is what was kept. Pure.
 */
export function namelessCollections(
  { state, collections }: RestoreRecord,
  { collections: there, aliases }: Pick<PresentQdrant, 'collections' | 'aliases'>,
): string[] {
  if (state !== 'begun') return [];
  return collections.flatMap(({ name, action, kept }) => {
    const isNameless = !there.includes(name) && !Object.hasOwn(aliases, name);
    return action === 'exchange' && isNameless && there.includes(kept ?? '') ? [name] : [];
  });
}
