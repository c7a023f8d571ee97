import { expect, test } from 'vitest';
import { locateConfig } from '../../../src/config/locate.js';

const BOTH = { VDB_CONFIG: 'other.yaml', VDB_LAB: 'b' };

test.each([
  [{}, {}, '/w/vdb.yaml'],
  [{}, { VDB_LAB: 'b' }, '/w/.vdb/lab/b/vdb.yaml'],
  [{}, BOTH, '/w/other.yaml'],
  [{ lab: 'a' }, BOTH, '/w/.vdb/lab/a/vdb.yaml'],
  [{ config: 'x/y.yaml' }, BOTH, '/w/x/y.yaml'],
  [{ config: 'other.yaml', lab: 'a' }, BOTH, '/w/.vdb/lab/a/vdb.yaml'],
  [{ config: 'x.yaml', lab: 'b' }, BOTH, '/w/x.yaml'],
  [{ config: 'other.yaml', lab: 'b' }, BOTH, '/w/other.yaml'],
  [{ config: '/etc/vdb.yaml' }, BOTH, '/etc/vdb.yaml'],
  [{}, { VDB_CONFIG: '' }, '/w/vdb.yaml'],
])('flags %j and environment %j mean %s', (flags, env, file) => {
  expect(locateConfig({ cwd: '/w', env, ...flags })).toBe(file);
});

test('--config and --lab together are refused', () => {
  expect(() => locateConfig({ cwd: '/w', env: {}, config: 'a', lab: 'b' })).toThrow('two configurations');
});

test.each(['../x', '', 'a/b', '.'])('%j cannot be the name of a lab host', (lab) => {
  expect(() => locateConfig({ cwd: '/w', env: {}, lab })).toThrow('cannot be the name');
});
