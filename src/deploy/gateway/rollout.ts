import { setTimeout as sleep } from 'node:timers/promises';
import type { Config, SlotName } from '../../config/schema.js';
import type { SubTask, Task, TaskContext } from '../../engine/task.js';
import { EXIT, VdbError } from '../../errors.js';
import type { Host } from '../../host/host.js';
import { edgeFollows } from '../../resources/edge-file.js';
import { type GatewayInstance, gatewayInstances, instanceUrl } from '../../services/gateway/instances.js';
import { type EdgeService, edgeServes, edgeServices, renderHaproxy } from '../../services/haproxy/config.js';
import { checkSlot, disableSlot, switchSlot } from '../../services/haproxy/switch.js';
import { againstTraffic, between, type Traffic, trafficText } from '../bake.js';
import { type BringOptions, bring, taskOf } from '../bring.js';
import { type Phase, type PhaseEnd, type Rollout, Stopped } from '../machine.js';
import { type DeployRecord, hasSwitched, numbersOf, type PhaseName } from '../record.js';
import { prunable, pruneCommand, releasesOf } from '../releases.js';
import { readDeploys } from '../store.js';
import { trafficOf } from './edge.js';
import { against, askScript, medianOf, parseAnswers } from './gate.js';
import { ASKED, askEdge } from './outside.js';
import { installedOn } from './plan.js';
import { assertRoom } from './room.js';
import { forgetStandby, keepStandby, putStandbyBack } from './standby.js';

/** The parts of the documented tasks that a deploy runs by themselves. */
export interface GatewayParts {
  /** Release, settings, schema. */
  stage: readonly SubTask[];
  /** The units of the active slot. */
  start: readonly SubTask[];
  /** What names the active slot on the host: its state, its registry, what starts with it. */
  state: readonly SubTask[];
  /** Nothing runs, and nothing is left, but what is wanted. */
  retired: readonly SubTask[];
  /** The edge. */
  edge: readonly Task[];
  /** What a finished deploy leaves with nothing to change: the gateway and its edge. */
  whole: readonly Task[];
}

/** What a deploy of the gateway works with. */
export interface GatewayDeploy {
  host: Host;
  /** The host as it is: the slot is active that serves now. */
  before: TaskContext;
  /** The host as it shall be: the new slot is active, and the one that serves now stands by. */
  after: TaskContext;
  parts: GatewayParts;
  /** Says in a line that the host is in order. Throws where it is not. */
  assertReady(): Promise<string>;
  /** The command line that does it again, for remedies. */
  again: string;
  onLine(line: string): void;
}

const LOOK_EVERY_MS = 1000;

/** The phases of a deploy of the gateway, which keeps nothing of its own: its data is in PostgreSQL and in Qdrant. */
export function gatewayRollout(deploy: GatewayDeploy): Rollout {
  const phase = (name: PhaseName, title: string, run: Phase['run']): Phase => ({ name, title, run });
  return {
    phases: [
      phase('preflight', 'is the host in order, and is there room', () => preflight(deploy)),
      phase('stage', 'install the release beside the one that serves', (record, stop) =>
        stage(deploy, record, stop),
      ),
      phase('start', 'start it in the idle slot', (_, stop) => start(deploy, stop)),
      phase('gate', 'is it healthy, and as fast', () => gate(deploy)),
      phase('cutover', 'send new requests to it', (_, stop) => cutover(deploy, stop)),
      phase('outside', 'ask as clients do', () => outside(deploy)),
      phase('drain', 'let running requests finish', (_, stop) => drain(deploy, stop)),
      phase('bake', 'watch it under load', (record, stop) => bake(deploy, record, stop)),
      phase('retire', 'stop the old slot, which stands by', (record, stop) => retire(deploy, record, stop)),
    ],
    withdraw: (record) => withdraw(deploy, record),
  };
}

function slotsOf({ before, after }: GatewayDeploy): { from: SlotName; to: SlotName } {
  return { from: before.config.gateway.active_slot, to: after.config.gateway.active_slot };
}

/** The edge's side of the gateway. Throws where there is none: there is nothing to switch. */
function edgeOf(config: Config): EdgeService {
  const found = edgeServices(config).find(({ name }) => name === 'gateway');
  if (found !== undefined && edgeServes(config)) return found;
  throw new VdbError('The gateway has no edge in front of it, so there is nothing to switch', {
    ...{ code: 'deploy.no-edge', exitCode: EXIT.usage },
    meaning: 'Blue/green needs HAProxy between the clients and the two slots.',
    next: 'Set networking.load_balancer: true, or bring the release in with a restart: vdb provision --only 1.2',
  });
}

function configsOf({ before, after }: GatewayDeploy): [before: Config, after: Config] {
  return [before.config, after.config];
}

function options(
  { host, again, onLine }: GatewayDeploy,
  context: TaskContext,
  stop: AbortSignal,
): BringOptions {
  return { host, again, onLine, stop, context };
}

async function preflight(deploy: GatewayDeploy): Promise<PhaseEnd> {
  const { host } = deploy;
  const [before, after] = configsOf(deploy);
  edgeOf(after);
  const ready = await deploy.assertReady();
  const serving = gatewayInstances(before);
  const coming = gatewayInstances(after);
  const { memoryUsed } = await assertRoom(host, {
    units: serving.map(({ unit }) => unit),
    ports: coming.flatMap(({ port, grpcPort }) => (grpcPort === null ? [port] : [port, grpcPort])),
  });
  await trafficOf(host, edgeOf(before).backends);
  return { note: `${ready}; room for another ${Math.round(memoryUsed / 1024 ** 2)} MiB` };
}

async function stage(deploy: GatewayDeploy, record: DeployRecord, stop: AbortSignal): Promise<PhaseEnd> {
  const { host, after, parts } = deploy;
  await host.run(keepStandby({ config: after.config, slot: slotsOf(deploy).to, id: record.id }));
  const task = taskOf('deploy.stage', 'Stage', parts.stage);
  const changes = await bring([task], options(deploy, after, stop));
  return {
    note: `${record.to.release} is installed, ${changes} change${changes === 1 ? '' : 's'}`,
    numbers: { changes },
  };
}

async function start(deploy: GatewayDeploy, stop: AbortSignal): Promise<PhaseEnd> {
  const { host, after, parts } = deploy;
  const task = taskOf('deploy.start', 'Start', parts.start);
  await bring([task], options(deploy, after, stop));
  const { backends, active: slot } = edgeOf(after.config);
  await host.run(checkSlot({ backends, slot }));
  const ports = gatewayInstances(after.config).map(({ port }) => port);
  return { note: `runs at ${ports.join(', ')}` };
}

/** The slots are asked in turn, so that both meet the same load. */
async function gate(deploy: GatewayDeploy): Promise<PhaseEnd> {
  const { host } = deploy;
  const [before, after] = configsOf(deploy);
  const coming = gatewayInstances(after);
  const urls = (config: Config, instances: readonly GatewayInstance[]): string[] =>
    instances.map((instance) => `${instanceUrl(config, instance)}${config.gateway.health.path}`);
  const all = [...urls(after, coming), ...urls(before, gatewayInstances(before))];
  const { stdout } = await host.read(askScript(all), { timeoutMs: 600_000 });
  const answers = parseAnswers(stdout, all.length);
  const serving = answers.slice(coming.length).flat();
  const healthy = after.gateway.health.status;
  const wrong = coming.flatMap(
    ({ name }, index) => against(name, answers[index] ?? [], { healthy, serving }) ?? [],
  );
  if (wrong.length > 0) throw refused('gate', wrong.join('; '), coming);
  const ms = medianOf(answers.slice(0, coming.length).flat());
  return {
    note: `healthy, ${ms.toFixed(1)} ms where what serves needs ${medianOf(serving).toFixed(1)} ms`,
    numbers: { ms, serving_ms: medianOf(serving) },
  };
}

function refused(phase: PhaseName, why: string, instances: readonly GatewayInstance[]): VdbError {
  const what = phase === 'gate' ? 'is not let in' : 'does not stay';
  return new VdbError(`The new release ${what}: ${why}`, {
    ...{ code: `deploy.${phase}`, exitCode: EXIT.failed },
    next: `Read its journal on the host: journalctl -u '${instances[0]?.unit}' -n 100 --no-pager`,
  });
}

/** Files follow the running edge: cut off in between, the next run of this phase finishes it. */
async function cutover(deploy: GatewayDeploy, stop: AbortSignal): Promise<PhaseEnd> {
  const { host, after } = deploy;
  const { backends, limitSeconds } = edgeOf(after.config);
  const { from, to } = slotsOf(deploy);
  const traffic = await trafficOf(host, backends);
  await host.run(switchSlot({ backends, to, limitSeconds }));
  await follow(deploy, after, stop);
  return {
    note: `the edge finds ${to} healthy, and gives it all new requests`,
    numbers: { ...numbered('old', traffic[from]), ...numbered('new', traffic[to]) },
  };
}

async function follow(deploy: GatewayDeploy, context: TaskContext, stop: AbortSignal): Promise<void> {
  await deploy.host.run(edgeFollows(renderHaproxy(context.config)));
  await bring([taskOf('deploy.state', 'State', deploy.parts.state)], options(deploy, context, stop));
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

/** What answers is the new slot: the edge's own count says so. */
async function outside(deploy: GatewayDeploy): Promise<PhaseEnd> {
  const { host } = deploy;
  const [, after] = configsOf(deploy);
  const { networking, gateway } = after;
  const { backends } = edgeOf(after);
  const { from, to } = slotsOf(deploy);
  const before = await trafficOf(host, backends);
  const { gateway_port: port } = networking.edge;
  const path = gateway.health.path;
  const statuses = await askEdge(host, { port, tls: networking.tls.mode !== 'off', path });
  const traffic = await trafficOf(host, backends);
  const wrong = statuses.filter((status) => status !== gateway.health.status);
  if (wrong.length > 0) {
    throw refused('outside', `port ${port} answered ${wrong[0]} to ${path}`, gatewayInstances(after));
  }
  const count = (slot: SlotName): number => between(before[slot], traffic[slot]).requests;
  if (count(to) < ASKED) {
    const why = `port ${port} was asked ${ASKED} times, and slot ${to} had ${count(to)} requests (slot ${from}: ${count(from)})`;
    throw refused('outside', why, gatewayInstances(after));
  }
  return { note: `port ${port} answers from ${to}` };
}

/** Requests that take longer than a worker may take at its end would be cut by that anyway. */
async function drain(deploy: GatewayDeploy, stop: AbortSignal): Promise<PhaseEnd> {
  const { host } = deploy;
  const [before] = configsOf(deploy);
  const { backends } = edgeOf(before);
  const { from } = slotsOf(deploy);
  const until = performance.now() + before.gateway.graceful_timeout_seconds * 1000;
  for (;;) {
    const { running } = (await trafficOf(host, backends))[from];
    if (running === 0) return { note: `nothing runs at ${from} any more`, numbers: { running } };
    if (performance.now() > until) {
      return { note: `${running} requests still run at ${from}`, numbers: { running } };
    }
    await pause(stop);
  }
}

async function bake(deploy: GatewayDeploy, record: DeployRecord, stop: AbortSignal): Promise<PhaseEnd> {
  const { host, onLine } = deploy;
  const [, after] = configsOf(deploy);
  const { backends } = edgeOf(after);
  const { to } = slotsOf(deploy);
  const numbers = numbersOf(record, 'cutover');
  const [old, start] = [numberedAs('old', numbers), numberedAs('new', numbers)];
  const until = performance.now() + after.deployment.bake_seconds * 1000;
  for (;;) {
    const seen = between(start, (await trafficOf(host, backends))[to]);
    const wrong = againstTraffic(seen, old) ?? (await sick(deploy));
    if (wrong !== null) throw refused('bake', wrong, gatewayInstances(after));
    if (performance.now() > until) return { note: trafficText(seen), numbers: numbered('new', seen) };
    onLine(`${trafficText(seen)}, ${Math.ceil((until - performance.now()) / 1000)} s to go`);
    await pause(stop);
  }
}

/** Whether every server of the new slot passes the edge's checks. */
async function sick(deploy: GatewayDeploy): Promise<string | null> {
  const { host } = deploy;
  const [, after] = configsOf(deploy);
  const instances = gatewayInstances(after);
  const urls = instances.map((instance) => `${instanceUrl(after, instance)}${after.gateway.health.path}`);
  const { stdout } = await host.read(askScript(urls, 1), { timeoutMs: 60_000 });
  const answers = parseAnswers(stdout, urls.length, 1);
  const index = answers.findIndex(([answer]) => answer?.status !== after.gateway.health.status);
  if (index < 0) return null;
  return `${instances[index]?.name} answers ${answers[index]?.[0]?.status || 'nothing'} to ${after.gateway.health.path}`;
}

/** A second, or less where a person wants to stop: then it throws {@link Stopped}. */
async function pause(stop: AbortSignal): Promise<void> {
  await sleep(LOOK_EVERY_MS, undefined, { signal: stop }).catch(() => {});
  if (stop.aborted) throw new Stopped();
}

/**
 * After a deploy provisioning finds nothing to change: these are its own tasks. What a rollback goes to is another release
 * than that of the configuration, so there only the old slot is stopped.
 */
async function retire(deploy: GatewayDeploy, record: DeployRecord, stop: AbortSignal): Promise<PhaseEnd> {
  const { host, after, parts } = deploy;
  const { from, to } = slotsOf(deploy);
  await bring([taskOf('deploy.retire', 'Retire', parts.retired)], options(deploy, after, stop));
  await bring(record.kind === 'rollback' ? parts.edge : parts.whole, options(deploy, after, stop));
  await host.run(forgetStandby({ config: after.config, slot: to, id: record.id }));
  const gone = await pruned(deploy);
  const removed = gone.length === 0 ? '' : `; removed ${gone.join(', ')}`;
  return { note: `${from} is stopped and stands by${removed}`, numbers: { pruned: gone.length } };
}

/** Removes what `deployment.keep_releases` leaves no room for, and gives the names. */
async function pruned({ host, after }: GatewayDeploy): Promise<string[]> {
  const { paths, qdrant, gateway, deployment } = after.config;
  const installed = await installedOn(host, paths.root);
  const slots = {
    qdrant: qdrant.active_slot,
    gateway: { active: gateway.active_slot, standby: after.standby },
  };
  const releases = releasesOf(installed, await readDeploys(host, paths.state), slots);
  const names = prunable(releases, installed, { service: 'gateway', keep: deployment.keep_releases });
  if (names.length > 0) await host.run(pruneCommand(paths.root, names));
  return names;
}

async function withdraw(deploy: GatewayDeploy, record: DeployRecord): Promise<void> {
  const { host, before, parts } = deploy;
  const { backends, limitSeconds } = edgeOf(before.config);
  const { from, to } = slotsOf(deploy);
  const never = new AbortController().signal;
  const kept = { config: before.config, slot: to, id: record.id };
  const alone = record.kind === 'rollback' ? before : { ...before, standby: null };
  if (hasSwitched(record)) {
    await host.run(switchSlot({ backends, to: from, limitSeconds }));
    await follow(deploy, before, never);
  }
  await host.run(disableSlot({ backends, slot: to }));
  await bring([taskOf('deploy.withdraw', 'Withdraw', parts.retired)], options(deploy, alone, never));
  await host.run(putStandbyBack(kept));
  await host.run(forgetStandby(kept));
}
