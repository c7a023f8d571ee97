import type { Change, Resource } from '../../src/engine/resource.js';
import type { Observation } from '../../src/host/probe.js';

const CHANGE: Change = { action: 'update', summary: '' };

/** The bash source of each command that would bring `have` to the desired state. */
export function commandsFor(resource: Resource, have: unknown): string[] {
  return resource.apply(resource.diff(have) ?? CHANGE, have).map(({ script }) => script.source);
}

/** The bash source of the resource's look. */
export function scriptOf(resource: Resource): string {
  return resource.probe.kind.script([resource.probe.arg]).source;
}

/** What the resource makes of a host's answer. */
export function answer(resource: Resource, stdout: string): Observation<unknown> {
  const [observation] = resource.probe.kind.parse(stdout, [resource.probe.arg]);
  if (observation === undefined) throw new Error('no observation');
  return observation;
}

/** What differs according to a host's answer; fails unless it was understood. */
export function summaryOf(resource: Resource, stdout: string): string | null {
  const observation = answer(resource, stdout);
  if (observation.status !== 'known') throw new Error(`${observation.status}: ${observation.why}`);
  return resource.diff(observation.value)?.summary ?? null;
}
