import { expect, it } from 'vitest';
import { parse } from 'yaml';
import { tapReport } from '../../../../src/ui/check/tap.js';
import {
  FAILED,
  HOSTILE,
  PASSED,
  report,
  SKIPPED,
  UNSEEN_WARNING,
  VIEW,
  WAIVED,
  WARNING,
} from './reports.js';

it('has a point for each check, with its diagnostics', () => {
  const lines = tapReport(report([PASSED, FAILED]), VIEW).split('\n');
  expect(lines.slice(0, 3)).toEqual([
    'TAP version 13',
    '1..2',
    'ok 1 - redis.ping: Redis answers to its password',
  ]);
  expect(lines).toContain('not ok 2 - qdrant.livez: Qdrant is alive');
  expect(lines.at(-1)).toMatch(/^# Not ready: one/);
});

it('says what is not in the way as a directive', () => {
  const text = tapReport(report([PASSED, SKIPPED, WARNING, WAIVED, UNSEEN_WARNING]), VIEW);
  expect(text).toContain('ok 2 - storage.smart: No disk is failing # SKIP a virtual disk');
  expect(text).toContain('not ok 3 - host.reboot: No reboot is due # TODO warn, not in the way');
  expect(text).toContain('# TODO waived until 2030-01-31, anna: more is ordered');
  expect(text).toContain('# TODO unknown, not in the way');
});

it('has diagnostics that are YAML, whatever a service says', () => {
  const text = tapReport(report([{ ...FAILED, seen: HOSTILE, details: [HOSTILE] }]), VIEW);
  const block = /^ {2}---\n([\s\S]*?)^ {2}\.\.\.$/m.exec(text)?.[1] ?? '';
  expect(parse(block)).toMatchObject({
    ...{ status: 'fail', severity: 'critical', group: 'qdrant' },
    message: expect.stringContaining('\nexpected: /livez answers 200\n'),
  });
  expect(text.split('\n').filter((line) => /^(not )?ok/.test(line))).toHaveLength(1);
});

it('takes no directive from a title', () => {
  expect(tapReport(report([{ ...FAILED, title: 'a # TODO b' }]), VIEW)).toContain('a \\# TODO b\n');
});
