import { expect, it } from 'vitest';
import { dayOf, printable } from '../../src/text.js';

it.each([
  ['keeps what can be read', 'Größe 5 % – 日本', 'Größe 5 % – 日本'],
  ['makes one line', ' a\r\nb\t\tc\u2028d \n', 'a b c d'],
  ['replaces what steers a terminal', 'a\u001b[31mb\u0007\u0000\u009bc', 'a�[31mb���c'],
  ['replaces what turns text around', 'a\u202eb', 'a�b'],
  ['replaces half a character', 'a\ud800b', 'a�b'],
])('printable %s', (_, text, expected) => {
  expect(printable(text)).toBe(expected);
});

it('names the day of an instant in UTC', () => {
  expect(dayOf(new Date('2026-12-31T23:59:59-01:00'))).toBe('2027-01-01');
});
