import { firstFull, HORIZON_DAYS, type Lasting } from '../capacity/answer.js';
import { type Growth, growthPerDay } from '../capacity/growth.js';
import type { Inquiry } from '../capacity/inquiry.js';
import { type Parts, RESOURCES, type Resource, total } from '../capacity/need.js';
import type { Fit, Situation } from '../capacity/situations.js';
import type { CollectionConfig } from '../config/schema.js';
import { formatSize } from '../config/units.js';
import { dayOf } from '../text.js';
import { shortNumber } from './backup/values.js';
import { columns } from './columns.js';
import { points } from './status-values.js';
import { count, shortened, styleFor } from './style.js';
import { wrap } from './wrap.js';

/** How an inquiry is shown. */
export interface CapacityView {
  /** Whose capacity it is: `main (root@10.0.0.5:22)`. */
  heading: string;
  color: boolean;
  columns: number;
}

/** In the order in which they are shown. */
export const PART_NAMES: Readonly<Record<keyof Parts, string>> = {
  vectors: 'vectors',
  quantized: 'quantized copies',
  graph: 'HNSW graphs',
  ids: 'ids',
  payload: 'payloads',
  own: 'Qdrant itself',
};

export const WHEN: Readonly<Record<Situation['when'], string>> = {
  operation: 'in operation',
  backup: 'during a backup',
  deploy: 'during a deploy',
};

/** So many collections are each shown. */
const MOST_COLLECTIONS = 12;
const DAY_MS = 86_400_000;

/** What is needed, what there is, and how long it lasts, for people. */
export function capacityText(inquiry: Inquiry, view: CapacityView): string {
  const { bold, dim } = styleFor(view.color);
  const table = (rows: readonly (readonly string[])[]): string[] => {
    const [head = '', ...lines] = columns(rows).split('\n');
    return [dim(head), ...lines].map((line) => line.trimEnd());
  };
  return [
    bold(view.heading),
    ...collectionLines(inquiry, view),
    '',
    ...table(partRows(inquiry)),
    '',
    ...table(fitRows(inquiry.answer.fits)),
    '',
    ...remarks(inquiry).flatMap((line) => setIn(line, view.columns)),
    '',
    ...verdictLines(inquiry, view),
  ].join('\n');
}

function collectionLines(
  { collections, points: counts }: Inquiry,
  { columns: width }: CapacityView,
): string[] {
  const names = Object.keys(collections);
  const longest = Math.min(24, Math.max(...names.map((name) => name.length)));
  const lines = Object.entries(collections).map(([name, collection]) =>
    shortened(
      `  ${name.padEnd(longest)}  ${points(Math.round(counts[name] ?? 0)).padStart(11)} points, ${settingsText(collection)}`,
      width,
    ),
  );
  const shown = lines.slice(0, MOST_COLLECTIONS);
  const rest = names.length - shown.length;
  return [
    ...shown,
    ...(rest === 0 ? [] : [`  and ${count(rest, 'more collection')}`]),
    ...(names.length < 2
      ? []
      : [`  ${'all'.padEnd(longest)}  ${points(Math.round(total(counts))).padStart(11)} points`]),
  ];
}

/** `384 dimensions, scalar, m 16; vectors, payload on disk`. */
export function settingsText({
  size,
  quantization,
  hnsw,
  on_disk,
  on_disk_payload,
}: CollectionConfig): string {
  const onDisk = [
    ...(on_disk ? ['vectors'] : []),
    ...(hnsw.on_disk ? ['graph'] : []),
    ...(on_disk_payload ? ['payload'] : []),
  ];
  const kind = quantization === null ? 'not quantized' : quantization.type;
  const where = onDisk.length === 0 ? 'all in memory' : `on disk: ${onDisk.join(', ')}`;
  return `dim ${size}, ${kind}, m ${hnsw.m}; ${where}`;
}

function partRows({ answer: { parts } }: Inquiry): string[][] {
  const names = (Object.keys(PART_NAMES) as (keyof Parts)[]).filter((name) =>
    RESOURCES.some((resource) => parts[resource][name] > 0),
  );
  return [
    ['TAKES', ...RESOURCES.map((resource) => resource.toUpperCase().padStart(10))],
    ...names.map((name) => [
      PART_NAMES[name],
      ...RESOURCES.map((resource) => sizeOrNone(parts[resource][name]).padStart(10)),
    ]),
    [
      'all, without head-room',
      ...RESOURCES.map((resource) => formatSize(sumOf(parts[resource])).padStart(10)),
    ],
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
    return [formatSize(fit.need).padStart(10), ofText(fit)];
  };
  return [
    ['NEEDS', 'MEMORY'.padStart(10), '', 'DISK'.padStart(10), ''],
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
    ...(growth === null ? [] : [growthText(growth), ...lastsText(inquiry)]),
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

/** How many points fit, and what is full then. */
export function mostText({ points: most, by }: NonNullable<Inquiry['answer']['most']>): string {
  return `At most ${shortNumber(most)} points fit; then ${by.resource} ${WHEN[by.when]} is full.`;
}

/** How many points come, and how that is known. */
export function growthText(growth: Growth): string {
  const perDay = Math.round(growthPerDay(growth));
  const what = perDay <= 0 ? 'They do not grow' : `They grow by ${points(perDay)} a day`;
  if (growth.source === 'option') return `${what}, as given.`;
  if (growth.source === 'configuration') return `${what}, says capacity.growth_per_day.`;
  return `${what}, as ${count(growth.samples ?? 0, 'count')} over ${(growth.days ?? 0).toFixed(1)} days show (backup sets, and now).`;
}

function lastsText({ answer: { lasts }, now }: Inquiry): string[] {
  return lasts.map((each) => `${lastText(each, now)}.`);
}

/** `Memory lasts for 97 days, until 2027-03-04`. */
export function lastText({ resource, days }: Lasting, now: Date): string {
  const name = resource === 'memory' ? 'Memory' : 'Disk';
  if (days === null) return `${name} lasts for more than ${HORIZON_DAYS / 365} years`;
  if (days === 0) return `${name} is full now`;
  return `${name} lasts for ${count(days, 'day')}, until ${dayOf(new Date(now.getTime() + days * DAY_MS))}`;
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

/** The same for machines: bytes, points and days. */
export function capacityData(inquiry: Inquiry): Record<string, unknown> {
  const { collections, points: counts, payloadBytes, growth, answer, machine, taken, now } = inquiry;
  const full = firstFull(answer.lasts);
  return {
    points: Math.round(answer.total),
    payload_bytes: payloadBytes,
    collections: Object.entries(collections).map(([name, collection]) => ({
      name,
      points: Math.round(counts[name] ?? 0),
      dim: collection.size,
      quantization: collection.quantization?.type ?? 'none',
      m: collection.hnsw.m,
      on_disk: {
        vectors: collection.on_disk,
        graph: collection.hnsw.on_disk,
        payload: collection.on_disk_payload,
      },
    })),
    takes: { memory: rounded(answer.parts.memory), disk: rounded(answer.parts.disk) },
    needs: answer.fits.map(({ when, resource, need, room, fits }) => ({
      ...{ when, resource, bytes: Math.round(need), room: room === null ? null : Math.round(room), fits },
    })),
    machine:
      machine === null
        ? null
        : { memory: machine.memory, others: machine.others.map((each) => ({ ...each })) },
    disk_taken: taken,
    most_points: answer.most?.points ?? null,
    growth:
      growth === null
        ? null
        : {
            ...{ per_day: Math.round(growthPerDay(growth)), source: growth.source },
            ...(growth.samples === undefined ? {} : { samples: growth.samples, days: growth.days }),
          },
    lasts: Object.fromEntries(answer.lasts.map(({ resource, days }) => [resource, days])),
    full_at: full === undefined ? null : dayOf(new Date(now.getTime() + full.days * DAY_MS)),
  };
}

function rounded(parts: Parts): Record<string, number> {
  return Object.fromEntries(Object.entries(parts).map(([name, bytes]) => [name, Math.round(bytes)]));
}
