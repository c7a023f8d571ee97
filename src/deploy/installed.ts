import type { SlotName } from '../config/schema.js';
import { lookAll, type Step } from '../engine/plan.js';
import type { Task, TaskContext } from '../engine/task.js';
import { EXIT, VdbError } from '../errors.js';
import type { Host } from '../host/host.js';
import { ask, observe } from '../host/probe.js';
import type { Place, ServiceName } from './record.js';
import { type Installed, installedKind, type Release, releasesOf } from './releases.js';
import { readDeploys } from './store.js';

/** The slot that does not serve. Pure. */
export function otherSlot(slot: SlotName): SlotName {
  return slot === 'blue' ? 'green' : 'blue';
}

/** The context of a host on which `active` of the gateway serves and `standby` stands by. Pure. */
export function servingIn(context: TaskContext, active: SlotName, standby: SlotName | null): TaskContext {
  const { config } = context;
  return { ...context, config: { ...config, gateway: { ...config.gateway, active_slot: active } }, standby };
}

/** The context of a host on which `active` of Qdrant serves. Pure. */
export function qdrantIn(context: TaskContext, active: SlotName): TaskContext {
  const { config } = context;
  return { ...context, config: { ...config, qdrant: { ...config.qdrant, active_slot: active } } };
}

/** What is installed on the host. Throws `deploy.releases` where that cannot be seen. */
export async function installedOn(host: Host, root: string): Promise<readonly Installed[]> {
  const [observation] = await observe(host, [ask(installedKind, root)]);
  if (observation?.status === 'known' && observation.value !== null)
    return observation.value as readonly Installed[];
  const why = observation !== undefined && 'why' in observation ? observation.why : 'no answer';
  throw new VdbError(`The releases on the host cannot be seen: ${why}`, {
    ...{ code: 'deploy.releases', exitCode: EXIT.failed, host: host.target },
  });
}

/** All releases of a host, newest first, and those of them that are installed. Throws as the two that it asks. */
export async function releasesOn(
  host: Host,
  { config, standby }: Pick<TaskContext, 'config' | 'standby'>,
): Promise<{ installed: readonly Installed[]; releases: Release[] }> {
  const { paths, qdrant, gateway } = config;
  const installed = await installedOn(host, paths.root);
  const slots = { qdrant: qdrant.active_slot, gateway: { active: gateway.active_slot, standby } };
  return { installed, releases: releasesOf(installed, await readDeploys(host, paths.state), slots) };
}

/** The release that a slot of a service runs from; null where there is none. Pure. */
export function releaseIn(
  installed: readonly Installed[],
  service: ServiceName,
  slot: SlotName,
): Place | null {
  const isOf = (link: string): boolean =>
    service === 'gateway' ? link.startsWith(`gateway/${slot}-`) : link === `slots/${slot}`;
  const found = installed.find(({ links }) => links.some(isOf));
  return found === undefined ? null : { slot, release: found.name };
}

/** What differs between the host and what these tasks want of it. */
export async function dueSteps(
  host: Host,
  tasks: readonly Task[],
  context: TaskContext,
): Promise<readonly Step[]> {
  const steps = await lookAll(host, tasks, context);
  return steps.filter(({ verdict }) => verdict.status !== 'ok' && verdict.status !== 'foreign');
}
