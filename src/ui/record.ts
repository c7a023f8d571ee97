import type { RunOutcome, StepOutcome, TaskOutcome } from '../engine/events.js';
import type { Step } from '../engine/plan.js';
import type { SubTask, Task } from '../engine/task.js';

/** What became of one resource. `done` was as wanted before; `unverified` was changed in a task that failed. */
export interface ResourceRecord {
  title: string;
  status:
    | 'done'
    | 'changed'
    | 'failed'
    | 'refused'
    | 'skipped'
    | 'left-out'
    | 'foreign'
    | 'not-run'
    | 'unverified';
  summary: string;
}

export interface SubTaskRecord {
  id: string;
  title: string;
  criterion: string;
  /** Every resource was seen in its desired state at the end of the run. */
  verified: boolean;
  /** Empty where the configuration wants nothing of this sub-task. */
  resources: ResourceRecord[];
}

/** What is known of a task after a run, for its execution record. */
export interface TaskRecord {
  id: string;
  title: string;
  startedAt: Date;
  endedAt: Date;
  status: TaskOutcome['status'] | 'interrupted';
  why?: string;
  subtasks: SubTaskRecord[];
  /** Steps with something to tell: failures, refusals and what was left out. */
  issues: StepOutcome[];
}

/** The records of all tasks of a run, in its order. Pure; `now` is the end of the run. */
export function taskRecords(steps: readonly Step[], outcome: RunOutcome, now: Date): TaskRecord[] {
  const tasks = [...new Set(steps.map(({ task }) => task))];
  return tasks.map((task) => {
    const own = steps.filter((step) => step.task === task);
    return taskRecord(task, own, outcome, now);
  });
}

/** Every task that was begun has an outcome, also where nothing had to be done; one without did not run. */
function taskRecord(task: Task, steps: readonly Step[], run: RunOutcome, now: Date): TaskRecord {
  const outcome = run.tasks.find(({ id }) => id === task.id);
  const { startedAt, endedAt } = timesOf(outcome, run, now);
  return {
    id: task.id,
    title: task.title,
    startedAt,
    endedAt,
    status: statusOf(outcome, run),
    ...(outcome?.why === undefined ? {} : { why: outcome.why }),
    subtasks: task.subtasks.map((part) => subTaskRecord(part, steps, outcome)),
    issues: (outcome?.steps ?? []).filter(({ status }) => status !== 'changed'),
  };
}

/** A task with a skipped step is not complete, whatever else was done. */
function statusOf(outcome: TaskOutcome | undefined, run: RunOutcome): TaskRecord['status'] {
  if (outcome === undefined) return 'not-run';
  const { status, steps } = outcome;
  if (run.interrupted && status === 'not-run') return 'interrupted';
  const complete = status === 'changed' || status === 'unchanged';
  return complete && steps.some((step) => step.status === 'skipped') ? 'skipped' : status;
}

function timesOf(outcome: TaskOutcome | undefined, run: RunOutcome, now: Date) {
  if (outcome === undefined) return { startedAt: new Date(now.getTime() - run.durationMs), endedAt: now };
  const startedAt = new Date(outcome.startedAt);
  return { startedAt, endedAt: new Date(startedAt.getTime() + outcome.durationMs) };
}

function subTaskRecord(
  { id, title, criterion }: SubTask,
  steps: readonly Step[],
  outcome: TaskOutcome | undefined,
): SubTaskRecord {
  const own = steps.filter(({ subtask }) => subtask.id === id);
  const resources = own.map((step) => resourceRecord(step, outcome));
  const verified =
    own.length > 0 && resources.every(({ status }) => status === 'done' || status === 'changed');
  return { id, title, criterion, verified, resources };
}

function resourceRecord(step: Step, outcome: TaskOutcome | undefined): ResourceRecord {
  const { title } = step.resource;
  const own = outcome?.steps.find(({ resource }) => resource === step.resource.id);
  if (own === undefined) return { title, ...withoutOutcome(step, outcome) };
  if (own.status !== 'changed' || isVerified(outcome))
    return { title, status: own.status, summary: own.summary };
  return { title, status: 'unverified', summary: `${own.summary} (not verified: the task failed)` };
}

/** A step without an outcome of its own was as wanted when its task looked; without that look nothing is known. */
function withoutOutcome(
  { resource, verdict }: Step,
  outcome: TaskOutcome | undefined,
): Omit<ResourceRecord, 'title'> {
  if (outcome === undefined || !hasLooked(outcome))
    return { status: 'not-run', summary: outcome?.why ?? 'the task did not run' };
  if (verdict.status === 'ok') return { status: 'done', summary: 'as wanted' };
  if (!isVerified(outcome)) return { status: 'unverified', summary: 'not verified: the task failed' };
  if (verdict.status === 'change' && resource.packages !== undefined) {
    return { status: 'changed', summary: verdict.change.summary };
  }
  return { status: 'done', summary: 'as wanted by the time it was its turn' };
}

function hasLooked(outcome: TaskOutcome): boolean {
  const blocked = outcome.status === 'not-run' && outcome.steps.length === 0;
  return !blocked && !outcome.steps.some(({ resource }) => resource === `look:${outcome.id}`);
}

/**
 * The engine looks at a changed task again. Where it failed for another reason than what that look showed, the
 * look itself may have failed: then nothing counts as verified.
 */
function isVerified(outcome: TaskOutcome | undefined): boolean {
  if (outcome === undefined) return true;
  const failed = outcome.steps.filter(({ status }) => status === 'failed');
  return failed.every(({ error }) => error?.details.code === 'step.not-converged');
}
