import { describe, expect, test } from 'vitest';
import { downtimeOf } from '../../../src/deploy/downtime.js';

const answers = (text: string) =>
  [...text].map((letter, index) => ({ at: 1000 + index * 50, well: letter === '+' }));

describe('the time in which nobody was served', () => {
  test.each([
    ['+++++', 0],
    ['++---++', 150],
    ['+-+-+', 100],
    ['---+', 150],
    ['++--', 50],
    ['', 0],
  ])('in %s is %i ms', (text, expected) => {
    expect(downtimeOf(answers(text))).toBe(expected);
  });

  test('lasts from a question that hung to the next good answer', () => {
    const hung = [
      { at: 0, well: true },
      { at: 50, well: false },
      { at: 10_050, well: true },
    ];
    expect(downtimeOf(hung)).toBe(10_000);
  });
});
