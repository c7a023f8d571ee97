import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { normal, randomOf, shuffled } from '../../../../src/bench/data/random.js';
import { syntheticDataset } from '../../../../src/bench/data/synthetic.js';

const SPEC = { points: 1000, dimension: 32, clusters: 8, seed: 1, payloadBytes: 40 };
const length = (vector: Float32Array): number =>
  Math.sqrt(vector.reduce((sum, value) => sum + value * value, 0));
const dot = (a: Float32Array, b: Float32Array): number =>
  a.reduce((sum, value, at) => sum + value * b[at]!, 0);

describe('a synthetic data set', () => {
  const data = syntheticDataset(SPEC);

  it('is the same for the same seed, in whatever order it is asked for', () => {
    const again = syntheticDataset(SPEC);
    again.vector(999);
    for (const index of [0, 500, 999]) {
      expect(again.vector(index)).toEqual(data.vector(index));
      expect(again.payload(index)).toEqual(data.payload(index));
      expect(again.query(index)).toEqual(data.query(index));
    }
  });

  it('stays the same from one release of vdb to the next', () => {
    const hash = createHash('sha256');
    for (let index = 0; index < 100; index++)
      hash.update(Buffer.from(data.vector(index).map((value) => Math.round(value * 1e4)).buffer));
    expect(hash.digest('hex').slice(0, 16)).toBe('97b606c23cd79e84');
  });

  it('is another one for another seed', () => {
    expect(syntheticDataset({ ...SPEC, seed: 2 }).vector(0)).not.toEqual(data.vector(0));
  });

  it('has unit vectors, none of which is a query', () => {
    const points = Array.from({ length: 200 }, (_, index) => data.vector(index));
    for (const point of points) expect(length(point)).toBeCloseTo(1, 5);
    for (let query = 0; query < 50; query++)
      for (const point of points) expect(dot(point, data.query(query))).toBeLessThan(0.9999);
  });

  it('has clusters: the nearest points are much nearer than others', () => {
    const query = data.query(0);
    const scores = Array.from({ length: 400 }, (_, index) => dot(query, data.vector(index))).sort(
      (a, b) => b - a,
    );
    expect(scores[5]).toBeGreaterThan(0.5);
    expect(scores[200]).toBeLessThan(0.3);
  });

  it('has payload of the size that is asked for, or none', () => {
    expect(data.payload(3)?.text).toHaveLength(40);
    expect(syntheticDataset({ ...SPEC, payloadBytes: 0 }).payload(3)).toBeUndefined();
  });
});

describe('random numbers', () => {
  it('are spread evenly, and normal ones around zero', () => {
    const random = randomOf(3);
    const even = Array.from({ length: 20_000 }, random);
    expect(even.reduce((sum, value) => sum + value, 0) / even.length).toBeCloseTo(0.5, 1);
    const bell = Array.from({ length: 20_000 }, () => normal(random));
    expect(bell.reduce((sum, value) => sum + value, 0) / bell.length).toBeCloseTo(0, 1);
    expect(bell.reduce((sum, value) => sum + value * value, 0) / bell.length).toBeCloseTo(1, 1);
  });

  it('mix a list without losing anything', () => {
    const items = Array.from({ length: 50 }, (_, index) => index);
    const mixed = shuffled(items, randomOf(1));
    expect(mixed).not.toEqual(items);
    expect(mixed.toSorted((a, b) => a - b)).toEqual(items);
  });
});
