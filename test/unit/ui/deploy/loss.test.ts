import { expect, test } from 'vitest';
import { lossesOf, lossText, untoldLossText } from '../../../../src/ui/deploy/loss.js';

test('what a way back loses is told in points, for each collection of both states', () => {
  const losses = lossesOf(
    new Map([
      ['a', 12],
      ['new', 3],
    ]),
    new Map([
      ['a', 10],
      ['gone', 4],
    ]),
  );
  const text = lossText(losses, 'what was written since');
  expect(text).toContain('This loses what was written since.');
  expect(text).toMatch(/^a +12 +10 +-2$/m);
  expect(text).toMatch(/^gone +not there +4 +\+4$/m);
  expect(text).toMatch(/^new +3 +not there +-3$/m);
});

test('a way back from a slot that is dead loses something too, and nobody can say how much', () => {
  expect(untoldLossText('green', 'what was written since slot green serves')).toBe(
    'This loses what was written since slot green serves. How much that is cannot be told, as slot green does not answer.',
  );
});
