import { describe, expect, it } from 'vitest';
import { reportOf } from '../../../../src/checks/report.js';
import type { CheckResult } from '../../../../src/checks/result.js';
import { checkData } from '../../../../src/ui/check/data.js';
import type { CheckView } from '../../../../src/ui/check/formats.js';
import { checkTable } from '../../../../src/ui/check/table.js';

const PASSED: CheckResult = {
  id: 'redis.ping',
  group: 'redis',
  severity: 'critical',
  status: 'pass',
  title: 'Redis answers to its password',
  seen: 'PONG',
};

const FAILED: CheckResult = {
  ...PASSED,
  id: 'qdrant.livez',
  group: 'qdrant',
  status: 'fail',
  title: 'Qdrant is alive',
  seen: 'nothing listens on port 6333',
  expected: '/livez answers 200',
  remedy: 'Read the log of the unit, then start it again.',
  inspect: 'journalctl -u qdrant@blue.service',
  fix: '1.1',
};

const DRIFT: CheckResult = {
  ...FAILED,
  id: 'drift',
  group: 'drift',
  severity: 'error',
  details: Array.from({ length: 12 }, (_, index) => `step ${index}`),
};

function shown(results: CheckResult[], changes: Partial<CheckView> = {}): string {
  const view = {
    color: false,
    columns: 80,
    verbose: false,
    flags: ['--lab', 'one'],
  };
  const report = reportOf({
    ...{ host: 'one', target: 'root@one:22', results, durationMs: 1200, commands: 3, vdb: '0.1.0' },
    at: new Date('2026-11-24T12:00:00Z'),
  });
  return checkTable(report, { ...view, ...changes });
}

describe('checkTable', () => {
  it('shows what passed in one line, by group, and the verdict', () => {
    expect(shown([PASSED])).toBe(
      ['redis', '  ok      redis.ping           PONG', '', 'Ready: one, 1 passed, 1.2 s'].join('\n'),
    );
  });

  it('expands what did not pass with what was seen and what to do', () => {
    const text = shown([FAILED, PASSED]);
    expect(text).toContain('FAIL    qdrant.livez         Qdrant is alive (critical)');
    expect(text).toContain('seen      nothing listens on port 6333');
    expect(text).toContain('expected  /livez answers 200');
    expect(text).toContain('remedy    Read the log of the unit, then start it again.');
    expect(text).toContain('look      journalctl -u qdrant@blue.service');
    expect(text).toContain('run       vdb --lab one provision --only 1.1');
    expect(text.split('\n').at(-1)).toBe(
      'Not ready: one, because of qdrant.livez, 1 passed, 1 failed, 1.2 s',
    );
  });

  it('calls it drift when that alone stands in the way, and points to the plan', () => {
    const text = shown([PASSED, DRIFT]);
    expect(text).toContain('run       vdb --lab one provision --plan');
    expect(text.split('\n').at(-1)).toBe('Drift: one, 1 passed, 1 failed, 1.2 s');
    expect(shown([FAILED, DRIFT])).toContain('Not ready: one, because of qdrant.livez, drift');
  });

  it('cuts a long list and says so, but not with --verbose', () => {
    expect(shown([DRIFT])).toContain('and 4 more (all with --verbose)');
    expect(shown([DRIFT])).not.toContain('step 8');
    expect(shown([DRIFT], { verbose: true })).toContain('step 11');
  });

  it('says why something is unknown, and offers no repair', () => {
    const text = shown([{ ...FAILED, status: 'unknown', seen: 'no answer' }]);
    expect(text).toContain('why       no answer');
    expect(text).not.toContain('run ');
    expect(text).toContain('1 unknown');
  });

  it('is ready with a warning, and counts it', () => {
    const warning: CheckResult = { ...FAILED, status: 'warn', severity: 'warning' };
    expect(shown([PASSED, warning])).toContain('Ready: one, 1 passed, 1 warning, 1.2 s');
  });

  it('shows who has waived a finding, why and until when, and is ready', () => {
    const waiver = { owner: 'anna', reason: 'more is ordered', expires: '2030-01-31', expired: false };
    const text = shown([PASSED, { ...FAILED, status: 'waived', waiver }]);
    expect(text).toContain('waived  qdrant.livez');
    expect(text).toContain('waiver    until 2030-01-31, anna: more is ordered');
    expect(text).toContain('Ready: one, 1 passed, 1 waived, 1.2 s');
  });

  it('says that a waiver has expired', () => {
    const waiver = { owner: 'anna', reason: 'more is ordered', expires: '2020-01-31', expired: true };
    expect(shown([{ ...FAILED, waiver }])).toContain('waiver    expired after 2020-01-31, anna');
    expect(checkData({ ...FAILED, waiver }, [])).toMatchObject({ status: 'fail', waiver });
  });

  it('stays within the columns, but for commands that are copied', () => {
    const long: CheckResult = {
      ...DRIFT,
      title: 'word '.repeat(30).trim(),
      seen: 'word '.repeat(30).trim(),
      remedy: 'word '.repeat(30).trim(),
      details: ['word '.repeat(30).trim()],
    };
    const lines = shown([long, { ...PASSED, seen: 'x'.repeat(200) }]).split('\n');
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(80);
  });
});

describe('checkData', () => {
  it('has everything that a machine needs to act', () => {
    expect(checkData(FAILED, ['--lab', 'one'])).toEqual({
      ...FAILED,
      command: 'vdb --lab one provision --only 1.1',
    });
  });

  it('leaves out what a passed check does not have', () => {
    expect(checkData({ ...PASSED, details: [] }, [])).toEqual(PASSED);
  });
});
