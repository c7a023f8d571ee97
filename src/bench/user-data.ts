import { EXIT, VdbError } from '../errors.js';
import { type CollectionInfo, singleVector } from '../services/qdrant/collection-info.js';
import { type Api, pathOf } from './api.js';
import { normal, randomOf } from './data/random.js';

/** A collection that was there before: what searches of it are made from. */
export interface UserData {
  points: number;
  dimension: number;
  distance: string;
  ids: (number | string)[];
  queries: Float32Array[];
}

/** Points whose vectors and ids are taken. */
const SAMPLE = 1000;
/** How far a query lies from the point that it was made from, relative to its length. */
const NOISE = 0.1;

/** Reads what is needed to search a collection of the user's; writes nothing. Throws `bench.collection`. */
export async function readUserData(
  api: Api,
  collection: string,
  { seed, queries }: { seed: number; queries: readonly Float32Array[] },
): Promise<UserData> {
  const info = await api.ask<CollectionInfo>('GET', pathOf(collection));
  const vector = singleVector(info.config.params);
  if (vector === null) throw unsearchable(collection, 'has several vectors for each point');
  const { points } = await api.ask<{ points: { id: number | string; vector: number[] }[] }>(
    'POST',
    `${pathOf(collection)}/points/scroll`,
    { limit: SAMPLE, with_vector: true, with_payload: false },
  );
  if (points.length === 0) throw unsearchable(collection, 'is empty');
  const { count } = await api.ask<{ count: number }>('POST', `${pathOf(collection)}/points/count`, {
    exact: true,
  });
  const wrong = queries.find(({ length }) => length !== vector.size);
  if (wrong !== undefined)
    throw unsearchable(collection, `has vectors of length ${vector.size}, the queries have ${wrong.length}`);
  return {
    ...{ points: count, dimension: vector.size, distance: vector.distance },
    ids: points.map(({ id }) => id),
    queries:
      queries.length > 0 ? [...queries] : points.map((point, index) => beside(point.vector, seed, index)),
  };
}

/** A vector near another one, as a question is near its answer. */
function beside(vector: readonly number[], seed: number, index: number): Float32Array {
  const random = randomOf(seed, index);
  const length = Math.sqrt(vector.reduce((sum, value) => sum + value * value, 0));
  const spread = (NOISE * length) / Math.sqrt(vector.length);
  return Float32Array.from(vector, (value) => value + spread * normal(random));
}

function unsearchable(collection: string, why: string): VdbError {
  return new VdbError(`Collection ${collection} ${why}`, {
    code: 'bench.collection',
    exitCode: EXIT.usage,
    next: 'Measure with the data of the benchmark itself: leave --collection out.',
  });
}
