import { expect, test } from 'vitest';
import type { CheckResult } from '../../../../src/checks/result.js';
import { inTheWay } from '../../../../src/cli/deploy/ready.js';

function found(id: string, change: Partial<CheckResult> = {}): CheckResult {
  return { id, group: 'host', severity: 'error', status: 'fail', title: 'It holds', seen: 'x', ...change };
}

const OWN = { service: 'gateway' as const, migrates: true };

test('what failed, or could not be seen, is in the way of a deploy', () => {
  const results = [found('redis.ping', { fix: '3.2' }), found('host.clock', { status: 'unknown' })];
  expect(inTheWay({ results }, OWN)).toEqual(['redis.ping (x)', 'host.clock (x)']);
});

test('warnings, waived findings and what passed are not', () => {
  const results = [
    found('a.a', { severity: 'warning', status: 'warn' }),
    found('b.b', { status: 'waived' }),
    found('c.c', { status: 'pass' }),
  ];
  expect(inTheWay({ results }, OWN)).toEqual([]);
});

test('neither is drift, nor what the deploy brings itself', () => {
  const results = [
    found('drift', { fix: '0.2,1.2' }),
    found('gateway.version', { fix: '1.2' }),
    found('edge.slots', { fix: '1.2,4.5' }),
  ];
  expect(inTheWay({ results }, OWN)).toEqual([]);
});

test("what Qdrant needs is brought by its own deploy, and is in the way of the gateway's", () => {
  const results = [found('qdrant.version', { fix: '1.1' })];
  expect(inTheWay({ results }, { service: 'qdrant', migrates: false })).toEqual([]);
  expect(inTheWay({ results }, OWN)).toEqual(['qdrant.version (x)']);
});

test('a step back to another version of Qdrant is what a rollback is for, although no task mends it', () => {
  const results = [found('qdrant.upgrade-path'), found('qdrant.version')];
  expect(inTheWay({ results }, { service: 'qdrant', migrates: false })).toEqual([]);
  expect(inTheWay({ results }, OWN)).toHaveLength(2);
});

test('what another task has to mend as well is', () => {
  expect(inTheWay({ results: [found('gateway.ready', { fix: '1.2,3.1' })] }, OWN)).toEqual([
    'gateway.ready (x)',
  ]);
});

test("neither are migrations that are to come, for vdb's own gateway; a schema that is newer or not whole is", () => {
  const pending = [found('postgres.migrations', { fix: '3.1' })];
  expect(inTheWay({ results: pending }, OWN)).toEqual([]);
  expect(inTheWay({ results: pending }, { ...OWN, migrates: false })).toEqual(['postgres.migrations (x)']);
  expect(inTheWay({ results: [found('postgres.migrations')] }, OWN)).toEqual(['postgres.migrations (x)']);
});
