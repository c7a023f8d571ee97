import { type CheckReport, silence } from '../../checks/report.js';
import { blocks, type CheckResult } from '../../checks/result.js';
import { printable } from '../../text.js';
import { findingLines, seenOf, waiverText } from './finding.js';
import type { CheckView } from './formats.js';
import { verdictLine } from './verdict.js';

/**
 * The Test Anything Protocol. What it says is also valid as version 14; but the `prove` of current distributions
 * calls that version an error, so the version is 13, which every consumer reads.
 */
export function tapReport(report: CheckReport, { flags }: CheckView): string {
  const silent = silence(report);
  const points = [
    ...report.results.map((result) => point(result, flags)),
    ...(silent === undefined ? [] : [(number: number) => [`not ok ${number} - readiness: ${silent}`]]),
  ];
  return [
    'TAP version 13',
    `1..${points.length}`,
    ...points.flatMap((lines, index) => lines(index + 1)),
    `# ${printable(verdictLine(report))}`,
  ].join('\n');
}

/** A test point. What did not pass but is not in the way is a TODO: consumers count it as no failure. */
function point(result: CheckResult, flags: readonly string[]): (number: number) => string[] {
  const { id, title, status } = result;
  const ok = status === 'pass' || status === 'skip' ? 'ok' : 'not ok';
  return (number) => [
    `${ok} ${number} - ${escaped(`${id}: ${title}`)}${directive(result)}`,
    ...(status === 'skip' ? [] : diagnostics(result, flags)),
  ];
}

function directive(result: CheckResult): string {
  if (result.status === 'skip') return ` # SKIP ${seenOf(result)}`;
  if (result.status === 'pass' || blocks(result)) return '';
  if (result.status === 'waived') return ` # TODO waived ${printable(waiverText(result) ?? '')}`;
  return ` # TODO ${result.status}, not in the way`;
}

/** A block of YAML, in the few forms of it that consumers understand; a literal block needs no quoting. */
function diagnostics(result: CheckResult, flags: readonly string[]): string[] {
  const { group, severity, status } = result;
  const text = status === 'pass' ? [`seen: ${seenOf(result)}`] : findingLines(result, flags);
  return [
    '  ---',
    `  status: ${status}`,
    `  severity: ${severity}`,
    `  group: ${group}`,
    '  message: |',
    ...text.map((line) => `    ${line}`),
    '  ...',
  ];
}

/** `#` begins a directive. */
function escaped(text: string): string {
  return printable(text).replaceAll('\\', '\\\\').replaceAll('#', '\\#');
}
