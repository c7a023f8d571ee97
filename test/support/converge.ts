import { expect } from 'vitest';
import type { Change, Resource } from '../../src/engine/resource.js';
import type { Host } from '../../src/host/host.js';
import { look } from './root-host.js';

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
