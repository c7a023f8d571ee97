import { badFormat } from './api-error.js';
import type { Json, Payload } from './model.js';

const BOUNDS: Record<string, (value: number, bound: number) => boolean> = {
  lt: (value, bound) => value < bound,
  lte: (value, bound) => value <= bound,
  gt: (value, bound) => value > bound,
  gte: (value, bound) => value >= bound,
};

/** A `range` clause as a test of one value: numbers, or times when the bounds are times. */
export function rangeOf(range: Payload): (value: Json) => boolean {
  const bounds = Object.entries(range).filter(([key, bound]) => key in BOUNDS && bound !== null);
  const times = bounds.some(([, bound]) => typeof bound === 'string');
  const tests = bounds.map(([key, bound]) => {
    const limit = numberOf(bound, times);
    if (limit === undefined)
      throw badFormat('data did not match any variant of untagged enum RangeInterface');
    return (value: number) => BOUNDS[key]?.(value, limit) === true;
  });
  return (value) => {
    const number = numberOf(value, times);
    return number !== undefined && tests.every((test) => test(number));
  };
}

function numberOf(value: Json, time: boolean): number | undefined {
  if (!time) return typeof value === 'number' ? value : undefined;
  const parsed = typeof value === 'string' ? Date.parse(value) : Number.NaN;
  return Number.isNaN(parsed) ? undefined : parsed;
}
