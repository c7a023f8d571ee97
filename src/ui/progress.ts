import type { OnEvent, RunEvent, StepOutcome, StepStatus, TaskOutcome } from '../engine/events.js';
import { errorData } from './error.js';
import { duration, styleFor } from './style.js';

const WORD: Record<StepStatus, string> = {
  changed: 'changed',
  failed: 'FAILED',
  skipped: 'skipped',
  'left-out': 'left out',
  refused: 'REFUSED',
  foreign: 'not ours',
  'not-run': 'not run',
};

/** Many, and of no consequence for the run: the sum and the plan have them. */
const QUIET: readonly StepStatus[] = ['foreign', 'left-out'];

/** One plain line for each finished step and task, for pipes and CI logs; what is not ours to set is left to the sum. */
export function plainProgress(write: (line: string) => void, color: boolean): OnEvent {
  return (event) => {
    if (event.type === 'step-finished' && !QUIET.includes(event.step.status))
      write(stepLine(event.step, color));
    if (event.type === 'task-finished') write(taskLine(event.task, color));
  };
}

function stepLine(step: StepOutcome, color: boolean): string {
  const style = styleFor(color);
  const bad = step.status === 'failed' || step.status === 'refused';
  const word = WORD[step.status].padEnd(8);
  const painted = bad ? style.red(word) : step.status === 'changed' ? style.green(word) : style.yellow(word);
  return `${painted} ${step.task} ${step.title}: ${step.summary} (${duration(step.durationMs)})`;
}

function taskLine(task: TaskOutcome, color: boolean): string {
  const style = styleFor(color);
  const why = task.why === undefined ? '' : `, ${task.why}`;
  return style.bold(`task     ${task.id} ${task.title}: ${task.status}${why} (${duration(task.durationMs)})`);
}

/** The same events as NDJSON. */
export function jsonProgress(emit: (event: { type: string } & Record<string, unknown>) => void): OnEvent {
  return (event) => {
    const data = eventData(event);
    if (data !== null) emit(data);
  };
}

function eventData(event: RunEvent): ({ type: string } & Record<string, unknown>) | null {
  switch (event.type) {
    case 'task-started':
      return { type: 'task.started', task: event.id, title: event.title };
    case 'step-started':
      return { type: 'step.started', task: event.task, resource: event.resource, summary: event.summary };
    case 'step-finished':
      return { type: 'step.finished', ...stepData(event.step) };
    case 'task-finished':
      return { type: 'task.finished', ...taskData(event.task) };
    case 'step-output':
      return null;
  }
}

/** A step's outcome for machines: snake_case, times in milliseconds. */
export function stepData(step: StepOutcome): Record<string, unknown> {
  return {
    task: step.task,
    subtask: step.subtask,
    resource: step.resource,
    status: step.status,
    ...(step.action === undefined ? {} : { action: step.action }),
    summary: step.summary,
    duration_ms: Math.round(step.durationMs),
    ...(step.error === undefined ? {} : { error: errorData(step.error) }),
  };
}

/** A task's outcome for machines, without its steps: those had their own events. */
export function taskData(task: TaskOutcome): Record<string, unknown> {
  return {
    task: task.id,
    status: task.status,
    ...(task.why === undefined ? {} : { why: task.why }),
    changed: task.steps.filter((step) => step.status === 'changed').length,
    duration_ms: Math.round(task.durationMs),
  };
}
