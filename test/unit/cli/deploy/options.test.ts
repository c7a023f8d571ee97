import { describe, expect, test } from 'vitest';
import { inPlaceOf } from '../../../../src/cli/deploy/options.js';

describe('a deploy is in place', () => {
  test.each([
    [{}, 'blue_green', false],
    [{}, 'in_place', true],
    [{ inPlace: true }, 'blue_green', true],
    [{ blueGreen: true }, 'in_place', false],
    [{ strategy: 'snapshot' }, 'in_place', false],
  ] as const)('by %j where the configuration says %s: %s', (options, strategy, expected) => {
    expect(inPlaceOf(options, { deployment: { strategy } as never })).toBe(expected);
  });
});
