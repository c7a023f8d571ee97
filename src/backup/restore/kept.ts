import type { Config } from '../../config/schema.js';
import { EXIT, VdbError } from '../../errors.js';
import type { Host } from '../../host/host.js';
import { type RestoreId, readRestoreName, setOf } from './collection-names.js';
import {
  lookAtCollections,
  lookAtQdrant,
  type PresentCollection,
  type PresentQdrant,
  type RestorePlace,
} from './present.js';
import { type RestoreRecord, readRecords } from './record.js';
import { databases } from './switch-database.js';

/** A collection that a restore has made or kept, and that no client gets. */
export interface KeptCollection extends PresentCollection {
  collection: string;
}

/** A restore with everything of it that is still there and that no client gets. */
export interface KeptRestore {
  restore: RestoreId;
  set: string;
  /** Null where nothing but names tells of it. */
  record: RestoreRecord | null;
  collections: readonly KeptCollection[];
  databases: readonly string[];
  /** Files on the host. */
  files: readonly string[];
}

export interface KeptOptions {
  host: Host;
  config: Config;
  qdrant: RestorePlace;
}

/** Everything that restores have kept or left over, newest first. */
export async function lookAtKept(
  options: KeptOptions,
): Promise<{ kept: KeptRestore[]; qdrant: PresentQdrant }> {
  const { host, config, qdrant } = options;
  const [records, present, names] = await Promise.all([
    readRecords(host, config.paths.state),
    lookAtQdrant(host, qdrant),
    config.postgres.enabled ? databases(host, config) : [],
  ]);
  const found = keptOf(records, present, names);
  const seen = await lookAtCollections(
    host,
    qdrant,
    found.flatMap(({ collections }) => collections),
  );
  const kept = found.map(({ collections, ...rest }) => ({
    ...rest,
    collections: collections.map((collection) => ({ collection, points: 0, bytes: 0, ...seen[collection] })),
  }));
  return { kept, qdrant: present };
}

type Found = Omit<KeptRestore, 'collections'> & { collections: string[] };

/**
 * By record and by name. What an alias points to is in use, whatever it is called; and a collection that a later
 * restore has kept is that one's, whichever restore has made it. Pure.
 */
export function keptOf(
  records: readonly RestoreRecord[],
  { collections, aliases }: PresentQdrant,
  names: readonly string[],
): Found[] {
  const inUse = new Set(Object.values(aliases));
  const owners = new Map(records.flatMap(keptByName));
  const owned = new Map<RestoreId, string[]>();
  for (const name of collections.filter((each) => !inUse.has(each))) {
    const restore = owners.get(name) ?? readRestoreName(name)?.restore;
    if (restore !== undefined) owned.set(restore, [...(owned.get(restore) ?? []), name]);
  }
  const found = (restore: RestoreId, record: RestoreRecord | null): Found => ({
    ...{ restore, record, set: setOf(restore), collections: owned.get(restore) ?? [] },
    databases: databasesOf(restore, record, names),
    files: record === null ? [] : filesOf(record),
  });
  const known = new Set(records.map(({ restore }) => restore));
  const others = [...owned.keys()].filter((restore) => !known.has(restore)).sort();
  return [
    ...records.map((record) => found(record.restore, record)),
    ...others.reverse().map((restore) => found(restore, null)),
  ];
}

/** What has a name of its own, behind an alias that moved, is its owner's to remove. */
function keptByName({ restore, collections }: RestoreRecord): [string, RestoreId][] {
  return collections.flatMap(({ kept, switched }) =>
    switched && kept !== null && readRestoreName(kept) !== null
      ? [[kept, restore] as [string, RestoreId]]
      : [],
  );
}

/** By the names that a restore gives. */
function databasesOf(restore: RestoreId, record: RestoreRecord | null, names: readonly string[]): string[] {
  const suffix = new RegExp(`_(?:restore|before)_${restore.toLowerCase().replace('.', '\\.')}$`);
  const recorded =
    record?.databases.flatMap(({ restored, kept }) => [restored, ...(kept === null ? [] : [kept])]) ?? [];
  return names.filter((name) => suffix.test(name) || recorded.includes(name));
}

function filesOf({ redis, configuration }: RestoreRecord): string[] {
  return [redis, configuration].flatMap((file) => file ?? []);
}

/** The restore that a word means, among those of which something is kept: a name, its beginning, or none for the only one. Pure. */
export function findKept(kept: readonly KeptRestore[], word: string | undefined): KeptRestore {
  const found = kept.filter(({ restore }) => restore === word);
  const matching =
    found.length > 0 ? found : kept.filter(({ restore }) => restore.startsWith((word ?? '').toUpperCase()));
  const [first] = matching;
  if (first === undefined) {
    throw new VdbError(
      word === undefined ? 'No restore has kept anything' : `No restore of ${word} has kept anything`,
      {
        code: 'restore.none-kept',
        exitCode: EXIT.usage,
        next: 'vdb restore list',
      },
    );
  }
  if (matching.length === 1) return first;
  throw new VdbError(
    `${matching.length} restores have kept something${word === undefined ? '' : ` that begin with ${word}`}`,
    {
      code: 'restore.which-kept',
      exitCode: EXIT.usage,
      meaning: matching.map(({ restore }) => restore).join(', '),
      next: 'Name one of them: vdb restore list',
    },
  );
}
