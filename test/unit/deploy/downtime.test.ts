import { describe, expect, test } from 'vitest';
import { downtimeOf, downtimeText } from '../../../src/deploy/downtime.js';

const answers = (text: string) =>
  [...text].map((letter, index) => ({ at: 1000 + index * 50, ms: 10, well: letter === '+' }));

describe('the time in which nobody was served', () => {
  test.each([
    ['+++++', 0],
    ['++---++', 150],
    ['+-+-+', 100],
    ['---+', 150],
    ['++--', 50],
    ['', 0],
  ])('in %s is %i ms', (text, expected) => {
    expect(downtimeOf(answers(text)).downMs).toBe(expected);
  });

  test('lasts from a question that hung to the next good answer', () => {
    const hung = [
      { at: 0, ms: 10, well: true },
      { at: 50, ms: 10_000, well: false },
      { at: 10_050, ms: 10, well: true },
    ];
    expect(downtimeOf(hung).downMs).toBe(10_000);
    expect(downtimeText(downtimeOf(hung))).toBe('nobody was served for 10.0 s');
  });

  test('is none where the edge has had requests wait, which is said as well', () => {
    const waited = [
      { at: 0, ms: 10, well: true },
      { at: 50, ms: 2600, well: true },
    ];
    expect(downtimeText(downtimeOf(waited))).toBe('no request failed, the slowest took 2.6 s');
  });
});
