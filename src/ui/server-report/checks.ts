import { type CheckStatus, GROUPS } from '../../checks/check.js';
import type { CheckReport } from '../../checks/report.js';
import { blocks, type CheckResult, countsOf } from '../../checks/result.js';
import { sayings } from '../check/finding.js';
import type { Block, Cell, Finding, Section } from '../page/model.js';
import { count } from '../style.js';
import { STATUS } from './words.js';

/** More findings than these are folded: where something that much rests on is down, most only follow from it. */
const SHOWN = 8;

/** What did not pass, each with what to do; a line for each group; and, folded, every check. */
export function checksSection({ results }: CheckReport, flags: readonly string[]): Section {
  const heading = { id: 'checks', title: 'Checks' };
  if (results.length === 0)
    return { ...heading, blocks: [{ kind: 'text', text: 'No check could be made.', tone: 'unsure' }] };
  return {
    ...heading,
    blocks: [
      ...findingBlocks(results, flags),
      groupsBlock(results),
      { kind: 'folded', summary: `All ${results.length} checks`, blocks: [resultsTable(results)] },
    ],
  };
}

/** What failed and stands in the way first, then what does so because it could not be seen, then the rest. */
function findingBlocks(results: readonly CheckResult[], flags: readonly string[]): Block[] {
  const open = results.filter(({ status }) => !['pass', 'skip', 'waived'].includes(status));
  const rank = (result: CheckResult): number => (blocks(result) ? (result.status === 'fail' ? 0 : 1) : 2);
  const findings = [...open].sort((a, b) => rank(a) - rank(b));
  const [shown, folded] = [findings.slice(0, SHOWN), findings.slice(SHOWN)];
  return [
    ...(shown.length === 0 ? [] : [foundBlock(shown, flags)]),
    ...(folded.length === 0
      ? []
      : [
          {
            kind: 'folded',
            summary: count(folded.length, 'more finding'),
            blocks: [foundBlock(folded, flags)],
          } as const,
        ]),
  ];
}

function foundBlock(results: readonly CheckResult[], flags: readonly string[]): Block {
  return { kind: 'findings', findings: results.map((result) => findingOf(result, flags)) };
}

function findingOf(result: CheckResult, flags: readonly string[]): Finding {
  const { text, tone } = STATUS[result.status];
  const word = blocks(result) ? `${text}, ${result.severity}` : text;
  return { title: result.title, id: result.id, word, tone, sayings: sayings(result, flags) };
}

/** `12 ok, 1 failed, 2 skipped` for each group, in the colour of the worst of it. */
function groupsBlock(results: readonly CheckResult[]): Block {
  const groups = GROUPS.filter((group) => results.some((result) => result.group === group));
  return {
    kind: 'facts',
    facts: groups.map((group) => [group, countsCell(results.filter((result) => result.group === group))]),
  };
}

/** The worst first. */
const BY_WORST: readonly CheckStatus[] = ['fail', 'unknown', 'warn', 'waived', 'pass', 'skip'];

function countsCell(results: readonly CheckResult[]): Cell {
  const counts = countsOf(results);
  const there = BY_WORST.filter((status) => counts[status] > 0);
  const text = there.map((status) => `${counts[status]} ${STATUS[status].text}`).join(', ');
  const [worst = 'pass'] = there;
  return worst === 'pass' || worst === 'skip' ? text : { text, tone: STATUS[worst].tone };
}

function resultsTable(results: readonly CheckResult[]): Block {
  return {
    kind: 'table',
    caption: 'Every check, and what was seen',
    head: ['Check', 'Status', 'What holds', 'Seen'],
    rows: results.map(({ id, status, title, seen }) => [id, STATUS[status], title, seen]),
  };
}
