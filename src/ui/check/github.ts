import { type CheckReport, silence } from '../../checks/report.js';
import { blocks, type CheckResult } from '../../checks/result.js';
import { printable } from '../../text.js';
import { findingLines, isNoted, sayings } from './finding.js';
import type { CheckView } from './formats.js';
import { verdictLine } from './verdict.js';

/** Commands of a GitHub workflow: an error for what is in the way, a warning for what is not, the verdict. */
export function githubReport(report: CheckReport, { flags }: CheckView): string {
  const silent = silence(report);
  const verdict = verdictLine(report);
  return [
    ...report.results.flatMap((result) => annotation(result, flags)),
    ...(silent === undefined ? [] : [workflowCommand('error', 'vdb check', silent)]),
    workflowCommand('notice', 'vdb check', verdict),
  ].join('\n');
}

function annotation(result: CheckResult, flags: readonly string[]): string[] {
  const level = blocks(result) ? 'error' : isNoted(result) ? 'warning' : undefined;
  if (level === undefined) return [];
  const { id, title } = result;
  return [workflowCommand(level, `${id}: ${title}`, findingLines(result, flags).join('\n'))];
}

/** https://docs.github.com/actions/reference/workflow-commands-for-github-actions, escaped as its toolkit does. */
function workflowCommand(level: 'error' | 'warning' | 'notice', title: string, message: string): string {
  return `::${level} title=${escapedProperty(title)}::${escaped(message)}`;
}

function escaped(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}

function escapedProperty(text: string): string {
  return escaped(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
}

/** The summary of a workflow step, in Markdown: the verdict, and a table of what did not pass. */
export function githubSummary(report: CheckReport, { flags }: CheckView): string {
  const found = report.results.filter((result) => result.status !== 'pass' && result.status !== 'skip');
  const rows = found.map((result) => row(result, flags));
  const table = ['| | check | seen | what to do |', '|---|---|---|---|', ...rows];
  const heading = `### vdb check: ${cell(report.host)}`;
  return [heading, '', cell(verdictLine(report)), '', ...(rows.length === 0 ? [] : [...table, '']), ''].join(
    '\n',
  );
}

function row(result: CheckResult, flags: readonly string[]): string {
  const said = sayings(result, flags);
  const of = (label: string, show = cell): string[] =>
    said.filter((each) => each.label === label).map(({ text }) => show(text));
  const seen = [...of('seen'), ...of('why'), ...of('expected', (text) => `expected: ${cell(text)}`)];
  const todo = [...of('remedy'), ...of('run', code), ...of('look', code)];
  const waiver = of('waiver', (text) => cell(`waiver: ${text}`));
  const status = blocks(result) ? `**${result.status}**` : result.status;
  const name = `${code(result.id)} (${result.severity})`;
  return `| ${[status, name, seen.join('<br>'), [...waiver, ...todo].join('<br>')].join(' | ')} |`;
}

/** Text in a cell of a table: no markup, no mention, no end of the cell. */
function cell(text: string): string {
  return printable(text)
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('@', '&#64;')
    .replaceAll(/[\\`*_{}[\]()#+!|~-]/g, '\\$&');
}

function code(text: string): string {
  const escapedText = printable(text)
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('|', '&#124;');
  return `<code>${escapedText}</code>`;
}
