import type { Wanted } from '../../capacity/inquiry.js';
import { type CollectionWish, DISK_PARTS, type DiskPart } from '../../capacity/planning.js';
import { parseSize } from '../../config/units.js';
import { EXIT, VdbError } from '../../errors.js';

/** The options of `vdb capacity` as they are typed. */
export interface CapacityOptions {
  points?: string;
  dim?: string;
  quantization?: string;
  compression?: string;
  m?: string;
  onDisk?: string;
  payload?: string;
  ram?: string;
  disk?: string;
  growth?: string;
  inPlace?: boolean;
}

const QUANTIZATIONS = ['none', 'scalar', 'binary', 'product'] as const;
const COMPRESSIONS = ['x4', 'x8', 'x16', 'x32', 'x64'] as const;
const MOST_DIMENSIONS = 65_536;

/** Throws `usage` for what cannot be read, and for a collection that is thought of without a number of points. */
export function wantedOf(options: CapacityOptions): Wanted {
  const wanted = withoutUndefined({
    points: read('points', options.points, parseCount, 'a number such as 250000, 1.5M or 2G'),
    payload: read('payload', options.payload, parseBytes, 'bytes such as 512, or a size such as 2K'),
    ram: read('ram', options.ram, parseSize, 'a size such as 64G'),
    disk: read('disk', options.disk, parseSize, 'a size such as 1T'),
    growth: read('growth', options.growth, parseCount, 'a number of points such as 250k'),
  });
  const wish = wishOf(options);
  if (wish.size !== undefined && wanted.points === undefined)
    throw usage('--dim without --points', 'Say how many points: --points 100M');
  if (wish.compression !== undefined && wish.quantization !== 'product')
    throw usage(
      '--compression is of product quantization',
      'Write --quantization product --compression x16.',
    );
  return { ...wanted, wish, inPlace: options.inPlace === true };
}

function wishOf({ dim, quantization, compression, m, onDisk }: CapacityOptions): CollectionWish {
  return withoutUndefined({
    size: read(
      'dim',
      dim,
      (text) => whole(text, 1, MOST_DIMENSIONS),
      `a number from 1 to ${MOST_DIMENSIONS}`,
    ),
    quantization: read(
      'quantization',
      quantization,
      oneOf(QUANTIZATIONS),
      `one of ${QUANTIZATIONS.join(', ')}`,
    ),
    compression: read('compression', compression, oneOf(COMPRESSIONS), `one of ${COMPRESSIONS.join(', ')}`),
    m: read('m', m, (text) => whole(text, 0, 1000), 'a number of edges such as 16'),
    onDisk: read('on-disk', onDisk, parseParts, `${DISK_PARTS.join(', ')} separated by commas, or none`),
  });
}

/** Points, with k, M or G for thousands, millions and billions; undefined when it is none. */
export function parseCount(text: string): number | undefined {
  const [, digits, unit = ''] = /^(\d+(?:\.\d+)?)([kKMG]?)$/.exec(text) ?? [];
  if (digits === undefined) return undefined;
  const factor = { '': 1, k: 1e3, K: 1e3, M: 1e6, G: 1e9 }[unit] ?? 1;
  return Math.round(Number(digits) * factor);
}

function parseBytes(text: string): number | undefined {
  return /^\d+$/.test(text) ? Number(text) : parseSize(text);
}

function parseParts(text: string): readonly DiskPart[] | undefined {
  if (text === 'none') return [];
  const parts = text.split(',').map((part) => oneOf(DISK_PARTS)(part));
  return parts.includes(undefined) ? undefined : (parts as DiskPart[]);
}

function whole(text: string, least: number, most: number): number | undefined {
  const value = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  return value >= least && value <= most ? value : undefined;
}

function oneOf<Word extends string>(words: readonly Word[]): (text: string) => Word | undefined {
  return (text) => words.find((word) => word === text);
}

function read<Value>(
  name: string,
  text: string | undefined,
  parse: (text: string) => Value | undefined,
  what: string,
): Value | undefined {
  if (text === undefined) return undefined;
  const value = parse(text);
  if (value === undefined) throw usage(`--${name} takes ${what}, not "${text}"`, 'vdb capacity --help');
  return value;
}

type Defined<T> = { [Key in keyof T]?: Exclude<T[Key], undefined> };

function withoutUndefined<T extends object>(values: T): Defined<T> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as Defined<T>;
}

function usage(message: string, next: string): VdbError {
  return new VdbError(message, { code: 'usage', exitCode: EXIT.usage, next });
}
