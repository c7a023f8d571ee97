import type { Observation } from '../host/probe.js';
import {
  type Check,
  type CheckContext,
  type CheckStatus,
  type Group,
  limitOf,
  type Severity,
  severityOf,
  type Verdict,
} from './check.js';
import { inspectOf } from './inspect.js';
import { skip } from './verdict.js';

/** What one check found. */
export interface CheckResult extends Verdict {
  id: string;
  group: Group;
  severity: Severity;
  title: string;
  /** Who accepts the finding, why, and until which day; an expired waiver accepts nothing. */
  waiver?: { owner: string; reason: string; expires: string; expired: boolean };
  /** Present unless it passed or was skipped: what to do. */
  remedy?: string;
  /** A command on the host that shows more. */
  inspect?: string;
  /** The task that repairs it. */
  fix?: string;
}

/** The remedy of a check is for what it found; what could not be seen has another. */
const UNSEEN_REMEDY = 'Repair what kept it from being seen, then check again.';

/** The result of a check. A warning never fails: what it finds is a warning. Pure. */
export function resultOf(
  check: Check,
  observations: readonly Observation<unknown>[],
  context: CheckContext,
): CheckResult {
  const severity = severityOf(check, context);
  const why = check.skip?.(context);
  const { fix, ...verdict } =
    why === undefined
      ? { fix: check.fix, ...check.judge(observations, context, limitOf(check, context)) }
      : { ...skip(why), fix: undefined };
  const status = severity === 'warning' && verdict.status === 'fail' ? 'warn' : verdict.status;
  const { id, group, title } = check;
  const base = { ...verdict, status, id, group, severity, title };
  if (status === 'pass' || status === 'skip') return base;
  const command = inspectOf(check, context);
  const inspect = command === undefined ? {} : { inspect: command };
  if (status === 'unknown') return { ...base, remedy: UNSEEN_REMEDY, ...inspect };
  return {
    ...base,
    remedy: verdict.remedy ?? check.remedy,
    ...inspect,
    ...(fix === undefined ? {} : { fix }),
  };
}

/** Whether a result stands in the way: a critical or error check that failed or could not be judged. */
export function blocks({ severity, status }: Pick<CheckResult, 'severity' | 'status'>): boolean {
  return severity !== 'warning' && (status === 'fail' || status === 'unknown');
}

/** The ids of the results that stand in the way; failures first, since what is unknown often follows from them. */
export function blockingIds(results: readonly CheckResult[]): string[] {
  const blocking = results.filter(blocks);
  const failed = blocking.filter(({ status }) => status === 'fail');
  return [...failed, ...blocking.filter((result) => !failed.includes(result))].map(({ id }) => id);
}

/** How many results there are of each status. */
export function countsOf(results: readonly CheckResult[]): Record<CheckStatus, number> {
  const counts = { pass: 0, warn: 0, fail: 0, unknown: 0, skip: 0, waived: 0 };
  for (const { status } of results) counts[status]++;
  return counts;
}

/** Ready when nothing stands in the way and something passed or is waived: silence is not readiness. */
export function isReady(results: readonly CheckResult[]): boolean {
  const isSeen = ({ status }: CheckResult): boolean => status === 'pass' || status === 'waived';
  return results.some(isSeen) && !results.some(blocks);
}
