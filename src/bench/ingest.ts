import { setTimeout as sleep } from 'node:timers/promises';
import { EXIT, VdbError } from '../errors.js';
import { type Api, pathOf } from './api.js';
import type { Dataset } from './data/dataset.js';
import { clock } from './load/clock.js';
import { BUCKET, bucketOf, numbersOf } from './requests/supply.js';

/** How fast data was written, and when it was ready. */
export interface Ingested {
  points: number;
  /** Until all was acknowledged. */
  write_seconds: number;
  points_per_second: number;
  /** From then until the collection was green, and stayed so. */
  green_seconds: number;
  /** Vectors that are in an index; the rest is scanned. */
  indexed: number;
}

/** Green for so long is green: between two optimisations a collection is it for a moment. */
const STEADY_MS = 2000;
const POLL_MS = 250;
const MOST_GREEN_MS = 1_800_000;

/** Writes a data set, so many points a request, over connections side by side. Stops when `signal` is aborted. */
export async function writeAll(
  apis: readonly Api[],
  { collection, dataset, batch }: { collection: string; dataset: Dataset; batch: number },
  { signal, onProgress }: { signal: AbortSignal; onProgress(written: number): void },
): Promise<Pick<Ingested, 'points' | 'write_seconds' | 'points_per_second'>> {
  const begun = clock();
  let next = 0;
  let written = 0;
  const write = async (api: Api): Promise<void> => {
    while (next < dataset.count && !signal.aborted) {
      const from = next;
      next = Math.min(dataset.count, from + batch);
      const points = Array.from({ length: next - from }, (_, at) => pointOf(dataset, from + at));
      await api.ask('PUT', `${pathOf(collection)}/points?wait=true`, { points });
      written += points.length;
      onProgress(written);
    }
  };
  await Promise.all(apis.map(write));
  const seconds = (clock() - begun) / 1000;
  return { points: written, write_seconds: seconds, points_per_second: written / seconds };
}

function pointOf(dataset: Dataset, index: number): Record<string, unknown> {
  return {
    ...{ id: index, vector: numbersOf(dataset.vector(index)) },
    payload: { ...dataset.payload(index), [BUCKET]: bucketOf(index) },
  };
}

interface Standing {
  status: string;
  optimizer_status: unknown;
  indexed_vectors_count?: number | null;
}

/** Waits until a collection is green and stays so. Throws `bench.green` where it does not within half an hour. */
export async function untilGreen(
  api: Api,
  collection: string,
  { signal, onProgress }: { signal: AbortSignal; onProgress(indexed: number): void },
): Promise<Pick<Ingested, 'green_seconds' | 'indexed'>> {
  const begun = clock();
  let greenSince: number | undefined;
  for (;;) {
    const { status, optimizer_status, indexed_vectors_count } = await api.ask<Standing>(
      'GET',
      pathOf(collection),
    );
    const now = clock();
    const indexed = indexed_vectors_count ?? 0;
    onProgress(indexed);
    const isGreen = status === 'green' && optimizer_status === 'ok';
    greenSince = isGreen ? (greenSince ?? now) : undefined;
    const isSteady = greenSince !== undefined && now - greenSince >= STEADY_MS;
    if (isSteady || signal.aborted) return { green_seconds: ((greenSince ?? now) - begun) / 1000, indexed };
    if (now - begun > MOST_GREEN_MS) throw neverGreen(collection, status);
    await sleep(POLL_MS);
  }
}

function neverGreen(collection: string, status: string): VdbError {
  return new VdbError(`Collection ${collection} is ${status} after half an hour`, {
    code: 'bench.green',
    exitCode: EXIT.timeout,
    meaning: 'Its index is still being built; what is measured meanwhile would say nothing of later.',
    next: 'Fewer points (--points), or see why the optimisation takes so long: vdb check collections',
  });
}
