import { describe, expect, it } from 'vitest';
import type { CheckResult } from '../../../../src/checks/result.js';
import { checkData } from '../../../../src/ui/check/data.js';
import type { CheckView } from '../../../../src/ui/check/formats.js';
import { checkTable } from '../../../../src/ui/check/table.js';
import { FAILED, HOSTILE, PASSED, REPORTS, report, SKIPPED, VIEW, WAIVED, WARNING } from './reports.js';

const DRIFT: CheckResult = {
  ...FAILED,
  id: 'drift',
  group: 'drift',
  severity: 'error',
  details: Array.from({ length: 12 }, (_, index) => `step ${index}`),
};

function shown(results: readonly CheckResult[], changes: Partial<CheckView> = {}): string {
  return checkTable(report([...results]), { ...VIEW, ...changes });
}

/** More results than are listed one by one. */
const MANY: CheckResult[] = Array.from({ length: 12 }, (_, index) => ({
  ...PASSED,
  id: `host.number-${index}`,
  group: 'host',
}));

describe('checkTable', () => {
  it('lists each of a few results by group, and the verdict', () => {
    expect(shown([PASSED])).toBe(
      ['redis        1 ok', '  ok      redis.ping           PONG', '', 'Ready: one, 1 passed, 1.2 s'].join(
        '\n',
      ),
    );
  });

  it('is one line for each group of many where nothing was found, with what was skipped counted', () => {
    expect(shown([...MANY, SKIPPED, PASSED])).toBe(
      [
        'host         12 ok',
        'storage      1 skipped',
        'redis        1 ok',
        '',
        'Ready: one, 13 passed, 1 skipped, 1.2 s',
      ].join('\n'),
    );
  });

  it('expands only what was found among many, below the line of its group', () => {
    expect(
      shown([...MANY, WARNING, FAILED])
        .split('\n')
        .slice(0, 8),
    ).toEqual([
      'host         12 ok, 1 warning',
      '  warn    host.reboot          No reboot is due (warning)',
      '          seen      a reboot is required',
      '          expected  no reboot is required',
      '          remedy    Reboot when nobody needs it.',
      'qdrant       1 failed',
      '  FAIL    qdrant.livez         Qdrant is alive (critical)',
      '          seen      nothing listens on port 6333',
    ]);
  });

  it('lists every check with --verbose', () => {
    const text = shown([...MANY, SKIPPED], { verbose: true });
    expect(text.match(/^ {2}ok {6}host\.number/gm)).toHaveLength(12);
    expect(text).toContain('  skip    storage.smart        a virtual disk');
  });

  it('expands what did not pass with what was seen and what to do', () => {
    const text = shown([FAILED, PASSED]);
    expect(text).toContain('FAIL    qdrant.livez         Qdrant is alive (critical)');
    expect(text).toContain('seen      nothing listens on port 6333');
    expect(text).toContain('expected  /livez answers 200');
    expect(text).toContain('remedy    Read the log of the unit, then start it again.');
    expect(text).toContain('look      journalctl -u qdrant@blue.service');
    expect(text).toContain('run       vdb --lab one check qdrant.livez --fix');
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

  it('shows who has waived a finding, why and until when, but no remedy, and is ready', () => {
    const text = shown([...MANY, WAIVED]);
    expect(text).toContain('storage      1 waived');
    expect(text).toContain('waived  storage.free');
    expect(text).toContain('waiver    until 2030-01-31, anna: more is ordered');
    expect(text).not.toContain('remedy');
    expect(text).not.toContain('--fix');
    expect(text).toContain('Ready: one, 12 passed, 1 waived, 1.2 s');
    expect(checkTable(report([WAIVED]), VIEW)).toContain('Ready: one, 0 passed, 1 waived, 1.2 s');
  });

  it('says that a waiver has expired', () => {
    const waiver = { owner: 'anna', reason: 'more is ordered', expires: '2020-01-31', expired: true };
    expect(shown([{ ...FAILED, waiver }])).toContain('waiver    expired after 2020-01-31, anna');
    expect(checkData({ ...FAILED, waiver }, [])).toMatchObject({ status: 'fail', waiver });
  });

  const WORDS = 'word '.repeat(30).trim();
  const LONG: CheckResult = {
    ...{ ...DRIFT, title: WORDS, seen: WORDS, remedy: WORDS, details: [WORDS] },
    ...{ id: 'qdrant.a-rather-long-name-of-a-check', expected: 'x'.repeat(200) },
    inspect: `journalctl ${'--option value '.repeat(10)}'${'quoted words '.repeat(3)}' | head`,
  };

  it('stays within the columns of a terminal', () => {
    const lines = shown([LONG, ...MANY, { ...PASSED, seen: 'x'.repeat(200) }], { verbose: true }).split('\n');
    expect(lines.filter((line) => line.length > 80)).toEqual([]);
  });

  it.each(REPORTS)('stays within the columns of a terminal: %s', (_, run) => {
    const many = { ...run, results: [...run.results, ...MANY, { ...LONG, id: 'b.second' }, LONG] };
    const lines = checkTable(many, VIEW).split('\n');
    expect(lines.filter((line) => line.length > 80)).toEqual([]);
  });

  it('breaks a command so that it can be copied', () => {
    const text = shown([LONG]);
    const from = text.indexOf('journalctl');
    const command = text.slice(from, text.indexOf('\n          run ')).replaceAll(/ \\\n +/g, ' ');
    expect(command).toBe(LONG.inspect);
  });

  it('cuts nothing in a pipe', () => {
    const text = shown([LONG, { ...PASSED, seen: 'x'.repeat(200) }], { columns: Number.POSITIVE_INFINITY });
    for (const whole of [WORDS, 'x'.repeat(200), LONG.inspect]) expect(text).toContain(whole);
  });

  it('lets nothing that a service says steer the terminal', () => {
    const text = shown([
      { ...FAILED, seen: HOSTILE, details: [HOSTILE] },
      { ...PASSED, seen: HOSTILE },
    ]);
    expect(text).not.toContain('\u001b');
    expect(text).not.toContain('\r');
    expect(text.split('\n').filter((line) => line.startsWith('::'))).toEqual([]);
  });

  it('has colour only where it is wanted', () => {
    expect(shown([...MANY, FAILED], { color: true })).toContain('\u001b[31m');
    expect(shown([...MANY, FAILED])).not.toContain('\u001b');
  });

  it('says that nothing ran', () => {
    expect(shown([])).toBe('Not ready: one, no check ran, 0 passed, 1.2 s');
  });
});

describe('checkData', () => {
  it('offers no repair of what is accepted: it would be left alone', () => {
    expect(checkData(WAIVED, [])).not.toHaveProperty('command');
  });

  it('has everything that a machine needs to act', () => {
    expect(checkData(FAILED, ['--lab', 'one'])).toEqual({
      ...FAILED,
      command: 'vdb --lab one check qdrant.livez --fix',
      docs: 'docs/checks.md#qdrant-livez',
    });
  });

  it('leaves out what a passed check does not have', () => {
    expect(checkData({ ...PASSED, details: [] }, [])).toEqual(PASSED);
  });
});
