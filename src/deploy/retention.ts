import type { TaskContext } from '../engine/task.js';
import type { Host } from '../host/host.js';
import { installedOn } from './installed.js';
import type { ServiceName } from './record.js';
import { prunable, pruneCommand, releasesOf } from './releases.js';
import { readDeploys } from './store.js';

/** Removes releases of a service that `deployment.keep_releases` leaves no room for, and gives their names. */
export async function pruneReleases(
  host: Host,
  { config, standby }: TaskContext,
  service: ServiceName,
): Promise<string[]> {
  const { paths, qdrant, gateway, deployment } = config;
  const installed = await installedOn(host, paths.root);
  const slots = { qdrant: qdrant.active_slot, gateway: { active: gateway.active_slot, standby } };
  const releases = releasesOf(installed, await readDeploys(host, paths.state), slots);
  const names = prunable(releases, installed, { service, keep: deployment.keep_releases });
  if (names.length > 0) await host.run(pruneCommand(paths.root, names));
  return names;
}
