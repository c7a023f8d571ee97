import type { Config } from '../../config/schema.js';
import type { TaskContext } from '../../engine/task.js';
import type { Host } from '../../host/host.js';
import { upgradeObstacle } from '../../services/qdrant/upgrade-path.js';
import type { DeployRecord, Strategy } from '../record.js';
import type { Copying } from './copying.js';
import { fromSet } from './from-set.js';
import { byReplication } from './replicate.js';
import { type QdrantParts, started } from './rollout.js';
import { bySnapshots } from './snapshot.js';

/** What is known of two versions of Qdrant. */
export interface Versions {
  from: string;
  to: string;
}

/**
 * How data can come from one version to the other. Peers of one cluster may be a minor version apart, in either
 * direction; a snapshot is taken by its own version or the next one. Pure.
 */
export function possibleStrategies({ from, to }: Versions, { qdrant }: Pick<Config, 'qdrant'>): Strategy[] {
  const forward = upgradeObstacle(from, to) === null;
  const near = forward || upgradeObstacle(to, from) === null;
  const isPeer = qdrant.cluster.enabled && qdrant.artifact.from !== 'emulator';
  return [...(near && isPeer ? ['replicate' as const] : []), ...(forward ? ['snapshot' as const] : [])];
}

interface Given {
  host: Host;
  before: TaskContext;
  after: TaskContext;
  parts: QdrantParts;
  again: string;
  onLine(line: string): void;
}

/** How the data of a deploy is copied, as its record says. */
export function copyingOf({ strategy, restores, from, to }: DeployRecord, given: Given): Copying {
  const { host, before, after, onLine } = given;
  if (strategy === 'set') return fromSet({ host, after, to: to.slot, set: restores ?? '', onLine });
  const slots = { from: from.slot, to: to.slot };
  if (strategy === 'snapshot') return bySnapshots({ host, before, after, ...slots, onLine });
  const keyless = sendsNoKey(from.release);
  return byReplication({ host, after, ...slots, keyless, onLine, start: (stop) => started(given, stop) });
}

/**
 * Whether a release attaches no API key to what it asks of its peers: so before 1.18, where `service.enforce_internal_auth`
 * came (config/config.yaml of Qdrant). Pure.
 */
export function sendsNoKey(release: string): boolean {
  const [, major, minor] = /^(\d+)\.(\d+)\./.exec(release)?.map(Number) ?? [];
  return major !== undefined && minor !== undefined && (major < 1 || (major === 1 && minor < 18));
}
