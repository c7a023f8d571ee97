import type { Config } from '../../config/schema.js';
import { EXIT, VdbError } from '../../errors.js';
import type { Host } from '../../host/host.js';
import { type RestoreId, setOf } from './collection-names.js';
import { asSeen, madeCollections } from './made.js';
import {
  lookAtCollections,
  lookAtQdrant,
  type PresentCollection,
  type PresentQdrant,
  type RestorePlace,
} from './present.js';
import { type RestoreRecord, readRecords, recordedFiles } from './record.js';
import { databases } from './switch-database.js';

/** A collection that a restore has made or kept, and that no client gets. */
export interface KeptCollection extends PresentCollection {
  collection: string;
}

/** A collection that a restore has made or kept, and that aliases point to: it is never removed. */
export interface UsedCollection {
  collection: string;
  aliases: readonly string[];
  /** Whether that is what the restore, or taking it back, has brought about. */
  serves: boolean;
}

/** A restore with everything of it that is still there. */
export interface KeptRestore {
  restore: RestoreId;
  set: string;
  record: RestoreRecord;
  /** What no client gets. */
  collections: readonly KeptCollection[];
  used: readonly UsedCollection[];
  databases: readonly string[];
  /** Databases of which its record tells, while PostgreSQL does not say what is there. */
  unseen: readonly string[];
  /** Files on the host. */
  files: readonly string[];
}

export interface KeptOptions {
  host: Host;
  config: Config;
  qdrant: RestorePlace;
}

/** What restores have kept, and what was seen to tell. */
export interface KeptLook {
  /** Newest first. */
  kept: KeptRestore[];
  records: readonly RestoreRecord[];
  qdrant: PresentQdrant;
  databases: SeenDatabases;
}

/** The databases that are there, as far as a record asks for them. `names` is null where PostgreSQL did not say. */
export type SeenDatabases = { names: readonly string[] } | { names: null; why: unknown };

/** Everything that restores have kept or left over. PostgreSQL is asked where a record tells of a database. */
export async function lookAtKept(options: KeptOptions): Promise<KeptLook> {
  const { host, config, qdrant } = options;
  const [recorded, present] = await Promise.all([
    readRecords(host, config.paths.state),
    lookAtQdrant(host, qdrant),
  ]);
  const seenDatabases = await lookAtDatabases(options, recorded);
  const { names } = seenDatabases;
  const records = recorded.map((record) => asSeen(record, { qdrant: present, databases: names }));
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
  return { kept, records, qdrant: present, databases: seenDatabases };
}

async function lookAtDatabases(
  { host, config }: KeptOptions,
  records: readonly RestoreRecord[],
): Promise<SeenDatabases> {
  const isNamed = records.some((record) => record.databases.length > 0);
  if (!config.postgres.enabled || !isNamed) return { names: [] };
  return databases(host, config).then(
    (names) => ({ names }),
    (why: unknown) => ({ names: null, why }),
  );
}

/** Throws why PostgreSQL did not say what is there, where the restore has to do with a database. Pure. */
export function assertSeen({ databases: named }: RestoreRecord, seen: SeenDatabases): void {
  if (seen.names === null && named.length > 0) throw seen.why;
}

type Found = Omit<KeptRestore, 'collections'> & { collections: string[] };

/**
 * By the records alone: whatever else is called like something of a restore is its owner's. What an alias points to is
 * in use. A restore that was discarded is told of only where something of it is still to be removed. Pure.
 */
export function keptOf(
  records: readonly RestoreRecord[],
  { collections, aliases }: Pick<PresentQdrant, 'collections' | 'aliases'>,
  names: readonly string[] | null,
): Found[] {
  const owners = ownersOf(records);
  const pointing = (collection: string): string[] =>
    Object.keys(aliases).filter((alias) => aliases[alias] === collection);
  const all = records.map((record): Found => {
    const own = collections.filter((name) => owners.get(name) === record.restore);
    const serving = servingOf(record);
    return {
      ...{ restore: record.restore, set: setOf(record.restore), record },
      collections: own.filter((name) => pointing(name).length === 0),
      used: own.flatMap((collection) => {
        const [serves, by] = [serving.includes(collection), pointing(collection)];
        return by.length === 0 ? [] : [{ collection, aliases: by, serves }];
      }),
      databases: (names ?? []).filter((name) => recordedDatabases(record).includes(name)),
      unseen: names === null ? recordedDatabases(record) : [],
      files: recordedFiles(record),
    };
  });
  return all.filter((found) => found.record.discarded === undefined || !isSettled(found));
}

/**
 * Who may remove a collection: the restore that has made it, or the last one that has put it aside since and stands. What has a
 * name of its own, and was put aside because it was behind an alias that moved, is its owner's to remove.
 */
function ownersOf(records: readonly RestoreRecord[]): Map<string, RestoreId> {
  const made = records.flatMap((record) =>
    madeCollections(record).map((name) => [name, record.restore] as const),
  );
  const names = new Set(made.map(([name]) => name));
  const putAside = [...records]
    .reverse()
    .flatMap(({ restore, collections }) =>
      collections.flatMap(({ kept, switched }) =>
        switched && kept !== null && names.has(kept) ? [[kept, restore] as const] : [],
      ),
    );
  return new Map([...made, ...putAside]);
}

/** The collections that clients are to get as things are. */
function servingOf({ state, collections }: RestoreRecord): string[] {
  return collections.flatMap(({ target, kept }) => (state === 'undone' ? (kept ?? target) : target));
}

function recordedDatabases({ databases: all }: RestoreRecord): string[] {
  return all.flatMap(({ restored, kept }) => [restored, ...(kept === null ? [] : [kept])]);
}

/** Whether nothing of it waits to be removed, now or when an alias has moved. */
function isSettled({ collections, used, databases: all, files }: Found): boolean {
  return collections.length + all.length + files.length === 0 && used.every(({ serves }) => serves);
}

/** The restore that a word means: a name, its beginning, or none for the only one. Pure. */
export function findKept<Named extends { restore: RestoreId }>(
  kept: readonly Named[],
  word: string | undefined,
): Named {
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
