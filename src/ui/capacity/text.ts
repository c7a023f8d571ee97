import type { Inquiry } from '../../capacity/inquiry.js';
import { type Parts, RESOURCES, type Resource, total } from '../../capacity/need.js';
import type { Fit, Situation } from '../../capacity/situations.js';
import type { CollectionConfig } from '../../config/schema.js';
import { formatSize } from '../../config/units.js';
import { columns } from '../columns.js';
import { points } from '../status-values.js';
import { shortened, styleFor } from '../style.js';
import { wrap } from '../wrap.js';
import { growthText, lastText, mostText, PART_NAMES, WHEN } from './words.js';

/** How an inquiry is shown. */
export interface CapacityView {
  /** Whose capacity it is: `main (root@10.0.0.5:22)`. */
  heading: string;
  color: boolean;
  columns: number;
}

/** So many collections are each shown. */
const MOST_COLLECTIONS = 12;
const LONGEST_NAME = 24;
const GROWTH_UNKNOWN =
  'How fast they grow is not known: --growth says it, or counts in backup sets that are a day apart.';

/** What is needed, what there is, and how long it lasts, for people. */
export function capacityText(inquiry: Inquiry, view: CapacityView): string {
  const { bold, dim } = styleFor(view.color);
  const table = (rows: readonly (readonly string[])[], numbers: readonly number[]): string[] => {
    const [head = '', ...lines] = columns(rows, numbers)
      .split('\n')
      .map((line) => shortened(line.trimEnd(), view.columns));
    return [dim(head), ...lines];
  };
  return [
    bold(view.heading),
    ...table(collectionRows(inquiry), [1, 2, 4]),
    '',
    ...table(partRows(inquiry), [1, 2]),
    '',
    ...table(fitRows(inquiry.answer.fits), [1, 3]),
    '',
    ...remarks(inquiry).flatMap((line) => setIn(line, view.columns)),
    '',
    ...verdictLines(inquiry, view),
  ].join('\n');
}

function collectionRows({ collections, points: counts }: Inquiry): string[][] {
  const all = Object.entries(collections);
  const row = ([name, collection]: [string, CollectionConfig]): string[] => [
    ...[shortened(name, LONGEST_NAME), points(Math.round(counts[name] ?? 0)), String(collection.size)],
    ...[collection.quantization?.type ?? 'no', String(collection.hnsw.m), onDiskText(collection)],
  ];
  const more = all.length - MOST_COLLECTIONS;
  return [
    ['COLLECTION', 'POINTS', 'DIM', 'QUANTIZED', 'M', 'ON DISK'],
    ...all.slice(0, MOST_COLLECTIONS).map(row),
    ...(more <= 0 ? [] : [[`and ${more} more`]]),
    ...(all.length < 2 ? [] : [['all', points(Math.round(total(counts)))]]),
  ];
}

/** `vectors, payload`. */
function onDiskText({ on_disk, hnsw, on_disk_payload }: CollectionConfig): string {
  const parts = [
    ...(on_disk ? ['vectors'] : []),
    ...(hnsw.on_disk ? ['graph'] : []),
    ...(on_disk_payload ? ['payload'] : []),
  ];
  return parts.length === 0 ? 'nothing' : parts.join(', ');
}

function partRows({ answer: { parts } }: Inquiry): string[][] {
  const names = (Object.keys(PART_NAMES) as (keyof Parts)[]).filter((name) =>
    RESOURCES.some((resource) => parts[resource][name] > 0),
  );
  return [
    ['TAKES', ...RESOURCES.map((resource) => resource.toUpperCase())],
    ...names.map((name) => [
      PART_NAMES[name],
      ...RESOURCES.map((resource) => sizeOrNone(parts[resource][name])),
    ]),
    ['all, without head-room', ...RESOURCES.map((resource) => formatSize(sumOf(parts[resource])))],
  ];
}

function sizeOrNone(bytes: number): string {
  return bytes === 0 ? '-' : formatSize(bytes);
}

function sumOf(parts: Parts): number {
  return Object.values(parts).reduce((sum: number, each: number) => sum + each, 0);
}

function fitRows(fits: readonly Fit[]): string[][] {
  const situations = [...new Set(fits.map(({ when }) => when))];
  const cells = (when: Situation['when'], resource: Resource): string[] => {
    const fit = fits.find((each) => each.when === when && each.resource === resource);
    if (fit === undefined) return ['', ''];
    return [formatSize(fit.need), ofText(fit)];
  };
  return [
    ['NEEDS', 'MEMORY', '', 'DISK', ''],
    ...situations.map((when) => [WHEN[when], ...cells(when, 'memory'), ...cells(when, 'disk')]),
  ];
}

function ofText({ room, fits }: Fit): string {
  return room === null ? 'of ?' : `of ${formatSize(room)}${fits === false ? ' !' : ''}`;
}

function remarks(inquiry: Inquiry): string[] {
  const { rooms, taken, answer, growth } = inquiry;
  return [
    ...machineRemark(inquiry),
    ...(taken === null ? [] : [`On the disk the collections take ${formatSize(taken)} now.`]),
    ...RESOURCES.flatMap((resource) => {
      const room = rooms[resource];
      return 'unseen' in room ? [`The ${resource} of the host was not seen: ${room.unseen}`] : [];
    }),
    ...(answer.most === null ? [] : [mostText(answer.most)]),
    growth === null ? GROWTH_UNKNOWN : growthText(growth),
    ...lastsText(inquiry),
  ];
}

/** `Memory: 64 GiB, less 16 GiB of the gateway, …, leaves 39.8 GiB to Qdrant; it is planned 32 GiB`. */
function machineRemark({ machine, rooms }: Inquiry): string[] {
  const { memory } = rooms;
  if (machine === null || 'unseen' in memory) return [];
  const less = machine.others.map(({ name, bytes }) => `${formatSize(bytes)} of ${name}`);
  const planned = memory.planned === undefined ? '' : `; ${formatSize(memory.planned)} are planned for it`;
  const without = less.length === 0 ? '' : `, less ${less.join(', ')}`;
  return [
    `Memory: ${formatSize(machine.memory)}${without}, leaves ${formatSize(memory.there)} to Qdrant${planned}.`,
  ];
}

function lastsText({ answer: { lasts }, now }: Inquiry): string[] {
  return lasts.map((each) => `${lastText(each, now)}.`);
}

function verdictLines(
  { answer: { verdict, fits } }: Inquiry,
  { color, columns: width }: CapacityView,
): string[] {
  const { green, red, yellow } = styleFor(color);
  if (verdict === true) return [green('Fits.')];
  if (verdict === null) return [yellow('Not known: something could not be seen.')];
  const short = fits.filter((fit) => fit.fits === false && (fit.when === 'operation' || isMore(fit, fits)));
  const words = short.map(({ when, resource }) => `${resource} ${WHEN[when]}`);
  const head = 'Does not fit:';
  const lines = setIn(`${head} ${words.join(', ')}`, width);
  return lines.map((line, at) => (at === 0 ? line.replace(head, red(head)) : line));
}

/** In lines of at most `width` columns, those after the first set in. */
function setIn(text: string, width: number): string[] {
  return wrap(text, width - 2).map((line, at) => (at === 0 ? line : `  ${line}`));
}

/** Whether a situation needs more than operation does; else its finding would only repeat that one. */
function isMore({ resource, need }: Fit, fits: readonly Fit[]): boolean {
  return fits.every((fit) => fit.when !== 'operation' || fit.resource !== resource || fit.need < need);
}
