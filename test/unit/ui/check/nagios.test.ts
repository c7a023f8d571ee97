import { expect, it } from 'vitest';
import { CATALOGUE } from '../../../../src/checks/catalogue/index.js';
import { quote } from '../../../../src/host/shell.js';
import { nagiosReport, PLUGIN } from '../../../../src/ui/check/nagios.js';
import { runWith } from '../../../support/programs.js';
import { checksPage } from '../../docs/checks-page.js';
import {
  FAILED,
  HOSTILE,
  PASSED,
  REPORTS,
  report,
  SKIPPED,
  UNSEEN,
  VIEW,
  WAIVED,
  WARNING,
} from './reports.js';

it.each([
  ['OK', [PASSED, SKIPPED]],
  ['OK', [PASSED, WAIVED]],
  ['WARNING', [PASSED, WARNING]],
  ['CRITICAL', [UNSEEN, FAILED]],
  ['UNKNOWN', [PASSED, UNSEEN]],
  ['UNKNOWN', []],
])('is %s', (state, results) => {
  expect(nagiosReport(report(results), VIEW)).toMatch(new RegExp(`^${state} - `));
});

it('has one line with the worst and performance data, then the findings', () => {
  const [first, ...long] = nagiosReport(report([WARNING, PASSED, FAILED]), VIEW).split('\n');
  expect(first).toBe(
    'CRITICAL - qdrant.livez: nothing listens on port 6333; Not ready: one, because of qdrant.livez, 1 passed, 1 failed, 1 warning, 1.2 s | passed=1;;;0;3 warnings=1;;;0;3 failed=1;;;0;3 unknown=0;;;0;3 skipped=0;;;0;3 waived=0;;;0;3 time=1.200s;;;0',
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
  expect(text).toMatch(/^CRITICAL - qdrant\.livez: /);
  expect(text).not.toContain('wc -l');
});

const CODES = { OK: 0, WARNING: 1, CRITICAL: 2, UNKNOWN: 3 };

/** The exit code of the documented command where vdb says this, and ends with that code. */
async function pluginEnds(said: string, exitCode: number): Promise<number> {
  const vdb = `[ "$*" = 'check --format nagios' ] || exit 99\ncat <<'END'\n${said}\nEND\nexit ${exitCode}`;
  return Number(await runWith({ vdb }, `( sh -c ${quote(PLUGIN)} ) >/dev/null; echo $?`));
}

it.each(REPORTS)('is a plugin by the documented command, with a run that is %s', async (_, ended) => {
  const text = nagiosReport(ended, VIEW);
  const state = text.split(' ')[0] as keyof typeof CODES;
  expect(CODES).toHaveProperty(state);
  expect(await pluginEnds(text, ended.exitCode)).toBe(CODES[state]);
});

it('is unknown as a plugin where vdb says nothing, and the command is documented', async () => {
  expect(await runWith({ vdb: 'exit 2' }, `( ${PLUGIN} ) >/dev/null; echo $?`)).toBe('3\n');
  expect(checksPage(CATALOGUE)).toContain(`\n${PLUGIN}\n`);
});
