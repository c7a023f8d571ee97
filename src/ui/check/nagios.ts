import type { CheckReport } from '../../checks/report.js';
import { silence } from '../../checks/report.js';
import { blocks, type CheckResult, countsOf } from '../../checks/result.js';
import { EXIT } from '../../errors.js';
import { findingLines, isNoted, seenOf } from './finding.js';
import type { CheckView } from './formats.js';
import { verdictLine } from './verdict.js';

/**
 * The output of a monitoring plugin: one line that begins with the state and ends with performance data, then a
 * paragraph for each finding. The exit code stays that of vdb; {@link PLUGIN} makes it the one of the state.
 */
export function nagiosReport(report: CheckReport, { flags }: CheckView): string {
  const { results } = report;
  const blocking = results.filter(blocks);
  const failed = blocking.filter(({ status }) => status === 'fail');
  const unseen = blocking.filter((result) => !failed.includes(result));
  const found = [...failed, ...unseen, ...results.filter(isNoted)];
  const first = `${stateOf(report)} - ${summary(report, found)}`;
  const long = found.flatMap((result) => [
    `${result.id} (${result.severity}): ${result.title}`,
    ...findingLines(result, flags)
      .filter(isCopied)
      .map((line) => `  ${line}`),
  ]);
  return [`${plain(first)} | ${performanceData(report)}`, ...long.map(plain)].join('\n');
}

/** What a monitoring system runs: its exit code is that of the state, 3 where vdb said nothing. For `sh`. */
export const PLUGIN =
  'out=$(vdb check --format nagios); echo "$out"; case $out in OK*) exit 0;; WARNING*) exit 1;; CRITICAL*) exit 2;; *) exit 3;; esac';

type State = 'OK' | 'WARNING' | 'CRITICAL' | 'UNKNOWN';

/** Critical as soon as something failed; unknown when only what was not seen is in the way. */
function stateOf({ results, exitCode }: CheckReport): State {
  if (exitCode === EXIT.ok) return results.some(isNoted) ? 'WARNING' : 'OK';
  return results.some((result) => blocks(result) && result.status === 'fail') ? 'CRITICAL' : 'UNKNOWN';
}

function summary(report: CheckReport, [worst]: readonly CheckResult[]): string {
  const verdict = verdictLine(report);
  const silent = silence(report);
  if (silent !== undefined) return `${silent}; ${verdict}`;
  return worst === undefined ? verdict : `${worst.id}: ${seenOf(worst)}; ${verdict}`;
}

function performanceData({ results, durationMs }: CheckReport): string {
  const { pass, warn, fail, unknown, skip, waived } = countsOf(results);
  const counts = { passed: pass, warnings: warn, failed: fail, unknown, skipped: skip, waived };
  return [
    ...Object.entries(counts).map(([name, value]) => `${name}=${value};;;0;${results.length}`),
    `time=${(durationMs / 1000).toFixed(3)}s;;;0`,
  ].join(' ');
}

/** A command that holds a bar would be another one without it. */
function isCopied(line: string): boolean {
  return !(/^(look|run): /.test(line) && line.includes('|'));
}

/** A bar begins performance data. */
function plain(text: string): string {
  return text.replaceAll('|', '/');
}
