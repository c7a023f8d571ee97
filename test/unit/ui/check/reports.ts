import {
  type CheckReport,
  failedReport,
  interrupted,
  reportOf,
  timedOut,
} from '../../../../src/checks/report.js';
import type { CheckResult } from '../../../../src/checks/result.js';
import type { CheckView } from '../../../../src/ui/check/formats.js';

export const PASSED: CheckResult = {
  id: 'redis.ping',
  group: 'redis',
  severity: 'critical',
  status: 'pass',
  title: 'Redis answers to its password',
  seen: 'PONG',
};

export const FAILED: CheckResult = {
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

export const UNSEEN: CheckResult = {
  id: 'qdrant.auth',
  group: 'qdrant',
  severity: 'critical',
  status: 'unknown',
  title: 'A call without a key is refused',
  seen: 'Qdrant does not answer',
  remedy: 'Repair what kept it from being seen, then check again.',
};

export const WARNING: CheckResult = {
  id: 'host.reboot',
  group: 'host',
  severity: 'warning',
  status: 'warn',
  title: 'No reboot is due',
  seen: 'a reboot is required',
  expected: 'no reboot is required',
  remedy: 'Reboot when nobody needs it.',
};

/** Not seen, but only worth knowing. */
export const UNSEEN_WARNING: CheckResult = { ...UNSEEN, id: 'host.psi', group: 'host', severity: 'warning' };

export const SKIPPED: CheckResult = {
  id: 'storage.smart',
  group: 'storage',
  severity: 'error',
  status: 'skip',
  title: 'No disk is failing',
  seen: 'a virtual disk',
};

const WAIVER = { owner: 'anna', reason: 'more is ordered', expires: '2030-01-31', expired: false };

export const WAIVED: CheckResult = {
  ...FAILED,
  id: 'storage.free',
  group: 'storage',
  status: 'waived',
  waiver: WAIVER,
};

export const EXPIRED: CheckResult = {
  ...FAILED,
  id: 'storage.free',
  group: 'storage',
  severity: 'error',
  waiver: { ...WAIVER, expires: '2020-01-31', expired: true },
};

/** What a hostile or broken service may say, with all that steers terminals and ends strings, cells and CDATA. */
export const HOSTILE =
  'a <b> & "c" \' ]]> | `d` % # \\ : , \u001b[31mred\u0007 \u0000 \r\n::error::x\nnot ok 9';

export function report(results: CheckResult[], changes: Partial<CheckReport> = {}): CheckReport {
  const run = reportOf({
    ...{ host: 'one', target: 'root@one:22', results, durationMs: 1200, commands: 3, vdb: '0.1.0' },
    at: new Date('2026-11-24T12:00:00Z'),
  });
  return { ...run, ...changes };
}

export const VIEW: CheckView = { color: false, columns: 80, verbose: false, flags: ['--lab', 'one'] };

/** A host that could not be looked at. */
export const UNREACHABLE = failedReport({
  ...{ host: 'one', target: 'root@one:22', durationMs: 0, vdb: '0.1.0' },
  failure: 'root@one:22 could not be reached: connection refused',
  exitCode: 4,
  at: new Date('2026-11-24T12:00:00Z'),
});

/** Every way in which a run can end. */
export const REPORTS: readonly (readonly [name: string, report: CheckReport])[] = [
  ['ready', report([PASSED, SKIPPED])],
  ['blocked by a failure', report([PASSED, FAILED])],
  ['blocked by what was not seen', report([PASSED, UNSEEN])],
  ['blocked by both', report([UNSEEN, FAILED, PASSED])],
  ['with warnings only', report([PASSED, WARNING, UNSEEN_WARNING])],
  ['with a warning of a check that is more', report([PASSED, { ...WARNING, severity: 'error' }])],
  ['waived', report([PASSED, WAIVED])],
  ['with nothing but a waived finding', report([WAIVED])],
  ['with an expired waiver', report([PASSED, EXPIRED])],
  ['timed out', timedOut(report([PASSED, FAILED]))],
  ['timed out with nothing seen', timedOut(report([]))],
  ['interrupted', interrupted(report([PASSED, FAILED]))],
  ['empty', report([])],
  ['all skipped', report([SKIPPED])],
  ['without an answer from the host', UNREACHABLE],
  ['nothing but warnings', report([WARNING])],
  [
    'hostile and ready',
    report([
      { ...PASSED, seen: HOSTILE },
      { ...WARNING, seen: HOSTILE },
    ]),
  ],
  ['hostile and not ready', report([{ ...FAILED, seen: HOSTILE, expected: HOSTILE, details: [HOSTILE] }])],
];
