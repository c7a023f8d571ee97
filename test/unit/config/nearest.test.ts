import { expect, test } from 'vitest';
import { nearest } from '../../../src/config/nearest.js';

const KEYS = ['log_level', 'api_key', 'read_only_api_key', 'bind', 'cpu', 'version'];

test.each([
  ['log_levle', 'log_level'],
  ['loglevel', 'log_level'],
  ['log-level', 'log_level'],
  ['apikey', 'api_key'],
  ['API_KEY', 'api_key'],
  ['vresion', 'version'],
  ['cpus', 'cpu'],
  ['bnid', 'bind'],
])('%s is probably %s', (word, meant) => {
  expect(nearest(word, KEYS)).toBe(meant);
});

test.each(['', 'x', 'replication_factor', 'storage'])('%j resembles nothing known', (word) => {
  expect(nearest(word, KEYS)).toBeUndefined();
});

test('the nearest of several wins', () => {
  expect(nearest('replica', ['replicate', 'replicas'])).toBe('replicas');
});
