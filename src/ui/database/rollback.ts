import type { Loss, RollbackPlan } from '../../database/rollback.js';
import { count } from '../style.js';

/** What going back takes, the newest first, and what is lost with it. */
export function rollbackText({ from, to, revisions }: RollbackPlan): string {
  return [
    `Taking back ${count(revisions.length, 'migration')}, from ${from} to ${to}:`,
    ...revisions.flatMap(({ id, title, lost }) => [
      `  ${id}: ${title}`,
      ...lost.map((each) => `    lost: ${lossText(each)}`),
    ]),
    'What is in these tables and columns is gone then. Before, take a backup: vdb backup',
    'The gateway of this release does not work with the older schema, and vdb provision migrates forward again.',
  ].join('\n');
}

function lossText({ name, rows }: Loss): string {
  return name.includes('.')
    ? `column ${name}, ${count(rows, 'value')}`
    : `table ${name}, ${count(rows, 'row')}`;
}

export function rollbackDone({ from, to, revisions }: RollbackPlan): string {
  return `Rolled back from ${from} to ${to}, ${count(revisions.length, 'migration')}. Forward again: vdb db migrate`;
}

/** The same for machines. */
export function rollbackData({ from, to, revisions }: RollbackPlan): Record<string, unknown> {
  return {
    ...{ from, to, revisions: revisions.map(({ id }) => id) },
    lost: revisions.flatMap(({ lost }) => lost),
  };
}
