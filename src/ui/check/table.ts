import type { CheckStatus } from '../../checks/check.js';
import { GROUPS } from '../../checks/check.js';
import type { CheckReport } from '../../checks/report.js';
import { blockingIds, blocks, type CheckResult, countsOf, isReady } from '../../checks/result.js';
import { firstNames } from '../../text.js';
import { count, duration, indent, shortened, styleFor } from '../style.js';
import { wrap } from '../wrap.js';
import { commandOf } from './data.js';
import type { CheckView } from './formats.js';

const WORD: Record<CheckStatus, string> = {
  pass: 'ok',
  warn: 'warn',
  fail: 'FAIL',
  unknown: 'unknown',
  skip: 'skip',
  waived: 'waived',
};

const ID_WIDTH = 20;
const MARGIN = ' '.repeat(10);
const LABEL_WIDTH = 10;
const MOST_DETAILS = 8;
const MOST_NAMES = 3;

/** Results by group, one line each; what did not pass is expanded with what to do. Then the verdict. */
export function checkTable(report: CheckReport, view: CheckView): string {
  const { results } = report;
  const style = styleFor(view.color);
  const groups = GROUPS.flatMap((group) => {
    const own = results.filter((result) => result.group === group);
    return own.length === 0
      ? []
      : [[style.bold(group), ...own.map((result) => resultText(result, view))].join('\n')];
  });
  return [...groups, '', verdictLine(report, view.color)].join('\n');
}

function resultText(result: CheckResult, view: CheckView): string {
  const word = paint(result.status, view.color)(WORD[result.status].padEnd(7));
  const quiet = result.status === 'pass' || result.status === 'skip';
  const text = quiet ? result.seen : `${result.title} (${result.severity})`;
  const head = `  ${word} ${result.id.padEnd(ID_WIDTH)} ${shortened(text, Math.max(20, view.columns - ID_WIDTH - 11))}`;
  return quiet ? head : [head, indent(findings(result, view), MARGIN)].join('\n');
}

/** What was seen, what was expected, what to do, and the commands for it. */
function findings(result: CheckResult, view: CheckView): string {
  const width = Math.max(40, view.columns - MARGIN.length - LABEL_WIDTH);
  const prose = (label: string, text: string | undefined): string[] =>
    text === undefined ? [] : labelled(label, wrap(text, width), view.color);
  const command = (label: string, text: string | undefined): string[] =>
    text === undefined ? [] : labelled(label, [text], view.color);
  return [
    ...prose(result.status === 'unknown' ? 'why' : 'seen', result.seen),
    ...listed(result.details ?? [], view).flatMap((detail) =>
      labelled('', [shortened(detail, width)], view.color),
    ),
    ...prose('expected', result.expected),
    ...prose('waiver', waiverText(result)),
    ...prose('remedy', result.remedy),
    ...command('look', result.inspect),
    ...command('run', commandOf(result, view.flags)),
  ].join('\n');
}

function waiverText({ waiver }: CheckResult): string | undefined {
  if (waiver === undefined) return undefined;
  const { owner, reason, expires, expired } = waiver;
  return `${expired ? 'expired after' : 'until'} ${expires}, ${owner}: ${reason}`;
}

function labelled(label: string, lines: readonly string[], color: boolean): string[] {
  const style = styleFor(color);
  return lines.map((line, index) => `${style.dim((index === 0 ? label : '').padEnd(LABEL_WIDTH))}${line}`);
}

/** A long list is cut, and says so. */
function listed(details: readonly string[], { verbose }: CheckView): string[] {
  if (verbose || details.length <= MOST_DETAILS + 1) return [...details];
  const rest = details.length - MOST_DETAILS;
  return [...details.slice(0, MOST_DETAILS), `and ${rest} more (all with --verbose)`];
}

function paint(status: CheckStatus, color: boolean): (text: string) => string {
  const style = styleFor(color);
  const { green, yellow, red, magenta, dim } = style;
  return { pass: green, warn: yellow, fail: red, unknown: magenta, skip: dim, waived: yellow }[status];
}

/** "Not ready: one, redis.ping failed, 17 passed, 0.8 s". */
export function verdictLine(report: CheckReport, color: boolean): string {
  const { results, host, durationMs } = report;
  const style = styleFor(color);
  const counts = countsOf(results);
  const blocking = blockingIds(results);
  const head = isReady(results) ? style.green('Ready') : style.red(isDrift(results) ? 'Drift' : 'Not ready');
  const parts = [
    ...(blocking.length === 0 || isDrift(results) ? [] : [`because of ${firstNames(blocking, MOST_NAMES)}`]),
    `${counts.pass} passed`,
    ...(counts.fail === 0 ? [] : [`${counts.fail} failed`]),
    ...(counts.unknown === 0 ? [] : [`${counts.unknown} unknown`]),
    ...(counts.warn === 0 ? [] : [count(counts.warn, 'warning')]),
    ...(counts.waived === 0 ? [] : [`${counts.waived} waived`]),
    ...(counts.skip === 0 ? [] : [`${counts.skip} skipped`]),
    duration(durationMs),
  ];
  return `${head}: ${host}, ${parts.join(', ')}`;
}

/** Whether drift alone stands in the way. */
function isDrift(results: readonly CheckResult[]): boolean {
  const blocking = results.filter(blocks);
  return blocking.length > 0 && blocking.every(({ group, status }) => group === 'drift' && status === 'fail');
}
