import type { BackupManifest } from '../backup/manifest.js';
import type { FoundSet } from '../backup/sets/look.js';
import type { Sample } from './growth.js';

/** So many of the newest sets are read: more than a year of weekly ones, and two months of daily ones. */
export const NEWEST_SETS = 60;

/** The number of points in each set that has a manifest, by collection. Pure. */
export function samplesOf(sets: readonly Pick<FoundSet, 'manifest'>[]): Sample[] {
  return sets.flatMap(({ manifest }) => (manifest === null ? [] : [sampleOf(manifest)]));
}

/** A part that retention took out leaves no zero behind: its collection is just not in that sample. */
function sampleOf({ created, parts }: BackupManifest): Sample {
  const counts = parts.flatMap(({ kind, collection, points, points_between }): [string, number][] => {
    const count = points ?? points_between?.[0];
    return kind !== 'collection' || collection === undefined || count === undefined
      ? []
      : [[collection, count]];
  });
  return { at: Date.parse(created), points: Object.fromEntries(counts) };
}
