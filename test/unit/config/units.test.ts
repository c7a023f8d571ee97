import { expect, test } from 'vitest';
import { formatSize, parseDuration, parseSize } from '../../../src/config/units.js';

test.each([
  ['45s', 45],
  ['10m', 600],
  ['12h', 43_200],
  ['30d', 2_592_000],
  ['2w', 1_209_600],
  ['30', undefined],
  ['1.5h', undefined],
  ['-1d', undefined],
  ['', undefined],
])('the duration %j has %s seconds', (text, seconds) => {
  expect(parseDuration(text)).toBe(seconds);
});

test.each([
  ['512MiB', 536_870_912],
  ['32GiB', 34_359_738_368],
  ['32Gi', 34_359_738_368],
  ['1TiB', 1_099_511_627_776],
  ['1.5G', 1_610_612_736],
  ['32', undefined],
  ['lots', undefined],
])('the size %j has %s bytes', (text, bytes) => {
  expect(parseSize(text)).toBe(bytes);
});

test.each([
  [0, '0 B'],
  [1023, '1023 B'],
  [8192, '8 KiB'],
  [1_610_612_736, '1.5 GiB'],
  [34_359_738_368, '32 GiB'],
  [2 ** 70, '1048576 PiB'],
])('%i bytes are %s', (bytes, text) => {
  expect(formatSize(bytes)).toBe(text);
});
