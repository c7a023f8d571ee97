import type { StepOutcome } from '../engine/events.js';
import type { ResourceRecord, SubTaskRecord, TaskRecord } from './record.js';

const STATUS: Record<TaskRecord['status'], string> = {
  unchanged: 'Completed: verified, nothing had to be changed',
  changed: 'Completed: changed and verified',
  skipped: 'Incomplete: a step was skipped',
  failed: 'Failed',
  'not-run': 'Not run',
  interrupted: 'Interrupted',
};

const WORD: Record<ResourceRecord['status'], string> = {
  done: 'done',
  changed: 'changed',
  failed: 'failed',
  refused: 'refused',
  skipped: 'skipped',
  'left-out': 'left out',
  foreign: "not this host's to set",
  'not-run': 'not run',
  unverified: 'not verified',
};

/** The execution record of a task in the form of the documents' "Task Execution Log". */
export function recordText(record: TaskRecord, run: { host: string; who: string }): string {
  return [
    `# Task ${record.id}: ${record.title}`,
    '',
    `**Task Number:** ${record.id}  `,
    `**Task Title:** ${record.title}  `,
    `**Host:** ${run.host}`,
    '',
    '## Task Execution Log',
    '',
    `**Start Time:** ${record.startedAt.toISOString()}  `,
    `**End Time:** ${record.endedAt.toISOString()}  `,
    `**Executed By:** ${run.who}  `,
    `**Status:** ${statusText(record)}`,
    '',
    '**Execution Steps:**',
    '',
    ...record.subtasks.flatMap(subTaskLines),
    '',
    '**Issues Encountered:**',
    '',
    ...orNone(record.issues.flatMap(issueLines), 'None.'),
    '',
    '**Resolutions Applied:**',
    '',
    ...orNone([...changeLines(record), ...record.issues.flatMap(nextLines)], 'None were needed.'),
    '',
  ].join('\n');
}

function statusText({ status, why, subtasks }: TaskRecord): string {
  const has = (wanted: ResourceRecord['status']): boolean =>
    subtasks.some(({ resources }) => resources.some((each) => each.status === wanted));
  const completed = status === 'changed' || status === 'unchanged';
  const rest = why === undefined ? '' : `: ${why}`;
  const exceptions = [
    ...(has('foreign') ? ["what is not this host's to set"] : []),
    ...(has('left-out') ? ['what is left out'] : []),
  ];
  const but = completed && exceptions.length > 0 ? `, except for ${exceptions.join(' and ')}` : '';
  return `${STATUS[status]}${rest}${but}`;
}

function subTaskLines({ id, title, criterion, verified, resources }: SubTaskRecord): string[] {
  const state = resources.length === 0 ? 'not part of this configuration' : stateOf(resources);
  const details = resources.filter(({ status }) => status !== 'done');
  return [
    `- [${verified ? 'x' : ' '}] ${id} ${title}: ${state}`,
    `  - Success criterion: ${criterion}`,
    ...details.map(
      ({ title: name, status, summary }) => `  - ${inline(name)}: ${WORD[status]}: ${inline(summary)}`,
    ),
  ];
}

/** The worst of what happened, which is what the reader has to know first. */
function stateOf(resources: readonly ResourceRecord[]): string {
  const order = [
    'failed',
    'refused',
    'not-run',
    'unverified',
    'skipped',
    'left-out',
    'foreign',
    'changed',
  ] as const;
  const worst = order.find((status) => resources.some((resource) => resource.status === status));
  if (worst === undefined) return WORD.done;
  const reason = resources.find(({ status }) => status === worst)?.summary ?? '';
  return worst === 'skipped' ? `skipped: ${inline(reason)}` : WORD[worst];
}

function issueLines(step: StepOutcome): string[] {
  const { stderr, meaning } = step.error?.details ?? {};
  return [
    `- ${step.subtask} ${inline(step.title)}: ${WORD[step.status]}: ${inline(step.error?.message ?? step.summary)}`,
    ...(meaning === undefined ? [] : [`  ${inline(meaning)}`]),
    ...(stderr === undefined ? [] : ['', ...fenced(stderr), '']),
  ];
}

function changeLines({ subtasks }: TaskRecord): string[] {
  return subtasks
    .flatMap(({ id, resources }) => resources.map((resource) => ({ id, ...resource })))
    .filter(({ status }) => status === 'changed')
    .map(({ id, title, summary }) => `- ${id} ${inline(title)}: ${inline(summary)}`);
}

/** What was not resolved, with the way to do it. */
function nextLines(step: StepOutcome): string[] {
  const next = step.error?.details.next;
  return next === undefined ? [] : [`- Open: ${inline(step.title)}: ${inline(next)}`];
}

function orNone(lines: readonly string[], none: string): readonly string[] {
  return lines.length === 0 ? [none] : lines;
}

/** One line whatever the text holds. */
function inline(text: string): string {
  return text.replaceAll(/\s*\n\s*/g, '; ');
}

/** A code block inside a list item, with a fence that the text cannot close. */
function fenced(text: string): string[] {
  const longest = Math.max(0, ...[...text.matchAll(/`+/g)].map(([ticks]) => ticks.length));
  const fence = '`'.repeat(Math.max(3, longest + 1));
  return [fence, ...text.split('\n'), fence].map((line) => `  ${line}`);
}
