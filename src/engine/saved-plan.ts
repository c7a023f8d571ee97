import { isDeepStrictEqual } from 'node:util';
import type { Plan, PlannedStep } from './plan.js';

/** Reads a plan that was saved as JSON. Throws an `Error` that says what is wrong with it. */
export function parsePlan(text: string): Plan {
  const data: unknown = JSON.parse(text);
  if (!isRecord(data)) throw new Error('it is not a JSON object');
  if (data.schema !== 'vdb.plan/1')
    throw new Error(`its schema is ${JSON.stringify(data.schema)}, not "vdb.plan/1"`);
  const texts = ['host', 'target', 'config_digest'].filter((key) => typeof data[key] !== 'string');
  if (texts.length > 0) throw new Error(`${texts.join(', ')} missing`);
  if (!Array.isArray(data.tasks) || !data.tasks.every(isTask)) throw new Error('its tasks are not readable');
  return data as unknown as Plan;
}

function isTask(task: unknown): boolean {
  return (
    isRecord(task) && typeof task.id === 'string' && Array.isArray(task.steps) && task.steps.every(isStep)
  );
}

function isStep(step: unknown): boolean {
  return (
    isRecord(step) &&
    [step.resource, step.title, step.status, step.digest].every((value) => typeof value === 'string')
  );
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/**
 * What stands between a saved plan and a fresh one, a line each; empty when applying the fresh one is
 * applying the saved one. Pure.
 */
export function differences(saved: Plan, fresh: Plan): string[] {
  if (saved.host !== fresh.host) return [`The plan is for the host ${saved.host}, not for ${fresh.host}.`];
  const before = stepsOf(saved);
  const now = stepsOf(fresh);
  const ids = [...new Set([...before.keys(), ...now.keys()])];
  const config = saved.config_digest === fresh.config_digest ? [] : ['The configuration has changed.'];
  const tasks =
    taskList(saved) === taskList(fresh)
      ? []
      : [`The plan has tasks that this vdb does not: ${taskList(saved)}`];
  return [
    ...config,
    ...tasks,
    ...ids.flatMap((id) => difference(before.get(id), now.get(id))),
    ...order(before, now),
  ];
}

function stepsOf(plan: Plan): Map<string, PlannedStep> {
  return new Map(plan.tasks.flatMap(({ steps }) => steps.map((step) => [step.resource, step] as const)));
}

function taskList(plan: Plan): string {
  return plan.tasks.map(({ id }) => id).join(', ');
}

function difference(before: PlannedStep | undefined, now: PlannedStep | undefined): string[] {
  if (before === undefined)
    return now === undefined ? [] : [`${now.title}: was as wanted, now: ${now.summary}`];
  if (now === undefined) return [`${before.title}: is as wanted by now (planned: ${before.summary})`];
  if (isDeepStrictEqual(before, now)) return [];
  if (before.digest === now.digest)
    return [`${now.title}: the plan file was edited; what it says is not what was planned`];
  return [`${now.title}: planned: ${before.summary}; now: ${now.summary}`];
}

/** Steps in another order, with nothing else to tell them apart, are another plan too. */
function order(before: ReadonlyMap<string, PlannedStep>, now: ReadonlyMap<string, PlannedStep>): string[] {
  const same = [...before.keys()].filter((id) => now.has(id)).join('\n');
  return same === [...now.keys()].filter((id) => before.has(id)).join('\n')
    ? []
    : ['The steps come in another order.'];
}
