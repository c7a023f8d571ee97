import type { SlotName } from '../config/schema.js';
import { EXIT, VdbError } from '../errors.js';
import type { Host } from '../host/host.js';
import { type Observation, observe } from '../host/probe.js';
import { edgeServers, edgeTraffic } from '../resources/edge-slots.js';
import type { EdgeServer, EdgeTraffic } from '../services/haproxy/runtime.js';
import type { Traffic } from './bake.js';

/** What the edge counted for each slot, and how many requests run there. */
export type SlotTraffic = Record<SlotName, Traffic & { running: number }>;

/** Asks the running edge. Throws `deploy.edge` where it does not answer. */
export async function trafficOf(host: Host, backends: readonly string[]): Promise<SlotTraffic> {
  const servers = await serversOf(host, backends);
  return { blue: sumOf(servers, 'blue'), green: sumOf(servers, 'green') };
}

/** The same, of each server by itself. */
export async function serversOf(host: Host, backends: readonly string[]): Promise<readonly EdgeTraffic[]> {
  const [observation] = await observe(host, [edgeTraffic(backends)]);
  if (observation?.status === 'known' && observation.value !== null)
    return observation.value as readonly EdgeTraffic[];
  throw silent(host, observation);
}

function silent(host: Host, observation: Observation<unknown> | undefined): VdbError {
  const why = observation !== undefined && 'why' in observation ? observation.why : 'it says nothing';
  return new VdbError(`What the edge does cannot be told: ${why}`, {
    ...{ code: 'deploy.edge', exitCode: EXIT.failed, host: host.target },
    next: 'See whether HAProxy runs on the host (systemctl status haproxy), then: vdb provision --only 4.5',
  });
}

/** Whether the running edge gives requests of these backends to a slot. Throws `deploy.edge` where it does not answer. */
export async function takesRequests(
  host: Host,
  { backends, slot }: { backends: readonly string[]; slot: SlotName },
): Promise<boolean> {
  const [observation] = await observe(host, [edgeServers({ backends, active: slot })]);
  if (observation?.status !== 'known' || observation.value === null) throw silent(host, observation);
  const servers = observation.value as readonly EdgeServer[];
  return servers.some((server) => server.slot === slot && server.state === 'ready');
}

/**
 * The servers of a slot as one. The mean is weighted by the requests that each was given `since` an earlier look: one that had
 * a million before then does not cover what is slow now. Pure.
 */
export function sumOf(
  servers: readonly EdgeTraffic[],
  slot: SlotName,
  since: readonly EdgeTraffic[] = [],
): Traffic & { running: number } {
  const own = servers.filter((server) => server.slot === slot);
  const sum = (of: (server: EdgeTraffic) => number): number =>
    own.reduce((total, server) => total + of(server), 0);
  const given = ({ backend, name, requests }: EdgeTraffic): number => {
    const before = since.find((each) => each.backend === backend && each.name === name)?.requests ?? 0;
    return requests < before ? requests : requests - before;
  };
  const recent = sum(given);
  return {
    ...{ requests: sum(({ requests }) => requests), errors: sum(({ errors }) => errors) },
    running: sum(({ running }) => running),
    meanMs: recent === 0 ? null : sum((server) => server.meanMs * given(server)) / recent,
  };
}
