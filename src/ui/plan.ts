import type { Plan, PlannedStep, PlannedTask } from '../engine/plan.js';
import { stepCount } from '../engine/plan.js';
import { count, indent, styleFor } from './style.js';

const SIGN: Record<PlannedStep['status'], string> = {
  change: '~',
  refused: '!',
  'left-out': '-',
  foreign: '.',
  unknown: '?',
  later: '?',
};

/** A plan for people: per task what would change, with diffs of file contents, and a one-line sum. */
export function planText(plan: Plan, color: boolean): string {
  const style = styleFor(color);
  const tasks = plan.tasks.map((task) => taskText(task, color));
  return [`Plan for ${style.bold(plan.host)} (${plan.target})`, '', ...tasks, planSummary(plan)].join('\n');
}

/** "12 changes in 3 tasks; 1 skipped". */
export function planSummary(plan: Plan): string {
  const steps = plan.tasks.flatMap((task) => task.steps);
  const changes = stepCount(plan, 'change');
  const tasks = plan.tasks.filter((task) => task.steps.some((step) => step.status === 'change')).length;
  const others = (['refused', 'unknown', 'left-out', 'foreign'] as const)
    .map((status) => [status, steps.filter((step) => step.status === status).length] as const)
    .filter(([, n]) => n > 0)
    .map(([status, n]) => `${n} ${LABEL[status]}`);
  const later = steps.filter((step) => step.status === 'change' && step.tentative === true).length;
  const once = later === 0 ? '' : ` (${later} looked at again once what they need is there)`;
  const head =
    changes === 0 ? 'Nothing to change' : `${count(changes, 'change')} in ${count(tasks, 'task')}${once}`;
  return [head, ...others].join('; ');
}

const LABEL = {
  refused: 'refused',
  unknown: 'could not be seen',
  'left-out': 'left out',
  foreign: "not this host's to set",
};

function taskText(task: PlannedTask, color: boolean): string {
  const style = styleFor(color);
  if (task.steps.length === 0) return `${style.dim(`${task.id} ${task.title}: nothing to change`)}\n`;
  const steps = task.steps.map((step) => indent(stepText(step, color), '  '));
  return [style.bold(`${task.id} ${task.title}`), ...steps, ''].join('\n');
}

function stepText(step: PlannedStep, color: boolean): string {
  const style = styleFor(color);
  const paint = step.status === 'change' ? paintOf(step, color) : style.yellow;
  const sign = signOf(step);
  const action = step.action === undefined ? '' : `${step.action} `;
  const later = step.tentative === true ? ' (if it is so when it can be seen)' : '';
  const head = `${paint(sign)} ${action}${step.title}: ${step.summary}${later}`;
  const fields = (step.fields ?? []).map(({ field, have, want }) => `    ${field}: ${have} -> ${want}`);
  const diff = step.diff === undefined ? [] : [indent(diffText(step.diff, color), '    ')];
  const next = step.next === undefined ? [] : [`    next: ${step.next}`];
  return [head, ...fields, ...diff, ...next].join('\n');
}

/** What could not be seen yet is a guess, and marked as one. */
function signOf(step: PlannedStep): string {
  if (step.tentative === true) return '?';
  return step.status === 'change' && step.action === 'create' ? '+' : SIGN[step.status];
}

function paintOf(step: PlannedStep, color: boolean): (text: string) => string {
  const style = styleFor(color);
  if (step.action === 'remove') return style.red;
  return step.action === 'create' || step.action === 'install' ? style.green : style.cyan;
}

/** The hunks of a unified diff; the file names stand above it already. */
function diffText(diff: string, color: boolean): string {
  const style = styleFor(color);
  return diff
    .split('\n')
    .filter((line) => !/^(---|\+\+\+|=====)/.test(line) && line !== '')
    .map((line) => {
      if (line.startsWith('+')) return style.green(line);
      return line.startsWith('-') ? style.red(line) : style.dim(line);
    })
    .join('\n');
}
