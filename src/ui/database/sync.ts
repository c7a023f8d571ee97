import {
  type Differences,
  isInStep,
  type SyncedCollection,
  type SyncReport,
  sumOf,
} from '../../database/sync.js';
import { columns } from '../columns.js';
import { count, shortened, styleFor } from '../style.js';

/** Each collection with both counts and what is to be done, or was done, about it; in the last line the sum. */
export function syncText(report: SyncReport, { color, width }: { color: boolean; width: number }): string {
  const style = styleFor(color);
  const { collections, mode } = report;
  const head = ['COLLECTION', 'QDRANT', 'POSTGRESQL', 'WAITING', mode === 'repair' ? 'DONE' : 'TO DO'];
  const [first = '', ...lines] = columns([head, ...collections.map((each) => row(each, mode))])
    .split('\n')
    .map((line) => shortened(line.trimEnd(), width));
  const paint = (line: string, index: number): string =>
    isInStep(collections[index] as SyncedCollection) ? line : style.yellow(line);
  return [style.dim(first), ...lines.map(paint), ...needed(report), ...refused(report), sum(report)].join(
    '\n',
  );
}

function row(each: SyncedCollection, mode: SyncReport['mode']): string[] {
  const { name, points, vectors, waiting } = each;
  return [name, side(points), side(vectors), String(waiting), actionOf(each, mode)];
}

function side(number: number | null): string {
  return number === null ? 'not there' : String(number);
}

/** What a repair does, or did, about a collection. */
export function actionOf(each: SyncedCollection, mode: SyncReport['mode']): string {
  const { state, found, repaired, kept } = each;
  if (state === 'aside') return 'kept by a restore';
  const actions = mode === 'repair' ? partsOf(repaired, 'ed') : partsOf(found, '');
  if (state === 'only_in_qdrant') actions.unshift(mode === 'repair' ? 'listed' : 'list it');
  if (kept !== null) actions.push(kept);
  else if (state === 'only_in_postgres')
    actions.push(mode === 'repair' ? 'no longer listed' : 'list it no more');
  return actions.join(', ') || '-';
}

function partsOf(differences: Differences, done: '' | 'ed'): string[] {
  const { pointsWithoutRow, rowsWithoutPoint, payloadsDiffer, unconfirmed } = differences;
  const parts: [number, string][] = [
    [pointsWithoutRow, `add${done} ${count(pointsWithoutRow, 'row')}`],
    [rowsWithoutPoint, `remove${done && 'd'} ${count(rowsWithoutPoint, 'row')}`],
    [payloadsDiffer, `${done ? 'wrote' : 'write'} ${count(payloadsDiffer, 'payload')}`],
    [unconfirmed, `confirm${done} ${count(unconfirmed, 'row')}`],
  ];
  return parts.filter(([number]) => number > 0).map(([, text]) => text);
}

/** What only a person can do, at its full length: a row of the table may be cut. */
function needed({ collections }: SyncReport): string[] {
  return collections.flatMap(({ name, kept }) => (kept === null ? [] : [`${name}: ${kept}`]));
}

function refused({ rejected }: SyncReport): string[] {
  return rejected === 0
    ? []
    : [`Qdrant has refused ${count(rejected, 'write')}, which a repair tries again.`];
}

function sum({ collections, mode, inStep, applied }: SyncReport): string {
  const size = count(collections.length, 'collection');
  if (mode === 'repair') {
    const repaired = repairedBy(collections);
    const sent = applied === 0 ? '' : `, ${count(applied, 'waiting write')} sent`;
    return `${inStep ? 'Both sides agree' : 'Both sides still differ'}: ${size}, ${repaired} repaired${sent}`;
  }
  if (inStep) return `Both sides agree on ${size}.`;
  const differing = collections.filter((each) => !isInStep(each));
  const byHand = differing.every(({ kept }) => kept !== null);
  const next = byHand ? 'No repair does what is named above.' : 'Repair: vdb db sync --repair';
  return `${differing.length} of ${size} differ. ${next}`;
}

/** Rows, payloads and collections that a repair has changed. */
export function repairedBy(collections: readonly SyncedCollection[]): number {
  const listings = collections.filter(
    ({ state, kept }) => state.startsWith('only_in') && kept === null,
  ).length;
  return collections.reduce((total, { repaired }) => total + sumOf(repaired), listings);
}

/** The same for machines. */
export function syncData({
  collections,
  mode,
  applied,
  rejected,
  inStep,
}: SyncReport): Record<string, unknown> {
  return {
    ...{ mode, in_step: inStep, applied, rejected },
    collections: collections.map(({ found, repaired, ...each }) => ({
      ...each,
      found: differencesData(found),
      repaired: differencesData(repaired),
      action: actionOf({ ...each, found, repaired }, mode),
    })),
  };
}

function differencesData(differences: Differences): Record<string, number> {
  return {
    points_without_row: differences.pointsWithoutRow,
    rows_without_point: differences.rowsWithoutPoint,
    payloads_differ: differences.payloadsDiffer,
    unconfirmed: differences.unconfirmed,
  };
}
