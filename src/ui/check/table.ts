import { type CheckStatus, GROUPS, type Group } from '../../checks/check.js';
import type { CheckReport } from '../../checks/report.js';
import { type CheckResult, countsOf } from '../../checks/result.js';
import { count, indent, shortened, styleFor } from '../style.js';
import { wrapCommand, wrapWhole } from '../wrap.js';
import { type Saying, sayings, seenOf } from './finding.js';
import type { CheckView } from './formats.js';
import { verdictLine } from './verdict.js';

const WORD: Record<CheckStatus, string> = {
  pass: 'ok',
  warn: 'warn',
  fail: 'FAIL',
  unknown: 'unknown',
  skip: 'skip',
  waived: 'waived',
};

const GROUP_WIDTH = 13;
const WORD_WIDTH = 7;
const MARGIN = ' '.repeat(10);
const LABEL_WIDTH = 10;
const MOST_DETAILS = 8;
/** So few results are each shown: whoever named them wants to see them. */
const FEW = 8;

/** A line for each group; what did not pass is expanded below it with what to do. Then the verdict. */
export function checkTable(report: CheckReport, view: CheckView): string {
  const { results } = report;
  const listsAll = view.verbose || results.length <= FEW;
  const listed = listsAll ? results : results.filter(isExpanded);
  const idWidth = Math.min(28, Math.max(20, ...listed.map(({ id }) => id.length)));
  const groups = GROUPS.flatMap((group) => {
    const own = results.filter((result) => result.group === group);
    if (own.length === 0) return [];
    const shown = own.filter((result) => listsAll || isExpanded(result));
    return [groupLine(group, own, view), ...shown.map((result) => resultText(result, idWidth, view))];
  });
  return [...groups, ...(groups.length === 0 ? [] : ['']), verdictText(report, view)].join('\n');
}

/** One line; on a narrow terminal it goes on below, set in. Only its first word has colour. */
function verdictText(report: CheckReport, { color, columns }: CheckView): string {
  const plain = verdictLine(report);
  const head = plain.slice(0, plain.indexOf(':'));
  const lines = plain.length <= columns ? [plain] : wrapWhole(plain, columns - 2);
  const painted = styleFor(color)[head === 'Ready' ? 'green' : 'red'](head);
  return `${painted}${lines.join('\n  ').slice(head.length)}`;
}

function isExpanded({ status }: CheckResult): boolean {
  return status !== 'pass' && status !== 'skip';
}

/** `host         12 ok, 1 skipped`. */
function groupLine(group: Group, results: readonly CheckResult[], { color }: CheckView): string {
  const { pass, fail, unknown, warn, waived, skip } = countsOf(results);
  const parts: [CheckStatus, number, string][] = [
    ['pass', pass, `${pass} ok`],
    ['fail', fail, `${fail} failed`],
    ['unknown', unknown, `${unknown} unknown`],
    ['warn', warn, count(warn, 'warning')],
    ['waived', waived, `${waived} waived`],
    ['skip', skip, `${skip} skipped`],
  ];
  const words = parts
    .filter(([, number]) => number > 0)
    .map(([status, , text]) => paint(status, color)(text));
  return `${styleFor(color).bold(group.padEnd(GROUP_WIDTH))}${words.join(', ')}`;
}

function resultText(result: CheckResult, idWidth: number, view: CheckView): string {
  const word = paint(result.status, view.color)(WORD[result.status].padEnd(WORD_WIDTH));
  const width = Math.max(20, view.columns - Math.max(idWidth, result.id.length) - WORD_WIDTH - 4);
  const head = `  ${word} ${result.id.padEnd(idWidth)} ${headline(result, width)}`;
  return isExpanded(result) ? [head, indent(findings(result, view), MARGIN)].join('\n') : head;
}

/** What passed is said as it was seen; what did not by what should hold, with its severity. */
function headline(result: CheckResult, width: number): string {
  if (!isExpanded(result)) return shortened(seenOf(result), width);
  const severity = ` (${result.severity})`;
  return `${shortened(result.title, width - severity.length)}${severity}`;
}

/** What was seen, what was expected, what to do, and the commands for it. */
function findings(result: CheckResult, view: CheckView): string {
  const said = sayings(result, view.flags);
  const details = listed(
    said.filter(({ label }) => label === ''),
    view,
  );
  const [first, ...others] = said.filter(({ label }) => label !== '');
  return [first as Saying, ...details, ...others].flatMap((saying) => sayingLines(saying, view)).join('\n');
}

function sayingLines({ label, text, isCommand }: Saying, { columns, color }: CheckView): string[] {
  const width = Math.max(40, columns - MARGIN.length - LABEL_WIDTH);
  const style = styleFor(color);
  const lines = isCommand
    ? wrapCommand(text, width)
    : label === ''
      ? [shortened(text, width)]
      : wrapWhole(text, width);
  return lines.map((line, index) => `${style.dim((index === 0 ? label : '').padEnd(LABEL_WIDTH))}${line}`);
}

/** A long list is cut, and says so. */
function listed(details: readonly Saying[], { verbose }: CheckView): Saying[] {
  if (verbose || details.length <= MOST_DETAILS + 1) return [...details];
  const rest = details.length - MOST_DETAILS;
  return [...details.slice(0, MOST_DETAILS), { label: '', text: `and ${rest} more (all with --verbose)` }];
}

function paint(status: CheckStatus, color: boolean): (text: string) => string {
  const { green, yellow, red, magenta, dim } = styleFor(color);
  return { pass: green, warn: yellow, fail: red, unknown: magenta, skip: dim, waived: yellow }[status];
}
