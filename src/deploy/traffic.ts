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

/** HAProxy's mean forgets slowly: each answer has this share of it at most (TIME_STATS_SAMPLES in its defaults.h). */
const MEAN_OF = 512;

/**
 * The servers of a slot as one. With `since`, an earlier look, the mean is that of what came since then, weighted by requests: a
 * server that had a million before does not cover what is slow now, nor what was slow before what is fast. Pure.
 */
export function sumOf(
  servers: readonly EdgeTraffic[],
  slot: SlotName,
  since: readonly EdgeTraffic[] = [],
): Traffic & { running: number } {
  const own = servers.filter((server) => server.slot === slot);
  const recent = own.map((server) => recentOf(server, since));
  const sum = <T>(of: readonly T[], value: (each: T) => number): number =>
    of.reduce((total, each) => total + value(each), 0);
  const asked = sum(recent, ({ requests }) => requests);
  return {
    ...{ requests: sum(own, ({ requests }) => requests), errors: sum(own, ({ errors }) => errors) },
    running: sum(own, ({ running }) => running),
    meanMs: asked === 0 ? null : sum(recent, ({ requests, meanMs }) => meanMs * requests) / asked,
  };
}

/** What a server was given since an earlier look, and how long its answers to that took; an edge that was restarted counts anew. */
function recentOf(
  { backend, name, requests, meanMs }: EdgeTraffic,
  since: readonly EdgeTraffic[],
): { requests: number; meanMs: number } {
  const before = since.find((each) => each.backend === backend && each.name === name);
  if (before === undefined || before.requests === 0 || requests < before.requests)
    return { requests, meanMs };
  const given = requests - before.requests;
  if (given === 0) return { requests: 0, meanMs: 0 };
  const kept = Math.min(before.requests / requests, (1 - 1 / MEAN_OF) ** given);
  return { requests: given, meanMs: Math.max(0, (meanMs - kept * before.meanMs) / (1 - kept)) };
}
