import { availableParallelism } from 'node:os';
import type { Kind, PathName, Profile } from '../../bench/profile.js';
import { BENCH_PATHS } from '../../config/schema/bench.js';
import type { Config } from '../../config/schema.js';
import { parseDuration } from '../../config/units.js';
import { EXIT, VdbError } from '../../errors.js';

/** Options of `vdb bench`, as they were typed. */
export interface BenchOptions {
  path?: readonly string[];
  points?: string;
  dim?: string;
  clusters?: string;
  seed?: string;
  data?: string;
  queries?: string;
  like?: string;
  collection?: string;
  mix?: string;
  k?: string;
  ef?: string;
  batch?: string;
  filter?: string;
  duration?: string;
  samples?: string;
  concurrency?: string;
  rate?: string;
  threads?: string;
  keep?: boolean;
  report?: string;
  save?: string;
  compare?: string;
}

/** The profile of the configuration, with what the options say over it. Throws `usage`. */
export function profileOf(
  options: BenchOptions,
  { bench, collections }: Pick<Config, 'bench' | 'collections'>,
): Profile {
  const { dataset } = bench;
  const whole = (name: string, text: string | undefined, standard: number, least = 1): number =>
    text === undefined ? standard : wholeNumber(name, text, least);
  const like = options.like === undefined ? undefined : collections[options.like];
  if (options.like !== undefined && like === undefined)
    throw usage(
      `There is no collection "${options.like}" in the configuration`,
      '--like takes one that is configured.',
    );
  assertOne(options);
  const ef = options.ef === undefined ? bench.ef : wholeNumber('--ef', options.ef);
  const file = options.data ?? (options.collection === undefined ? dataset.file : undefined);
  const queries = options.queries ?? dataset.queries;
  return {
    ...bench,
    dataset: {
      ...dataset,
      points: whole('--points', options.points, dataset.points),
      dimension: whole('--dim', options.dim, like?.size ?? dataset.dimension),
      clusters: whole('--clusters', options.clusters, dataset.clusters),
      seed: whole('--seed', options.seed, dataset.seed, 0),
      ...(file === undefined ? {} : { file }),
      ...(queries === undefined ? {} : { queries }),
    },
    paths: options.path === undefined ? bench.paths : pathsOf(options.path),
    mix: options.mix === undefined ? bench.mix : mixOf(options.mix),
    k: whole('--k', options.k, bench.k),
    ...(ef === undefined ? {} : { ef }),
    batch: whole('--batch', options.batch, bench.batch),
    filter_percent: options.filter === undefined ? bench.filter_percent : percentOf(options.filter),
    step_seconds: options.duration === undefined ? bench.step_seconds : secondsOf(options.duration),
    samples: whole('--samples', options.samples, bench.samples),
    max_concurrency: whole('--concurrency', options.concurrency, bench.max_concurrency),
    threads: whole('--threads', options.threads, standardThreads()),
    keep: options.keep === true,
    ...(options.rate === undefined ? {} : { rates: ratesOf(options.rate) }),
    ...(options.collection === undefined ? {} : { collection: options.collection }),
    ...(options.like === undefined ? {} : { like: options.like }),
  };
}

/** Half of the cores: what forwards the connections needs one too, and perhaps the server. */
function standardThreads(): number {
  return Math.max(1, Math.min(4, Math.floor(availableParallelism() / 2)));
}

function assertOne({ collection, data, like, keep }: BenchOptions): void {
  if (collection === undefined) return;
  const other = data !== undefined ? '--data' : like !== undefined ? '--like' : keep ? '--keep' : undefined;
  if (other === undefined) return;
  throw usage(
    `--collection and ${other} exclude each other`,
    'A collection of yours is only searched; everything else is of one that the benchmark makes.',
  );
}

function pathsOf(words: readonly string[]): PathName[] {
  return words
    .flatMap((text) => text.split(','))
    .map((word) => {
      const found = BENCH_PATHS.find((path) => path === word.trim());
      if (found !== undefined) return found;
      throw usage(`--path does not know "${word}"`, `It takes ${BENCH_PATHS.join(', ')}.`);
    });
}

const KINDS: readonly Kind[] = ['search', 'filter', 'batch', 'retrieve', 'upsert'];

/** `search=80,filter=20`; what is not named has no share. */
function mixOf(text: string): Profile['mix'] {
  const mix = { search: 0, filter: 0, batch: 0, retrieve: 0, upsert: 0 };
  for (const part of text.split(',')) {
    const [name = '', share = '1'] = part.split('=').map((word) => word.trim());
    const kind = KINDS.find((each) => each === name);
    if (kind === undefined || !(Number(share) >= 0))
      throw usage(
        `--mix does not know "${part}"`,
        `It takes shares such as search=80,filter=20, of ${KINDS.join(', ')}.`,
      );
    mix[kind] = Number(share);
  }
  return mix;
}

function ratesOf(text: string): number[] {
  return text.split(',').map((part) => {
    const rate = Number(part);
    if (rate > 0 && Number.isFinite(rate)) return rate;
    throw usage(
      `--rate does not know "${part}"`,
      'It takes requests a second: 500, or several: 500,1000,2000.',
    );
  });
}

function percentOf(text: string): number {
  const percent = Number(text);
  if (percent > 0 && percent <= 100) return percent;
  throw usage(
    `--filter does not know "${text}"`,
    'It takes the share of points that pass, in percent: 0.1 to 100.',
  );
}

function secondsOf(text: string): number {
  const seconds = /^\d+$/.test(text) ? Number(text) : parseDuration(text);
  if (seconds !== undefined && seconds > 0) return seconds;
  throw usage(`--duration does not know "${text}"`, 'It takes 30s, 5m, or seconds.');
}

function wholeNumber(name: string, text: string, least = 1): number {
  const value = Number(text);
  if (/^\d+$/.test(text) && Number.isSafeInteger(value) && value >= least) return value;
  throw usage(`${name} does not know "${text}"`, `It takes a whole number, ${least} at least.`);
}

function usage(message: string, next: string): VdbError {
  return new VdbError(message, { code: 'usage', exitCode: EXIT.usage, next });
}
