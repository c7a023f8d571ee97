import { setTimeout as sleep } from 'node:timers/promises';
import type { Config, SlotName } from '../config/schema.js';
import { EXIT, VdbError } from '../errors.js';
import type { Host } from '../host/host.js';
import { type EdgeService, findEdge } from '../services/haproxy/config.js';
import { switchSlot } from '../services/haproxy/switch.js';
import { againstErrors, againstSlowness, between, SLOW_SECONDS, type Traffic, trafficText } from './bake.js';
import { type PhaseEnd, Stopped } from './machine.js';
import { type DeployRecord, numbersOf, type PhaseName, switchOf } from './record.js';
import { serversOf, sumOf, trafficOf } from './traffic.js';

/** A service on its way from one slot to the other, behind the edge. */
export interface Move {
  host: Host;
  edge: EdgeService;
  from: SlotName;
  to: SlotName;
}

const LOOK_EVERY_MS = 1000;

/** The edge's side of a service. Throws `deploy.no-edge` where there is none: there is nothing to switch. */
export function edgeOf(config: Config, service: EdgeService['name']): EdgeService {
  const found = findEdge(config, service);
  if (found !== undefined) return found;
  throw new VdbError(`There is no edge in front of the ${service}, so there is nothing to switch`, {
    ...{ code: 'deploy.no-edge', exitCode: EXIT.usage },
    meaning: 'Blue/green needs HAProxy between the clients and the two slots.',
    next: `Set networking.load_balancer: true, or bring it in with a restart: vdb deploy --in-place --service ${service}`,
  });
}

/** Gives all new requests to the new slot. `follow` has the host's files say so; cut off in between, the next run does it. */
export async function cutOver(
  { host, edge: { backends, limitSeconds }, from, to }: Move,
  follow: () => Promise<void>,
): Promise<PhaseEnd> {
  const traffic = await trafficOf(host, backends);
  await host.run(switchSlot({ backends, to, limitSeconds }));
  await follow();
  return {
    note: `the edge finds ${to} healthy, and gives it all new requests`,
    numbers: switchNumbers(traffic[from], traffic[to]),
  };
}

/** Waits until nothing runs at the old slot any more, for so many seconds at most. */
export async function drainOld(
  { host, edge: { backends }, from }: Move,
  limitSeconds: number,
  stop: AbortSignal,
): Promise<PhaseEnd> {
  const until = performance.now() + limitSeconds * 1000;
  for (;;) {
    const { running } = (await trafficOf(host, backends))[from];
    if (running === 0) return { note: `nothing runs at ${from} any more`, numbers: { running } };
    if (performance.now() > until)
      return { note: `${running} requests still run at ${from}`, numbers: { running } };
    await aSecond(stop);
  }
}

/** How a new slot is watched. */
export interface BakeOptions {
  seconds: number;
  /** What is wrong with the new slot itself; null: nothing. */
  sick(): Promise<string | null>;
  refused(why: string): VdbError;
  onLine(line: string): void;
}

/** Watches the new slot under load, beside what the old one did until the cutover. Throws what `refused` gives. */
export async function bakeNew(
  { host, edge: { backends }, to }: Move,
  record: DeployRecord,
  options: BakeOptions,
  stop: AbortSignal,
): Promise<PhaseEnd> {
  const begun = await serversOf(host, backends);
  return watchNew(async () => sumOf(await serversOf(host, backends), to, begun), record, options, stop);
}

/**
 * The same, where `look` says what clients met at what is new. It does not end while answers are slow: that is decided first.
 * Where it has failed before and a person goes on, what was met until then is no argument any more.
 */
export async function watchNew(
  look: () => Promise<Traffic>,
  record: DeployRecord,
  { seconds, sick, refused, onLine }: BakeOptions,
  stop: AbortSignal,
): Promise<PhaseEnd> {
  const numbers = numbersOf(record, switchOf(record));
  const old = numberedAs('old', numbers);
  const start = record.failure?.phase === 'bake' ? await look() : numberedAs('new', numbers);
  const until = performance.now() + seconds * 1000;
  for (let fineAt = performance.now(); ; ) {
    const seen = between(start, await look());
    const slowness = againstSlowness(seen, old);
    if (slowness === null) fineAt = performance.now();
    const staysSlow = performance.now() - fineAt >= SLOW_SECONDS * 1000;
    const wrong = againstErrors(seen, old) ?? (staysSlow ? slowness : null) ?? (await sick());
    if (wrong !== null) throw refused(wrong);
    if (slowness === null && performance.now() > until)
      return { note: trafficText(seen), numbers: numbered('new', seen) };
    onLine(`${trafficText(seen)}, ${Math.max(0, Math.ceil((until - performance.now()) / 1000))} s to go`);
    await aSecond(stop);
  }
}

/** A release that is not good enough to serve, or to go on serving. */
export function notGood(phase: PhaseName, why: string, unit: string | undefined): VdbError {
  const what = phase === 'gate' ? 'is not let in' : 'does not stay';
  return new VdbError(`The new release ${what}: ${why}`, {
    ...{ code: `deploy.${phase}`, exitCode: EXIT.failed },
    next: `Read its journal on the host: journalctl -u '${unit}' -n 100 --no-pager`,
  });
}

/** A second, or less where a person wants to stop: then it throws {@link Stopped}. */
export async function aSecond(stop: AbortSignal): Promise<void> {
  await sleep(LOOK_EVERY_MS, undefined, { signal: stop }).catch(() => {});
  if (stop.aborted) throw new Stopped();
}

/** What a bake goes by: the traffic of the old and of the new one when the new one takes over. Pure. */
export function switchNumbers(old: Traffic, start: Traffic): Record<string, number> {
  return { ...numbered('old', old), ...numbered('new', start) };
}

function numbered(slot: 'old' | 'new', { requests, errors, meanMs }: Traffic): Record<string, number> {
  const mean = meanMs === null ? {} : { [`${slot}_ms`]: meanMs };
  return { [`${slot}_requests`]: requests, [`${slot}_errors`]: errors, ...mean };
}

function numberedAs(slot: 'old' | 'new', numbers: Record<string, number>): Traffic {
  const {
    [`${slot}_requests`]: requests = 0,
    [`${slot}_errors`]: errors = 0,
    [`${slot}_ms`]: meanMs = null,
  } = numbers;
  return { requests, errors, meanMs };
}
