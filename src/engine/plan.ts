import { createHash } from 'node:crypto';
import { createTwoFilesPatch } from 'diff';
import type { Host } from '../host/host.js';
import { type Observation, observe } from '../host/probe.js';
import type { Redactor } from '../host/redact.js';
import type { Action, Change, FieldChange, Resource } from './resource.js';
import type { SubTask, Task, TaskContext } from './task.js';

/** One resource of a task with what was seen and what would change. */
export interface Step {
  task: Task;
  subtask: SubTask;
  resource: Resource;
  observation: Observation<unknown>;
  verdict: Verdict;
}

/**
 * What is to be done about a resource.
 * - `ok`: nothing. - `change`: the plan changes it. - `refused`: it differs, and vdb will not change it by itself.
 * - `left-out`: for the reason given; `change` is what it would be once that is gone. - `foreign`: not this host's to set. - `unknown`: could not be seen.
 * - `later`: cannot be seen before something else is there, and nothing is due before.
 */
export type Verdict =
  | { status: 'ok' }
  | { status: 'change'; change: Change; tentative: boolean }
  | { status: 'refused'; change: Change }
  | { status: 'left-out'; why: string; change: Change }
  | { status: 'foreign'; why: string }
  | { status: 'unknown'; why: string }
  | { status: 'later'; why: string };

/** The steps of the selected tasks, in order, with fresh observations: one command on the host. */
export async function lookAll(host: Host, tasks: readonly Task[], context: TaskContext): Promise<Step[]> {
  const parts = tasks.flatMap((task) =>
    task.subtasks.flatMap((subtask) =>
      subtask.resources(context).map((resource) => ({ task, subtask, resource })),
    ),
  );
  assertUnique(parts.map(({ resource }) => resource.id));
  const observations = await observe(
    host,
    parts.map(({ resource }) => resource.probe),
  );
  const steps = parts.map((part, i) => {
    const observation = observations[i] as Observation<unknown>;
    return { ...part, observation, verdict: judge(part.resource, observation) };
  });
  return predicted(steps);
}

/** Pure: what one observation means for a resource. */
export function judge(resource: Resource, observation: Observation<unknown>): Verdict {
  if (observation.status === 'foreign') return { status: 'foreign', why: observation.why };
  if (observation.status === 'unknown') return { status: 'unknown', why: observation.why };
  const tentative = observation.status === 'pending';
  const change = resource.diff(observation.status === 'known' ? observation.value : null);
  if (change === null) return tentative ? { status: 'later', why: observation.why } : { status: 'ok' };
  if (change.leftOut !== undefined) return { status: 'left-out', why: change.leftOut.why, change };
  return change.refused === undefined
    ? { status: 'change', change, tentative }
    : { status: 'refused', change };
}

/** Adds what follows from other changes of the plan: a service restarts when its configuration changes. */
function predicted(steps: Step[]): Step[] {
  const changing = new Set<string>();
  return steps.map((step) => {
    const verdict = predictedVerdict(step, changing) ?? step.verdict;
    if (verdict.status === 'change') changing.add(step.resource.id);
    return { ...step, verdict };
  });
}

function predictedVerdict({ resource, verdict }: Step, changing: ReadonlySet<string>): Verdict | null {
  if (verdict.status === 'left-out') {
    const { change } = verdict;
    const brought = change.leftOut !== undefined && changing.has(change.leftOut.until);
    return brought ? { status: 'change', change, tentative: true } : null;
  }
  if (verdict.status !== 'ok' && verdict.status !== 'later') return null;
  const change = resource.predict?.(changing) ?? null;
  return change === null ? null : { status: 'change', change, tentative: true };
}

/** Steps by task, in the order of the tasks. */
export function groupByTask(steps: readonly Step[]): Step[][] {
  const groups = new Map<string, Step[]>();
  for (const step of steps) groups.set(step.task.id, [...(groups.get(step.task.id) ?? []), step]);
  return [...groups.values()];
}

function assertUnique(ids: readonly string[]): void {
  const seen = new Set<string>();
  for (const id of ids) {
    if (seen.has(id)) throw new Error(`two resources have the id ${id}`);
    seen.add(id);
  }
}

/** A plan as data: shown, saved, diffed, applied exactly. Contains no secret. */
export interface Plan {
  schema: 'vdb.plan/1';
  host: string;
  target: string;
  /** sha256 of the effective configuration, secrets included: a changed secret makes another plan. */
  config_digest: string;
  tasks: PlannedTask[];
}

export interface PlannedTask {
  id: string;
  title: string;
  steps: PlannedStep[];
}

export interface PlannedStep {
  resource: string;
  title: string;
  subtask: string;
  status: Exclude<Verdict['status'], 'ok'>;
  action?: Action;
  summary: string;
  /** What the change needs first is not there yet, so it is looked at again when it is. */
  tentative?: boolean;
  fields?: readonly FieldChange[];
  /** Unified diff of a file's content, secrets masked; absent for secret files. */
  diff?: string;
  next?: string;
  /** Identifies the exact change, contents included. */
  digest: string;
}

/** The plan that `steps` amount to. Steps with nothing to do are left out. */
export function planOf(
  host: { name: string; target: string },
  configDigest: string,
  steps: readonly Step[],
  redactor: Redactor,
): Plan {
  const tasks = new Map<string, PlannedTask>();
  for (const step of steps) {
    const task = tasks.get(step.task.id) ?? { id: step.task.id, title: step.task.title, steps: [] };
    tasks.set(task.id, task);
    const planned = plannedStep(step, redactor);
    if (planned !== null) task.steps.push(planned);
  }
  return {
    schema: 'vdb.plan/1',
    host: host.name,
    target: host.target,
    config_digest: configDigest,
    tasks: [...tasks.values()],
  };
}

/** How many steps of a plan have this status. */
export function stepCount(plan: Plan, status: PlannedStep['status']): number {
  return plan.tasks.flatMap((task) => task.steps).filter((step) => step.status === status).length;
}

function plannedStep(step: Step, redactor: Redactor): PlannedStep | null {
  const { verdict, resource, subtask } = step;
  if (verdict.status === 'ok') return null;
  const base = { resource: resource.id, title: resource.title, subtask: subtask.id, status: verdict.status };
  if (verdict.status !== 'change' && verdict.status !== 'refused') {
    return { ...base, summary: redactor.mask(verdict.why), digest: digestOf([resource.id, verdict.status]) };
  }
  const { change } = verdict;
  const diff = contentDiff(resource.title, change, redactor);
  return {
    ...base,
    action: change.action,
    summary: redactor.mask(change.refused?.why ?? change.summary),
    ...(verdict.status === 'change' && verdict.tentative ? { tentative: true } : {}),
    ...(change.fields === undefined ? {} : { fields: maskedFields(change.fields, redactor) }),
    ...(diff === null ? {} : { diff }),
    ...(change.refused === undefined ? {} : { next: change.refused.next }),
    digest: digestOf([resource.id, change.action, change.summary, change.fields, change.content]),
  };
}

function maskedFields(fields: readonly FieldChange[], redactor: Redactor): FieldChange[] {
  return fields.map(({ field, have, want }) => ({
    field,
    have: redactor.mask(have),
    want: redactor.mask(want),
  }));
}

function contentDiff(title: string, change: Change, redactor: Redactor): string | null {
  const { content } = change;
  if (content === undefined || content.secret) return null;
  const before = redactor.mask(content.before ?? '');
  const patch = createTwoFilesPatch(title, title, before, redactor.mask(content.after), '', '', {
    context: 3,
  });
  return patch.slice(patch.indexOf('\n') + 1);
}

/** sha256 of anything that JSON can hold. */
export function digestOf(value: unknown): string {
  return createHash('sha256').update(JSON.stringify(value)).digest('hex');
}
