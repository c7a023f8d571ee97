import type { CheckReport } from '../../checks/report.js';
import { blocks, type CheckResult, countsOf } from '../../checks/result.js';
import { EXIT } from '../../errors.js';
import { gauge } from '../../exposition.js';
import { isNoted } from './finding.js';

/**
 * Metrics for node exporter's textfile collector. A check is one series whose labels do not change with what it
 * finds, so that `vdb_check_status >= 2` can be alerted on with a duration; the codes are those of monitoring
 * plugins. Why it is so is not for metrics: `vdb check` says it.
 */
export function prometheusReport(report: CheckReport): string {
  const { host, results, at, durationMs, exitCode, vdb } = report;
  const own = { host };
  return [
    ...gauge('vdb_ready', 'Whether nothing stood in the way of readiness: 1 or 0.', [
      [own, exitCode === EXIT.ok ? 1 : 0],
    ]),
    ...gauge(
      'vdb_check_status',
      'What a check found: 0 passed, waived or skipped, 1 a warning, 2 failed and in the way, 3 not seen and in the way.',
      results.map((result) => [labelsOf(host, result), codeOf(result)]),
    ),
    ...gauge(
      'vdb_checks',
      'How many checks ended in each status.',
      Object.entries(countsOf(results)).map(([status, value]) => [{ host, status }, value]),
    ),
    ...gauge('vdb_check_timestamp_seconds', 'When the checks ended, as Unix time.', [
      [own, Math.round(at.getTime() / 1000)],
    ]),
    ...gauge('vdb_check_duration_seconds', 'How long the checks took.', [[own, durationMs / 1000]]),
    ...gauge('vdb_check_info', 'The vdb that ran the checks.', [[{ host, version: vdb }, 1]]),
  ].join('\n');
}

type Labels = Record<string, string>;

function labelsOf(host: string, { id, group, severity }: CheckResult): Labels {
  return { host, id, group, severity };
}

function codeOf(result: CheckResult): number {
  if (blocks(result)) return result.status === 'fail' ? 2 : 3;
  return isNoted(result) ? 1 : 0;
}
