import { randomBytes } from 'node:crypto';
import type { CollectionConfig } from '../config/schema.js';
import { createBody } from '../services/qdrant/collection-body.js';
import { type Api, pathOf } from './api.js';
import type { Dataset } from './data/dataset.js';
import { BUCKET } from './requests/supply.js';

/** Names of the benchmark's own collections begin with it. */
export const BENCH_PREFIX = 'vdb_bench_';

/** What a run that was killed has left: nothing else has such a name, and under the host's lock nothing else runs. */
const TEMPORARY = new RegExp(`^${BENCH_PREFIX}tmp_[0-9a-f]{12}$`);

/**
 * From so many KB a segment gets its index: with Qdrant's default of 10 MB the small ones of a benchmark would be
 * scanned, and their recall be 1 for that reason alone.
 */
const INDEXING_THRESHOLD_KB = 100;

/** A name for a collection that is removed afterwards, or that stays. */
export function scratchName({ keep }: { keep: boolean }): string {
  return `${BENCH_PREFIX}${keep ? 'kept' : 'tmp'}_${randomBytes(6).toString('hex')}`;
}

/** Removes what earlier runs have left, and says what that was. */
export async function sweepScratch(api: Api): Promise<string[]> {
  const { collections } = await api.ask<{ collections: { name: string }[] }>('GET', '/collections');
  const left = collections.map(({ name }) => name).filter((name) => TEMPORARY.test(name));
  for (const name of left) await removeScratch(api, name);
  return left;
}

/** Makes a collection for a data set, with the settings of a configured one where that is given. */
export async function createScratch(
  api: Api,
  name: string,
  { dataset, distance, like }: { dataset: Dataset; distance: string; like: CollectionConfig | undefined },
): Promise<void> {
  const settings =
    like === undefined
      ? { vectors: { size: dataset.dimension, distance }, shard_number: 1 }
      : createBody({ ...like, replicas: 1, write_consistency: 1 });
  await api.ask('PUT', `${pathOf(name)}?timeout=60`, {
    ...settings,
    optimizers_config: { indexing_threshold: INDEXING_THRESHOLD_KB },
  });
  await api.ask('PUT', `${pathOf(name)}/index?wait=true`, {
    ...{ field_name: BUCKET, field_schema: 'integer' },
  });
}

/** Removing what is not there is no failure. */
export async function removeScratch(api: Api, name: string): Promise<void> {
  if (!name.startsWith(BENCH_PREFIX)) throw new Error(`${name} is no collection of the benchmark`);
  await api.ask('DELETE', `${pathOf(name)}?timeout=60`);
}
