import { expect, it } from 'vitest';
import { largestThat } from '../../../src/capacity/limits.js';

it.each([
  ['the last number that holds', (value: number) => value <= 41, 100, 41],
  ['the bound where all hold', () => true, 100, 100],
  ['nothing but zero', (value: number) => value === 0, 100, 0],
  ['nothing where not even zero holds', () => false, 100, null],
])('finds %s', (_, holds, most, found) => {
  expect(largestThat(holds, most)).toBe(found);
});
