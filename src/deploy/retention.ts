import type { TaskContext } from '../engine/task.js';
import type { Host } from '../host/host.js';
import { releasesOn } from './installed.js';
import { type DeployRecord, isInPlace, type ServiceName } from './record.js';
import { prunable, pruneCommand } from './releases.js';
import { forgetStandby } from './standby.js';
import { readDeploys } from './store.js';

/** Removes releases of a service that `deployment.keep_releases` leaves no room for, and gives their names. */
export async function pruneReleases(
  host: Host,
  context: TaskContext,
  service: ServiceName,
): Promise<string[]> {
  const { paths, deployment } = context.config;
  const { installed, releases } = await releasesOn(host, context);
  const names = prunable(releases, installed, { service, keep: deployment.keep_releases });
  if (names.length > 0) await host.run(pruneCommand(paths.root, names));
  return names;
}

/** What an earlier deploy in place has kept is of no use once another one has ended well. */
export async function forgetEarlier(
  host: Host,
  { config }: TaskContext,
  { id, service }: DeployRecord,
): Promise<void> {
  const earlier = (await readDeploys(host, config.paths.state)).find(
    (each) => each.service === service && each.id !== id && each.kind === 'deploy' && isInPlace(each),
  );
  if (earlier === undefined) return;
  await host.run(forgetStandby({ config, service, slot: earlier.to.slot, id: earlier.id }));
}
