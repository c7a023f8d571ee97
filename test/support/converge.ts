import { expect } from 'vitest';
import type { Change, Resource } from '../../src/engine/resource.js';
import { Gate } from '../../src/host/gate.js';
import { Host } from '../../src/host/host.js';
import { type Observation, observe } from '../../src/host/probe.js';
import { podmanTransport } from './podman-transport.js';

/** A host inside a container, as root, whose gate is open as if its lock were held. */
export async function containerHost(container: string): Promise<Host> {
  const transport = podmanTransport(container);
  await transport.exec('mkdir -p /run/vdb');
  const gate = new Gate();
  gate.open();
  return new Host(transport, gate);
}

/** What one look at `resource` says. */
export async function look(host: Host, resource: Resource): Promise<Observation<unknown>> {
  const [observation] = await observe(host, [resource.probe]);
  if (observation === undefined) throw new Error(`no observation of ${resource.id}`);
  return observation;
}

/** The value seen; fails the test when it could not be seen. */
export async function seen(host: Host, resource: Resource): Promise<unknown> {
  const observation = await look(host, resource);
  if (observation.status !== 'known')
    throw new Error(`${resource.id}: ${observation.status}: ${observation.why}`);
  return observation.value;
}

/** Looks, changes and looks again; the second look must find nothing left. Returns the change it made. */
export async function converge(host: Host, resource: Resource): Promise<Change | null> {
  const have = await seen(host, resource);
  const change = resource.diff(have);
  if (change === null) return null;
  if (change.refused) throw new Error(`${resource.id} refused: ${change.refused.why}`);
  for (const command of resource.apply(change, have)) await host.run(command);
  expect(resource.diff(await seen(host, resource)), `${resource.id} after its change`).toBeNull();
  return change;
}
