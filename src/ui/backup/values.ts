import type { BackupManifest } from '../../backup/manifest.js';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** How long ago something was: `5 min`, `26 h`, `12 d`; `in 12 d` where it is to come, `-` where that is not known. */
export function ageText(ms: number): string {
  if (Number.isNaN(ms)) return '-';
  if (ms <= -MINUTE) return `in ${ageText(-ms)}`;
  if (ms < HOUR) return `${Math.max(0, Math.floor(ms / MINUTE))} min`;
  return ms < 2 * DAY ? `${Math.floor(ms / HOUR)} h` : `${Math.floor(ms / DAY)} d`;
}

/** The same as a property: `26 h old`, `from the future (in 12 d)`. */
export function oldText(ms: number): string {
  return ms <= -MINUTE ? `from the future (${ageText(ms)})` : `${ageText(ms)} old`;
}

/** A number in few columns: `950`, `12.3k`, `1.2M`. */
export function shortNumber(value: number): string {
  const units = ['', 'k', 'M', 'G'];
  const power = Math.min(Math.floor(Math.log10(Math.max(value, 1)) / 3), units.length - 1);
  const text = (value / 1000 ** power).toFixed(power === 0 ? 0 : 1);
  return `${text.replace(/\.0$/, '')}${units[power]}`;
}

/** What a set holds in numbers. Points that were written to meanwhile count with the smaller number. Pure. */
export function countsIn({ parts }: BackupManifest): {
  collections: number;
  points: number;
  databases: string[];
} {
  const collections = parts.filter(({ kind }) => kind === 'collection');
  const points = collections.map((part) => part.points ?? part.points_between?.[0] ?? 0);
  return {
    collections: collections.length,
    points: points.reduce((sum, each) => sum + each, 0),
    databases: parts.flatMap(({ kind, database }) => (kind === 'postgres' ? [database ?? '?'] : [])),
  };
}

/** What may be lost with a set, by its age; one from the future has none. */
export function rpoText(ms: number): string {
  return ms <= -MINUTE ? 'not known: the set is from the future' : ageText(ms);
}
