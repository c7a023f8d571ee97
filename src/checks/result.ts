import type { Observation } from '../host/probe.js';
import type { Check, CheckContext, CheckStatus, Group, Severity, Verdict } from './check.js';
import { skip } from './verdict.js';

/** What one check found. */
export interface CheckResult extends Verdict {
  id: string;
  group: Group;
  severity: Severity;
  title: string;
  /** Present unless it passed or was skipped: what to do. */
  remedy?: string;
  /** A command on the host that shows more. */
  inspect?: string;
  /** The task that repairs it. */
  fix?: string;
}

/** The result of a check. A warning never fails: what it finds is a warning. Pure. */
export function resultOf(
  check: Check,
  observations: readonly Observation<unknown>[],
  context: CheckContext,
): CheckResult {
  const severity = typeof check.severity === 'function' ? check.severity(context) : check.severity;
  const why = check.skip?.(context);
  const verdict = why === undefined ? check.judge(observations, context) : skip(why);
  const status = severity === 'warning' && verdict.status === 'fail' ? 'warn' : verdict.status;
  const { id, group, title } = check;
  const base = { ...verdict, status, id, group, severity, title };
  if (status === 'pass' || status === 'skip') return base;
  return {
    ...base,
    remedy: check.remedy,
    ...(check.inspect === undefined ? {} : { inspect: check.inspect(context) }),
    ...(check.fix === undefined ? {} : { fix: check.fix }),
  };
}

/** Whether a result stands in the way: a critical or error check that failed or could not be judged. */
export function blocks({ severity, status }: Pick<CheckResult, 'severity' | 'status'>): boolean {
  return severity !== 'warning' && (status === 'fail' || status === 'unknown');
}

/** How many results there are of each status. */
export function countsOf(results: readonly CheckResult[]): Record<CheckStatus, number> {
  const counts = { pass: 0, warn: 0, fail: 0, unknown: 0, skip: 0 };
  for (const { status } of results) counts[status]++;
  return counts;
}

/** Ready when nothing stands in the way and something was looked at: silence is not readiness. */
export function isReady(results: readonly CheckResult[]): boolean {
  return results.some(({ status }) => status === 'pass') && !results.some(blocks);
}
