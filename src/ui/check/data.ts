import { type CheckReport, PLANNED_FIRST } from '../../checks/report.js';
import { blockingIds, type CheckResult, countsOf } from '../../checks/result.js';

/** The command of vdb that repairs what was found, and looks again. An accepted finding is left alone. */
export function commandOf(
  { id, status, fix }: Pick<CheckResult, 'id' | 'status' | 'fix'>,
  flags: readonly string[],
): string | undefined {
  const vdb = ['vdb', ...flags].join(' ');
  if (status !== 'fail' && status !== 'warn') return undefined;
  if (id === PLANNED_FIRST) return `${vdb} provision --plan`;
  return fix === undefined ? undefined : `${vdb} check ${id} --fix`;
}

/** Where the documentation describes a check. */
export function documentationOf(id: string): string {
  return `docs/checks.md#${anchorOf(id)}`;
}

/** `qdrant-auth` of `qdrant.auth`. */
export function anchorOf(id: string): string {
  return id.replaceAll('.', '-');
}

/** One result for machines. */
export function checkData(result: CheckResult, flags: readonly string[]): Record<string, unknown> {
  const { id, group, severity, status, title, seen, expected, details, waiver, remedy, inspect, fix } =
    result;
  const command = remedy === undefined ? undefined : commandOf(result, flags);
  return {
    id,
    group,
    severity,
    status,
    title,
    seen,
    ...(expected === undefined ? {} : { expected }),
    ...(details === undefined || details.length === 0 ? {} : { details }),
    ...(waiver === undefined ? {} : { waiver }),
    ...(remedy === undefined ? {} : { remedy }),
    ...(inspect === undefined ? {} : { inspect }),
    ...(fix === undefined ? {} : { fix }),
    ...(command === undefined ? {} : { command }),
    ...(remedy === undefined ? {} : { docs: documentationOf(id) }),
  };
}

/** The whole run for machines, without its results. */
export function reportData(report: CheckReport): Record<string, unknown> {
  const { host, status, results, commands, durationMs, exitCode, failure } = report;
  return {
    status,
    host,
    ...(failure === undefined ? {} : { failure }),
    counts: countsOf(results),
    blocking: blockingIds(results),
    ssh_commands: commands,
    duration_ms: Math.round(durationMs),
    exit_code: exitCode,
  };
}
