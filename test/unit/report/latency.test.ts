import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { readLatency } from '../../../src/report/latency.js';
import { serverState } from '../../support/server-state.js';

const LATENCY = serverState().latency;

it('reads what it needs, and not what else there is', () => {
  const text = JSON.stringify({ ...LATENCY, plots: [1, 2, 3] });
  expect(readLatency(text, 'bench.json')).toEqual(LATENCY);
});

it.each([
  ['no JSON', 'p99 is fine', 'Unexpected token'],
  ['another schema', JSON.stringify({ ...LATENCY, schema: 'vdb.latency/2' }), 'schema'],
  ['no step', JSON.stringify({ ...LATENCY, steps: [] }), 'steps'],
  ['a latency that is none', JSON.stringify({ ...LATENCY, recall: 7 }), 'recall'],
])('refuses %s, and says what is wrong', (_, text, why) => {
  expect(() => readLatency(text, 'bench.json')).toThrow(`The latencies in bench.json cannot be read: ${why}`);
});

it('reads the example of the documentation', () => {
  const page = readFileSync('docs/reports.md', 'utf8');
  const [example = ''] = /^ {4}\{\n[\s\S]*?^ {4}\}$/m.exec(page) ?? [];
  expect(readLatency(example, 'docs/reports.md').steps).toHaveLength(1);
});
