import type { HistoryEntry } from '../engine/journal.js';
import type { Step } from '../engine/plan.js';
import type { Task } from '../engine/task.js';
import { columns } from './columns.js';
import { when } from './history.js';
import { count, indent, shortened, styleFor } from './style.js';

/** A task with its state, as machines get it. */
export interface TaskRow {
  id: string;
  title: string;
  depends_on: readonly string[];
  /** `done`, `due`, `not-looked-at`; `unclear` where something could not be seen or will not be changed. */
  state: 'done' | 'due' | 'unclear' | 'not-looked-at';
  /** Changes that provisioning would make; null when nobody has looked. */
  changes: number | null;
  /** Steps that could not be seen, or that vdb refuses to change by itself. */
  unclear: number | null;
  last_run: { at: string; status: string; who: string; command: string } | null;
}

/** Sums up what was seen of a task's resources. `steps` is null when nobody has looked. Pure. */
export function taskRow(task: Task, steps: readonly Step[] | null, last: HistoryEntry | null): TaskRow {
  const base = { id: task.id, title: task.title, depends_on: task.dependsOn, last_run: lastRun(task, last) };
  if (steps === null) return { ...base, state: 'not-looked-at', changes: null, unclear: null };
  const changes = steps.filter(({ verdict }) => verdict.status === 'change').length;
  const unclear = steps.filter(({ verdict }) => ['unknown', 'refused'].includes(verdict.status)).length;
  const state = changes > 0 ? 'due' : unclear > 0 ? 'unclear' : 'done';
  return { ...base, state, changes, unclear };
}

function lastRun(task: Task, entry: HistoryEntry | null): TaskRow['last_run'] {
  if (entry === null) return null;
  const own = entry.tasks.find(({ id }) => id === task.id);
  return { at: entry.at, status: own?.status ?? entry.status, who: entry.who, command: entry.command };
}

/** The tasks for people, one a line of at most `width` columns. */
export function taskListText(
  rows: readonly TaskRow[],
  color: boolean,
  width = Number.POSITIVE_INFINITY,
): string {
  const style = styleFor(color);
  const header = ['TASK', 'TITLE', 'NEEDS', 'STATE', 'LAST RUN'];
  const cells = rows.map((row) => [
    row.id,
    row.title,
    row.depends_on.join(', ') || '-',
    stateText(row),
    lastText(row),
  ]);
  const [head = '', ...lines] = columns([header, ...cells]).split('\n');
  return [
    style.dim(head),
    ...lines.map((line, i) => paint(shortened(line, width), rows[i]?.state, color)),
  ].join('\n');
}

function stateText({ state, changes, unclear }: TaskRow): string {
  if (state === 'not-looked-at') return 'not looked at';
  const parts = [
    ...(changes ? [`${count(changes, 'change')} due`] : []),
    ...(unclear ? [`${unclear} unclear`] : []),
  ];
  return parts.join(', ') || 'done';
}

function lastText({ last_run }: TaskRow): string {
  return last_run === null ? '-' : `${when(last_run.at)} ${last_run.status}, ${last_run.who}`;
}

function paint(line: string, state: TaskRow['state'] | undefined, color: boolean): string {
  return state === 'due' || state === 'unclear' ? styleFor(color).yellow(line) : line;
}

/** A task for people: what it is for, what it needs, its parts with their success criteria. */
export function taskText(task: Task, color: boolean): string {
  const style = styleFor(color);
  const parts = task.subtasks.map(
    ({ id, title, criterion, after = [] }) =>
      `${id} ${title}${after.length === 0 ? '' : ` (after ${after.join(', ')})`}\n${indent(criterion, '      ')}`,
  );
  return [
    style.bold(`${task.id} ${task.title}`),
    '',
    task.description,
    `Depends on: ${task.dependsOn.join(', ') || 'nothing'}`,
    `Rollback: ${task.rollback === undefined ? 'the document gives none' : `vdb task rollback ${task.id}`}`,
    '',
    'Sub-tasks, each with its success criterion:',
    ...parts.map((part) => indent(part, '  ')),
  ].join('\n');
}

/** A task for machines. */
export function taskData(task: Task): Record<string, unknown> {
  const { id, title, description, dependsOn, subtasks, rollback } = task;
  return {
    ...{ id, title, description, depends_on: dependsOn, rollback: rollback !== undefined },
    subtasks: subtasks.map((part) => ({
      id: part.id,
      title: part.title,
      criterion: part.criterion,
      after: part.after ?? [],
    })),
  };
}
