import type { Dataset } from './dataset.js';
import { normal, randomOf } from './random.js';

/** What a synthetic data set is made from; the same gives the same numbers. */
export interface SyntheticSpec {
  points: number;
  dimension: number;
  /** Points lie around so many centres, as embeddings do; 1 for no structure. */
  clusters: number;
  seed: number;
  /** Bytes of text in the payload of each point; 0 for none. */
  payloadBytes: number;
}

/** How far points lie from their centre, relative to how far centres lie from each other. */
const SPREAD = 0.6;
/** Whatever is asked, there are more queries. */
const QUERIES = 1_000_000;
const WORDS =
  'alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi pi rho sigma tau'.split(' ');

/** Streams of random numbers that share a seed and nothing else. */
const STREAM = { centre: 1, point: 2, query: 3, payload: 4 } as const;

/**
 * Unit vectors around centres, made when they are asked for: each depends on the seed and its index alone, so no data set is too
 * large for memory, and a query is never one of the points.
 */
export function syntheticDataset(spec: SyntheticSpec): Dataset {
  const { points, dimension, clusters, seed, payloadBytes } = spec;
  const centres = Array.from({ length: clusters }, (_, index) =>
    gaussian(dimension, seed, STREAM.centre, index),
  );
  const around = (stream: number, index: number): Float32Array => {
    const random = randomOf(seed, stream, index);
    const centre = centres[Math.floor(random() * clusters)]!;
    const spread = clusters === 1 ? 1 : SPREAD;
    const base = clusters === 1 ? 0 : 1;
    return unit(Float32Array.from(centre, (value) => base * value + spread * normal(random)));
  };
  return {
    name: `synthetic, seed ${seed}, ${clusters} clusters`,
    ...{ count: points, dimension, queries: QUERIES },
    vector: (index) => around(STREAM.point, index),
    query: (index) => around(STREAM.query, index),
    payload: (index) =>
      payloadBytes === 0 ? undefined : { text: textOf(payloadBytes, seed, STREAM.payload, index) },
    close: () => {},
  };
}

function gaussian(dimension: number, ...seeds: number[]): Float32Array {
  const random = randomOf(...seeds);
  return Float32Array.from({ length: dimension }, () => normal(random));
}

function unit(vector: Float32Array): Float32Array {
  const length = Math.sqrt(vector.reduce((sum, value) => sum + value * value, 0)) || 1;
  return vector.map((value) => value / length);
}

function textOf(bytes: number, ...seeds: number[]): string {
  const random = randomOf(...seeds);
  let text = '';
  while (text.length < bytes) text += `${WORDS[Math.floor(random() * WORDS.length)]} `;
  return text.slice(0, bytes);
}
