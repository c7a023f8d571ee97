import { createHash } from 'node:crypto';

/** A file name holds at most 255 bytes; ours adds to a collection's name. */
const LONGEST = 200;

/** The name of a collection as part of a file's name: itself, unless it is too long for one. */
export function fileNameOf(collection: string): string {
  if (Buffer.byteLength(collection) <= LONGEST) return collection;
  const hash = createHash('sha256').update(collection).digest('hex').slice(0, 16);
  const start = Buffer.from(collection)
    .subarray(0, LONGEST - 20)
    .toString('utf8')
    .replace(/\uFFFD+$/, '');
  return `${start}-${hash}`;
}

/** The part that holds the snapshot of a collection. */
export function snapshotPart(collection: string): string {
  return `collections/${fileNameOf(collection)}.snapshot`;
}

/**
 * Beside the manifest-to-be: that a snapshot of a collection was asked for, and what was in Qdrant's directory of
 * its snapshots before. A run that was killed is known by it, and what it left in Qdrant.
 */
export const INTENT_PREFIX = '.taking-';
