import { EXIT, VdbError } from '../../errors.js';

/** One restore of a set: the name of the set, and from the second restore of it on a number: `20261124T020000Z.2`. */
export type RestoreId = string;

const ID = String.raw`\d{8}T\d{6}Z(?:\.\d+)?`;
const NAME = new RegExp(`^(.+)--(before-)?(${ID})$`, 's');

/**
 * The names of collections that restores make and keep, as a regular expression that Python reads alike. What a restore
 * has made serves behind an alias; where a later one has taken the alias away, it is kept as well.
 */
export const COLLECTIONS_OF_RESTORES = `.+--(?:before-)?${ID}`;

/** Qdrant takes so many characters, and names a directory by them, which takes as many bytes. */
const LONGEST = 255;

/** The collection that a restore makes of `name` beside what is there. */
export function restoredCollection(name: string, restore: RestoreId): string {
  return fitting(`${name}--${restore}`);
}

/** What was there as `name`, once it had to be moved. */
export function keptCollection(name: string, restore: RestoreId): string {
  return fitting(`${name}--before-${restore}`);
}

/** What the name of a collection that a restore has made says. */
export interface NamedByRestore {
  /** The name that clients know. */
  name: string;
  restore: RestoreId;
  role: 'restored' | 'kept';
}

/** Reads the names that restores give; null for any other. Pure. */
export function readRestoreName(collection: string): NamedByRestore | null {
  const [, name, before, restore] = NAME.exec(collection) ?? [];
  if (name === undefined || restore === undefined) return null;
  return { name, restore, role: before === undefined ? 'restored' : 'kept' };
}

/** The set of a restore. Pure. */
export function setOf(restore: RestoreId): string {
  return restore.split('.')[0] as string;
}

/** The first name for a restore of `set` that none of `taken` has. Pure. */
export function freeRestoreId(set: string, taken: readonly RestoreId[]): RestoreId {
  if (!taken.includes(set)) return set;
  for (let number = 2; ; number++) {
    if (!taken.includes(`${set}.${number}`)) return `${set}.${number}`;
  }
}

/** Qdrant takes none of these in the name of a new collection (1.18.3). */
const REFUSED = '<>:"/\\|?*\0\u001f';

/** Why Qdrant would not make a collection of that name; null where it would. Pure. */
export function nameObstacle(name: string): string | null {
  if (name === '') return 'it is empty';
  if (name === '.' || name === '..') return 'it is the name of a directory';
  const refused = [...name].find((character) => REFUSED.includes(character));
  if (refused !== undefined) return `it holds ${JSON.stringify(refused)}`;
  const bytes = Buffer.byteLength(name);
  return bytes <= LONGEST ? null : `it has ${bytes} bytes, and Qdrant takes ${LONGEST}`;
}

function fitting(name: string): string {
  if (Buffer.byteLength(name) <= LONGEST) return name;
  throw new VdbError(`${name} is too long for the name of a collection`, {
    code: 'restore.name-too-long',
    exitCode: EXIT.usage,
    meaning: `A restore adds its own name to that of the collection, and Qdrant takes ${LONGEST} bytes.`,
    next: 'Restore it alone, under a name of yours: vdb restore SET --collection NAME --as OTHER',
  });
}
