import type { SyncedCollection, SyncReport } from '../../database/sync.js';
import { columns } from '../columns.js';
import { count, shortened, styleFor } from '../style.js';

const HEADER = ['COLLECTION', 'QDRANT', 'POSTGRESQL', 'WAITING', 'TO DO'];

/** Each collection with both counts and what is to be done, or was done, about it; in the last line the sum. */
export function syncText(
  { collections, repaired, clean }: SyncReport,
  { color, width, done }: { color: boolean; width: number; done: boolean },
): string {
  const style = styleFor(color);
  const head = done ? [...HEADER.slice(0, -1), 'DONE'] : HEADER;
  const [first = '', ...lines] = columns([head, ...collections.map(row)])
    .split('\n')
    .map((line) => shortened(line.trimEnd(), width));
  const paint = (line: string, index: number): string =>
    collections[index]?.action == null ? line : style.yellow(line);
  return [style.dim(first), ...lines.map(paint), sum(collections, { repaired, clean, done })].join('\n');
}

function row({ name, qdrant, postgres, waiting, action }: SyncedCollection): string[] {
  return [name, side(qdrant), side(postgres), String(waiting), action ?? '-'];
}

function side(number: number | null): string {
  return number === null ? 'not there' : String(number);
}

function sum(
  collections: readonly SyncedCollection[],
  { repaired, clean, done }: Pick<SyncReport, 'repaired' | 'clean'> & { done: boolean },
): string {
  const size = count(collections.length, 'collection');
  const differing = collections.filter(({ action }) => action !== null).length;
  if (done) return `${clean ? 'Both sides agree' : 'Both sides still differ'}: ${size}, ${repaired} repaired`;
  return clean
    ? `Both sides agree on ${size}.`
    : `${differing} of ${size} differ. Repair: vdb db sync --repair`;
}

/** The same for machines. */
export function syncData({ collections, repaired, clean }: SyncReport): Record<string, unknown> {
  return {
    collections: collections.map(({ missingRows, missingPoints, ...each }) => ({
      ...each,
      missing_rows: missingRows,
      missing_points: missingPoints,
    })),
    ...{ repaired, clean },
  };
}
