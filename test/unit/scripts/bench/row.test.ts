import { expect, it } from 'vitest';
import { rowOf } from '../../../../scripts/bench/row.js';

it.each([
  [150, 100, 1.5, false, '1.50 times  within 1.5'],
  [151, 100, 1.5, true, '1.51 times  OVER 1.5'],
  [300, 100, undefined, false, '3.00 times'],
  [300, undefined, undefined, false, '300 ms'],
])('%d ms against %s with the bar %s is over: %s', (ms, base, bar, over, end) => {
  const row = rowOf('work', ms, base, bar);
  expect(row.over).toBe(over);
  expect(row.text.endsWith(end)).toBe(true);
});
