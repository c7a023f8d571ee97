import { expect, it } from 'vitest';
import { readLatency } from '../../../src/report/latency.js';
import { codeOf, pageText } from '../../support/docs.js';
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

it('reads the example of the documentation', async () => {
  const path = 'docs/reports.md';
  const { blocks } = codeOf(await pageText(path));
  const example = blocks.find(({ kind }) => kind === 'json')?.text ?? '';
  expect(readLatency(example, path).steps).toHaveLength(1);
});
