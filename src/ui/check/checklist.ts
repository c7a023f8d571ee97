import type { ChecklistLine, LineStatus } from '../../checks/checklist.js';
import type { CheckReport } from '../../checks/report.js';
import { printable } from '../../text.js';
import { count } from '../style.js';
import { verdictLine } from './verdict.js';

/** A computed checklist, of the run that it was computed from. */
export interface ChecklistView {
  report: CheckReport;
  lines: readonly ChecklistLine[];
  /** What `vdb` was called with before the command. */
  flags: readonly string[];
}

/** A status in a word. */
export const WORD: Record<LineStatus, string> = { done: 'done', open: 'open', unknown: 'not known' };

/** The checklist as Markdown: a task list, each line with its date and evidence. */
export function checklistMarkdown({ report, lines, flags }: ChecklistView): string {
  return [
    `# Production readiness of ${escaped(report.host)}`,
    '',
    `${escaped(provenance(report))}  `,
    `**${escaped(summary(lines))}.** ${escaped(verdictLine(report))}.`,
    '',
    ...lines.flatMap((line) => markdownLine(line, flags)),
    '',
    NOTE,
  ].join('\n');
}

/** What the lines mean. */
export const NOTE =
  'A line is done only when everything that proves it was seen to pass, or is waived by somebody. ' +
  'What was skipped or could not be seen proves nothing.';

/** "3 of 10 lines done, 2 open, 5 not known". */
export function summary(lines: readonly ChecklistLine[]): string {
  const number = (status: LineStatus): number => lines.filter((line) => line.status === status).length;
  return `${number('done')} of ${count(lines.length, 'line')} done, ${number('open')} open, ${number('unknown')} not known`;
}

/** Where, when and by what it was seen. */
export function provenance({ target, at, vdb, status }: CheckReport): string {
  const looked = status === 'failed' ? 'Not seen' : 'Seen';
  const where = target === '' ? '' : ` at ${target}`;
  return `${looked}${where} on ${at.toISOString().replace('T', ' ').slice(0, 16)} UTC by vdb ${vdb}.`;
}

function markdownLine(
  { title, status, date, evidence, next }: ChecklistLine,
  flags: readonly string[],
): string[] {
  const when = date === undefined ? '' : `, ${date}`;
  return [
    `- [${status === 'done' ? 'x' : ' '}] **${escaped(title)}** (${WORD[status]}${when})`,
    ...evidence.map(
      ({ status: own, text }) => `  - ${own === 'done' ? '' : `${WORD[own]}: `}${escaped(text)}`,
    ),
    ...(next === undefined ? [] : markdownNext(next, flags)),
  ];
}

function markdownNext(next: NonNullable<ChecklistLine['next']>, flags: readonly string[]): string[] {
  if ('words' in next) return [`  - To look: \`${commandText(next, flags)}\``];
  return [
    '  - To confirm it, add to the configuration:',
    '',
    '    ```yaml',
    ...next.yaml.split('\n').map((line) => `    ${line}`),
    '    ```',
    '',
  ];
}

/** The command that looks at what is missing. */
export function commandText({ words }: { words: string }, flags: readonly string[]): string {
  return ['vdb', ...flags, 'check', words].join(' ');
}

function escaped(text: string): string {
  return printable(text)
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll(/[\\`*_[\]|]/g, '\\$&');
}
