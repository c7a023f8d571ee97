import type { Distance } from './model.js';

/** The score of `a` against `b`. Vectors under Cosine are stored normalized, so their dot product is it. */
export function score(distance: Distance, a: Float32Array, b: Float32Array): number {
  if (distance === 'Euclid') return Math.sqrt(sum(a, (x, i) => (x - at(b, i)) ** 2));
  if (distance === 'Manhattan') return sum(a, (x, i) => Math.abs(x - at(b, i)));
  return sum(a, (x, i) => x * at(b, i));
}

/** Whether a higher score is a better one. */
export function higherIsBetter(distance: Distance): boolean {
  return distance === 'Cosine' || distance === 'Dot';
}

/** The vector as it is kept and compared: of length one under Cosine. */
export function prepared(distance: Distance, vector: Float32Array): Float32Array {
  if (distance !== 'Cosine') return vector;
  const length = Math.sqrt(sum(vector, (x) => x * x));
  return length === 0 ? vector : vector.map((x) => x / length);
}

/** The shortest decimal number that is this 32-bit float, as Qdrant prints them. */
export function shortest(value: number): number {
  for (const digits of [6, 7, 8]) {
    const candidate = Number(value.toPrecision(digits));
    if (Math.fround(candidate) === Math.fround(value)) return candidate;
  }
  return Number(value.toPrecision(9));
}

function sum(vector: Float32Array, term: (value: number, index: number) => number): number {
  let total = 0;
  for (let i = 0; i < vector.length; i++) total += term(at(vector, i), i);
  return total;
}

function at(vector: Float32Array, index: number): number {
  return vector[index] ?? 0;
}
