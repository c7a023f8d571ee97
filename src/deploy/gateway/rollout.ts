import type { Config, SlotName } from '../../config/schema.js';
import type { SubTask, Task, TaskContext } from '../../engine/task.js';
import type { VdbError } from '../../errors.js';
import type { Host } from '../../host/host.js';
import { edgeFollows } from '../../resources/edge-file.js';
import { headOf } from '../../services/citadel/revisions.js';
import { type GatewayInstance, gatewayInstances, instanceUrl } from '../../services/gateway/instances.js';
import { renderHaproxy } from '../../services/haproxy/config.js';
import { checkSlot, disableSlot, switchSlot } from '../../services/haproxy/switch.js';
import { between } from '../bake.js';
import { type BringOptions, bring, taskOf } from '../bring.js';
import { against, askScript, medianOf, parseAnswers } from '../gate.js';
import type { Phase, PhaseEnd, Rollout } from '../machine.js';
import { bakeNew, cutOver, drainOld, edgeOf, type Move, notGood } from '../move.js';
import { ASKED, askEdge } from '../outside.js';
import { type DeployRecord, hasSwitched, type PhaseName } from '../record.js';
import { forgetEarlier, pruneReleases } from '../retention.js';
import { assertRoom } from '../room.js';
import { forgetStandby, keepStandby, putStandbyBack } from '../standby.js';
import { trafficOf } from '../traffic.js';
import { schemaFor } from './schema.js';

/** The parts of the documented tasks that a deploy runs by themselves. */
export interface GatewayParts {
  /** Release, settings, and what the release needs of the schema. */
  stage: readonly SubTask[];
  /** What of the schema only the release before needed goes. */
  contraction: readonly SubTask[];
  /** The units of the active slot. */
  start: readonly SubTask[];
  /** What names the active slot on the host: its state, its registry, what starts with it. */
  state: readonly SubTask[];
  /** Nothing runs, and nothing is left, but what is wanted. */
  retired: readonly SubTask[];
  /** The edge. */
  edge: readonly Task[];
  /** What a finished deploy leaves with nothing to change: the gateway, its edge, and the database layer that is of the same release. */
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
  /** Says in a line how the host is. Throws where a deploy must not begin. */
  assertReady(): Promise<string>;
  /** The command line that does it again, for remedies. */
  again: string;
  onLine(line: string): void;
}

/** The phases of a deploy of the gateway, which keeps nothing of its own: its data is in PostgreSQL and in Qdrant. */
export function gatewayRollout(deploy: GatewayDeploy): Rollout {
  const phase = (name: PhaseName, title: string, run: Phase['run']): Phase => ({ name, title, run });
  return {
    phases: [
      phase('preflight', 'is the host in order, and is there room', (record) => preflight(deploy, record)),
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

function moveOf(deploy: GatewayDeploy): Move {
  return { host: deploy.host, edge: edgeOf(deploy.after.config, 'gateway'), ...slotsOf(deploy) };
}

function configsOf({ before, after }: GatewayDeploy): [before: Config, after: Config] {
  return [before.config, after.config];
}

function keptOf(deploy: GatewayDeploy, { id }: DeployRecord) {
  return { config: deploy.before.config, service: 'gateway' as const, slot: slotsOf(deploy).to, id };
}

function options(
  { host, again, onLine }: GatewayDeploy,
  context: TaskContext,
  stop: AbortSignal,
): BringOptions {
  return { host, again, onLine, stop, context };
}

async function preflight(deploy: GatewayDeploy, record: DeployRecord): Promise<PhaseEnd> {
  const { host } = deploy;
  const [before, after] = configsOf(deploy);
  edgeOf(after, 'gateway');
  await schemaFor(host, after, record);
  const ready = await deploy.assertReady();
  const serving = gatewayInstances(before);
  const coming = gatewayInstances(after);
  const { memoryUsed } = await assertRoom(host, {
    service: 'gateway',
    smaller: 'Fewer workers or replicas need less (gateway.workers, gateway.replicas).',
    units: serving.map(({ unit }) => unit),
    ports: coming.flatMap(({ port, grpcPort }) => (grpcPort === null ? [port] : [port, grpcPort])),
  });
  await trafficOf(host, edgeOf(before, 'gateway').backends);
  return { note: `${ready}; room for another ${Math.round(memoryUsed / 1024 ** 2)} MiB` };
}

async function stage(deploy: GatewayDeploy, record: DeployRecord, stop: AbortSignal): Promise<PhaseEnd> {
  const { host, after, parts } = deploy;
  await host.run(keepStandby(keptOf(deploy, record)));
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
  const { backends, active: slot } = edgeOf(after.config, 'gateway');
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
  return notGood(phase, why, instances[0]?.unit);
}

/** Files follow the running edge: cut off in between, the next run of this phase finishes it. */
function cutover(deploy: GatewayDeploy, stop: AbortSignal): Promise<PhaseEnd> {
  return cutOver(moveOf(deploy), () => follow(deploy, deploy.after, stop));
}

async function follow(deploy: GatewayDeploy, context: TaskContext, stop: AbortSignal): Promise<void> {
  await deploy.host.run(edgeFollows(renderHaproxy(context.config)));
  await bring([taskOf('deploy.state', 'State', deploy.parts.state)], options(deploy, context, stop));
}

/** What answers is the new slot: the edge's own count says so. */
async function outside(deploy: GatewayDeploy): Promise<PhaseEnd> {
  const { host } = deploy;
  const [, after] = configsOf(deploy);
  const { networking, gateway } = after;
  const { backends } = edgeOf(after, 'gateway');
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
function drain(deploy: GatewayDeploy, stop: AbortSignal): Promise<PhaseEnd> {
  return drainOld(moveOf(deploy), deploy.before.config.gateway.graceful_timeout_seconds, stop);
}

function bake(deploy: GatewayDeploy, record: DeployRecord, stop: AbortSignal): Promise<PhaseEnd> {
  const { config } = deploy.after;
  const options = {
    seconds: config.deployment.bake_seconds,
    sick: () => sick(deploy),
    refused: (why: string) => refused('bake', why, gatewayInstances(config)),
    onLine: deploy.onLine,
  };
  return bakeNew(moveOf(deploy), record, options, stop);
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

/**
 * After a deploy provisioning finds nothing to change: these are its own tasks. What a rollback goes to is another release
 * than that of the configuration, so there only the old slot is stopped.
 */
async function retire(deploy: GatewayDeploy, record: DeployRecord, stop: AbortSignal): Promise<PhaseEnd> {
  const { host, after, parts } = deploy;
  const { from } = slotsOf(deploy);
  await bring([taskOf('deploy.retire', 'Retire', parts.retired)], options(deploy, after, stop));
  const { contract } = await schemaFor(host, after.config, record);
  if (contract.length > 0)
    await bring([taskOf('deploy.contract', 'Contract', parts.contraction)], options(deploy, after, stop));
  await bring(record.kind === 'rollback' ? parts.edge : parts.whole, options(deploy, after, stop));
  await host.run(forgetStandby(keptOf(deploy, record)));
  await forgetEarlier(host, after, record);
  const gone = await pruneReleases(host, after, 'gateway');
  const removed = gone.length === 0 ? '' : `; removed ${gone.join(', ')}`;
  const contracted = contract.length === 0 ? '' : `; the schema went on to ${headOf(contract)}`;
  return {
    note: `${from} is stopped and stands by${contracted}${removed}`,
    numbers: { pruned: gone.length },
  };
}

async function withdraw(deploy: GatewayDeploy, record: DeployRecord): Promise<void> {
  const { host, before, parts } = deploy;
  const { backends, limitSeconds } = edgeOf(before.config, 'gateway');
  const { from, to } = slotsOf(deploy);
  const never = new AbortController().signal;
  const kept = keptOf(deploy, record);
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
