import { expect, it } from 'vitest';
import { nagiosReport } from '../../../../src/ui/check/nagios.js';
import { FAILED, HOSTILE, PASSED, report, SKIPPED, UNSEEN, VIEW, WAIVED, WARNING } from './reports.js';

it.each([
  ['OK', [PASSED, SKIPPED]],
  ['OK', [PASSED, WAIVED]],
  ['WARNING', [PASSED, WARNING]],
  ['CRITICAL', [UNSEEN, FAILED]],
  ['UNKNOWN', [PASSED, UNSEEN]],
  ['UNKNOWN', []],
])('is %s', (state, results) => {
  expect(nagiosReport(report(results), VIEW)).toMatch(new RegExp(`^VDB ${state} - `));
});

it('has one line with the worst and performance data, then the findings', () => {
  const [first, ...long] = nagiosReport(report([WARNING, PASSED, FAILED]), VIEW).split('\n');
  expect(first).toBe(
    'VDB CRITICAL - qdrant.livez: nothing listens on port 6333; Not ready: one, because of qdrant.livez, 1 passed, 1 failed, 1 warning, 1.2 s | passed=1;;;0;3 warnings=1;;;0;3 failed=1;;;0;3 unknown=0;;;0;3 skipped=0;;;0;3 waived=0;;;0;3 time=1.200s;;;0',
  );
  expect(long[0]).toBe('qdrant.livez (critical): Qdrant is alive');
  expect(long).toContain('  run: vdb --lab one check qdrant.livez --fix');
  expect(long).toContain('host.reboot (warning): No reboot is due');
});

it('leaves the bar to performance data, whatever a service says', () => {
  const text = nagiosReport(report([{ ...FAILED, seen: HOSTILE, inspect: 'a | b' }]), VIEW);
  expect(text.match(/\|/g)).toHaveLength(1);
  expect(text.split('\n')[0]).toMatch(/ \| passed=0/);
});

it('names what failed before what was not seen, and gives no command that a bar would make another', () => {
  const text = nagiosReport(report([UNSEEN, { ...FAILED, inspect: 'ls | wc -l' }]), VIEW);
  expect(text).toMatch(/^VDB CRITICAL - qdrant\.livez: /);
  expect(text).not.toContain('wc -l');
});
