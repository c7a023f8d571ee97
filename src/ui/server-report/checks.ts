import { GROUPS } from '../../checks/check.js';
import type { CheckReport } from '../../checks/report.js';
import { blocks, type CheckResult, countsOf } from '../../checks/result.js';
import { sayings } from '../check/finding.js';
import type { Block, Cell, Finding, Section } from '../page/model.js';
import { STATUS } from './words.js';

/** What did not pass, each with what to do; a line for each group; and, folded, every check. */
export function checksSection({ results }: CheckReport, flags: readonly string[]): Section {
  const open = results.filter(({ status }) => !['pass', 'skip', 'waived'].includes(status));
  const findings = [...open.filter(blocks), ...open.filter((result) => !blocks(result))];
  return {
    id: 'checks',
    title: 'Checks',
    blocks: [
      ...(findings.length === 0 ? [] : [foundBlock(findings, flags)]),
      groupsTable(results),
      { kind: 'folded', summary: `All ${results.length} checks`, blocks: [resultsTable(results)] },
    ],
  };
}

function foundBlock(results: readonly CheckResult[], flags: readonly string[]): Block {
  return { kind: 'findings', findings: results.map((result) => findingOf(result, flags)) };
}

function findingOf(result: CheckResult, flags: readonly string[]): Finding {
  const { text, tone } = STATUS[result.status];
  const word = blocks(result) ? `${text}, ${result.severity}` : text;
  return { title: result.title, id: result.id, word, tone, sayings: sayings(result, flags) };
}

function groupsTable(results: readonly CheckResult[]): Block {
  const groups = GROUPS.filter((group) => results.some((result) => result.group === group));
  return {
    kind: 'table',
    caption: 'How many checks of each group did what',
    head: ['Group', 'Ok', 'Failed', 'Unknown', 'Warnings', 'Waived', 'Skipped'],
    numbers: [1, 2, 3, 4, 5, 6],
    rows: groups.map((group) => {
      const { pass, fail, unknown, warn, waived, skip } = countsOf(
        results.filter((result) => result.group === group),
      );
      return [
        ...[group, String(pass)],
        ...[toned(fail, 'fail'), toned(unknown, 'unknown'), toned(warn, 'warn'), toned(waived, 'waived')],
        String(skip),
      ];
    }),
  };
}

function toned(number: number, status: CheckResult['status']): Cell {
  return number === 0 ? '0' : { text: String(number), tone: STATUS[status].tone };
}

function resultsTable(results: readonly CheckResult[]): Block {
  return {
    kind: 'table',
    caption: 'Every check, and what was seen',
    head: ['Check', 'Status', 'What holds', 'Seen'],
    rows: results.map(({ id, status, title, seen }) => [id, STATUS[status], title, seen]),
  };
}
