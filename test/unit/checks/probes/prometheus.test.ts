import { expect, it } from 'vitest';
import { prometheus } from '../../../../src/checks/probes/prometheus.js';

const FILE = '/etc/prometheus/prometheus.yml';
const said = (text: string): string => Buffer.from(text).toString('base64');

it.each([
  ['@absent', { status: 'known', value: null }],
  ['@no-promtool', { status: 'unknown', why: 'promtool is not installed' }],
  [`@config 0 ${said('Checking p.yml\n  SUCCESS')}`, { status: 'known', value: { problem: '' } }],
  [
    `@config 1 ${said('Checking p.yml\n  FAILED: parsing YAML file p.yml: yaml: errors:\n  line 9: field x not found\n')}`,
    {
      status: 'known',
      value: { problem: 'parsing YAML file p.yml: yaml: errors: line 9: field x not found' },
    },
  ],
  [
    `@config 3 ${said(`  FAILED:\n${FILE}: rule 1, could not parse`)}`,
    { status: 'known', value: { problem: `${FILE}: rule 1, could not parse` } },
  ],
  ['@config 1 ', { status: 'known', value: { problem: 'promtool refuses it' } }],
  ['bash: promtool: cannot execute', { status: 'unknown', why: `promtool says nothing of ${FILE}` }],
  ['', { status: 'unknown', why: `promtool says nothing of ${FILE}` }],
])('%j', (stdout, observation) => {
  expect(prometheus.parse(`${stdout}\n`, [FILE])).toEqual([observation]);
});
