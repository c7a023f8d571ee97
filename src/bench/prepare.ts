import type { Api } from './api.js';
import type { Dataset } from './data/dataset.js';
import { staged } from './events.js';
import { type Ingested, untilGreen, writeAll } from './ingest.js';
import { assertNotLeft } from './interrupted.js';
import type { Profile } from './profile.js';
import type { BenchRequest } from './request.js';
import type { Supply } from './requests/supply.js';
import type { BenchResult } from './result.js';
import { createScratch, removeScratch, scratchName, sweepScratch } from './scratch.js';
import { readUserData } from './user-data.js';

/** What is searched, and what is known of it. */
export interface Data {
  supply: Supply;
  ingest: Ingested | null;
  about: BenchResult['data'];
}

/** Queries that are made; more would not make the load more different, as each request is varied. */
const QUERIES = 1000;

/** Gives `work` the data, and removes what was made for it. */
export async function withData<T>(
  request: BenchRequest,
  apis: readonly Api[],
  work: (data: Data) => Promise<T>,
): Promise<T> {
  const { profile, onEvent } = request;
  const api = apis[0]!;
  if (profile.collection !== undefined) return work(await usersData(request, api, profile.collection));
  for (const left of await sweepScratch(api))
    onEvent({ type: 'remark', text: `${left}, which an earlier run had left, is removed` });
  const name = scratchName(profile);
  try {
    return await work(await ownData(request, apis, name));
  } finally {
    if (!profile.keep) await removed(request, api, name);
  }
}

/** Should it fail, the name of what is left over is all that helps. */
async function removed({ onEvent }: BenchRequest, api: Api, name: string): Promise<void> {
  await staged(
    onEvent,
    { name: 'remove' },
    () => removeScratch(api, name),
    () => name,
  ).catch((error: unknown) => {
    const why = error instanceof Error ? error.message : String(error);
    onEvent({ type: 'remark', text: `${name} is left over, and the next vdb bench removes it: ${why}` });
  });
}

async function usersData({ profile, dataset, onEvent }: BenchRequest, api: Api, name: string): Promise<Data> {
  const own = profile.dataset.queries === undefined ? [] : queriesOf(dataset);
  const found = await staged(
    onEvent,
    { name: 'read' },
    () => readUserData(api, name, { seed: profile.dataset.seed, queries: own }),
    ({ points, dimension }) => `${name}: ${points} points of ${dimension} dimensions`,
  );
  const { points, dimension, distance, ids, queries } = found;
  return {
    supply: supplyOf(profile, { collection: name, queries, ids }),
    ingest: null,
    about: { name: 'of the collection', collection: name, points, dimension, distance, kept: true },
  };
}

async function ownData(
  { config, profile, dataset, signal, onEvent }: BenchRequest,
  apis: readonly Api[],
  collection: string,
): Promise<Data> {
  const like = profile.like === undefined ? undefined : config.collections[profile.like];
  const distance = like?.distance ?? profile.dataset.distance;
  const api = apis[0]!;
  await createScratch(api, collection, { dataset, distance, like });
  const written = await staged(
    onEvent,
    { name: 'write' },
    (progress) =>
      writeAll(
        apis,
        { collection, dataset, batch: profile.write_batch },
        { signal, onProgress: (count) => progress(`${count} of ${dataset.count} points`) },
      ),
    ({ points, points_per_second }) => `${points} points, ${Math.round(points_per_second)}/s`,
  );
  const green = await staged(
    onEvent,
    { name: 'green' },
    (progress) =>
      untilGreen(api, collection, { signal, onProgress: (count) => progress(`${count} indexed`) }),
    ({ green_seconds, indexed }) =>
      `green ${green_seconds.toFixed(1)} s after the last write, ${indexed} indexed`,
  );
  assertNotLeft(signal);
  const ids = Array.from({ length: Math.min(dataset.count, QUERIES) }, (_, index) => index);
  return {
    supply: supplyOf(profile, { collection, queries: queriesOf(dataset), ids }),
    ingest: { ...written, ...green },
    about: {
      ...{ name: dataset.name, collection, points: dataset.count, dimension: dataset.dimension },
      ...{ distance, kept: profile.keep },
    },
  };
}

function queriesOf(dataset: Dataset): Float32Array[] {
  return Array.from({ length: Math.min(dataset.queries, QUERIES) }, (_, index) => dataset.query(index));
}

function supplyOf(profile: Profile, made: Pick<Supply, 'collection' | 'queries' | 'ids'>): Supply {
  const { k, ef, batch, filter_percent: filterPercent } = profile;
  return { ...made, k, ef, batch, filterPercent };
}
