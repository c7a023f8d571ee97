import { expect, it } from 'vitest';
import { upgradeObstacle } from '../../../../src/services/qdrant/upgrade-path.js';

it.each([
  ['1.18.3', '1.18.3', null],
  ['1.18.2', '1.18.3', null],
  ['1.17.9', '1.18.0', null],
  ['1.16.3', '1.18.0', 'at most one minor version more'],
  ['1.18.3', '1.18.2', 'no step back'],
  ['1.18.0', '1.17.9', 'no step back'],
  ['1.18.0', '2.0.0', 'the same major version'],
  ['1.18.0-dev', '1.18.0', undefined],
])('from %s to %s: %s', (from, to, obstacle) => {
  expect(upgradeObstacle(from, to)).toBe(obstacle);
});
