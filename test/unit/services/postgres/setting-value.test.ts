import { describe, expect, it } from 'vitest';
import { sameSetting, showSetting } from '../../../../src/services/postgres/setting-value.js';

function setting(value: string, unit: string | null, vartype: string) {
  return { setting: value, unit, vartype, context: 'user' };
}

describe('sameSetting', () => {
  it.each([
    ['512MB', setting('65536', '8kB', 'integer'), true],
    ['0.5GB', setting('65536', '8kB', 'integer'), true],
    ['511MB', setting('65536', '8kB', 'integer'), false],
    ['65536', setting('65536', '8kB', 'integer'), true],
    ['15728kB', setting('15728', 'kB', 'integer'), true],
    ['2GB', setting('2048', 'MB', 'integer'), true],
    ['15min', setting('900000', 'ms', 'integer'), true],
    ['1s', setting('1000', 'ms', 'integer'), true],
    ['90s', setting('90', 's', 'integer'), true],
    ['200', setting('200', null, 'integer'), true],
    ['-1', setting('-1', 'ms', 'integer'), true],
    ['1.1', setting('1.1', null, 'real'), true],
    ['1.10', setting('1.1', null, 'real'), true],
    ['4', setting('1.1', null, 'real'), false],
    ['true', setting('on', null, 'bool'), true],
    ['off', setting('on', null, 'bool'), false],
    ['SCRAM-SHA-256', setting('scram-sha-256', null, 'enum'), true],
    ['127.0.0.1', setting('localhost', null, 'string'), false],
    ['a lot', setting('65536', '8kB', 'integer'), false],
  ])('compares %j with the running value (row %#)', (wanted, running, expected) => {
    expect(sameSetting(wanted, running)).toBe(expected);
  });
});

describe('showSetting', () => {
  it.each([
    [setting('16384', '8kB', 'integer'), '128MB'],
    [setting('900000', 'ms', 'integer'), '15min'],
    [setting('0', 'kB', 'integer'), '0'],
    [setting('-1', 'ms', 'integer'), '-1'],
    [setting('on', null, 'bool'), 'on'],
  ])('shows a value in the largest unit that fits (row %#)', (running, shown) => {
    expect(showSetting(running)).toBe(shown);
  });
});
