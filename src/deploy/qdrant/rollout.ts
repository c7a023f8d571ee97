import type { Config, SlotName } from '../../config/schema.js';
import { slotStorage } from '../../config/slots.js';
import type { SubTask, Task, TaskContext } from '../../engine/task.js';
import { messageOf, type VdbError } from '../../errors.js';
import type { Host } from '../../host/host.js';
import { edgeFollows } from '../../resources/edge-file.js';
import { renderHaproxy } from '../../services/haproxy/config.js';
import { checkSlot, disableSlot, switchSlot } from '../../services/haproxy/switch.js';
import { canary } from '../../services/qdrant/canary.js';
import { between } from '../bake.js';
import { type BringOptions, bring, taskOf } from '../bring.js';
import { against, askScript, medianOf, parseAnswers } from '../gate.js';
import type { Phase, PhaseEnd, Rollout } from '../machine.js';
import { bakeNew, cutOver, drainOld, edgeOf, type Move, notGood } from '../move.js';
import { ASKED, askEdge } from '../outside.js';
import { type DeployRecord, hasSwitched, type PhaseName } from '../record.js';
import { forgetEarlier, pruneReleases } from '../retention.js';
import { assertDisk, assertRoom } from '../room.js';
import { forgetStandby, keepStandby, putStandbyBack } from '../standby.js';
import { trafficOf } from '../traffic.js';
import type { Copying } from './copying.js';
import { emptySlot, qdrantUnit, stopSlot } from './slot.js';

/** The parts of the documented tasks that a deploy of Qdrant runs by themselves. */
export interface QdrantParts {
  /** Release and settings. */
  stage: readonly SubTask[];
  /** The unit of the active slot. */
  start: readonly SubTask[];
  /** What on the host names the slots that serve. */
  state: readonly SubTask[];
  /** The edge. */
  edge: readonly Task[];
  /** What a finished deploy leaves with nothing to change: Qdrant and its edge. */
  whole: readonly Task[];
}

/** What a deploy of Qdrant works with. */
export interface QdrantDeploy {
  host: Host;
  /** The host as it is: the slot is active that serves now. */
  before: TaskContext;
  /** The host as it shall be. */
  after: TaskContext;
  parts: QdrantParts;
  copying: Copying;
  /** Says in a line how the host is. Throws where a deploy must not begin. */
  assertReady(): Promise<string>;
  /** Sees to it that there is a backup set that is young enough, which stays as long as a rollback may want it. */
  backUp(record: DeployRecord, stop: AbortSignal): Promise<{ set: string; note: string }>;
  /** Leaves backup sets to retention that no rollback would want any more. */
  keepSets(record: DeployRecord): Promise<void>;
  /** The command line that does it again, for remedies. */
  again: string;
  onLine(line: string): void;
}

/** A request takes so long at most: with that the edge would give it up. */
const DRAIN_SECONDS = 120;

/** The phases of a deploy of Qdrant, which keeps data of its own. */
export function qdrantRollout(deploy: QdrantDeploy): Rollout {
  const phase = (name: PhaseName, title: string, run: Phase['run']): Phase => ({ name, title, run });
  const { copying } = deploy;
  return {
    phases: [
      phase('preflight', 'is the host in order, and is there room', (record, stop) =>
        preflight(deploy, record, stop),
      ),
      phase('stage', 'install the release beside the one that serves', (record, stop) =>
        stage(deploy, record, stop),
      ),
      phase('start', 'start it in the idle slot, empty', (_, stop) => start(deploy, stop)),
      phase('gate', 'is it healthy, and as fast', () => gate(deploy)),
      phase('copy', 'bring the data there', (record, stop) => copying.copy(record, stop)),
      phase('verify', 'is it the same data', (record, stop) => copying.verify(record, stop)),
      phase('cutover', 'send new requests to it', (_, stop) => cutover(deploy, stop)),
      phase('outside', 'ask as clients do', (record) => outside(deploy, record)),
      phase('drain', 'let running requests finish', (_, stop) =>
        drainOld(moveOf(deploy), DRAIN_SECONDS, stop),
      ),
      phase('bake', 'watch it under load', (record, stop) => bake(deploy, record, stop)),
      phase('retire', 'stop the old slot', (record, stop) => retire(deploy, record, stop)),
    ],
    withdraw: (record) => withdraw(deploy, record),
    hasMovedOn: (record) => copying.hasMovedOn(record),
  };
}

function slotsOf({ before, after }: QdrantDeploy): { from: SlotName; to: SlotName } {
  return { from: before.config.qdrant.active_slot, to: after.config.qdrant.active_slot };
}

function moveOf(deploy: QdrantDeploy): Move {
  return { host: deploy.host, edge: edgeOf(deploy.after.config, 'qdrant'), ...slotsOf(deploy) };
}

function optionsOf(
  { host, again, onLine }: QdrantDeploy,
  context: TaskContext,
  stop: AbortSignal,
): BringOptions {
  return { host, again, onLine, stop, context };
}

function keptOf(deploy: QdrantDeploy, { id }: DeployRecord) {
  return { config: deploy.before.config, service: 'qdrant' as const, slot: slotsOf(deploy).to, id };
}

function portOf({ qdrant }: Config, slot: SlotName): number {
  return qdrant.slots[slot].http;
}

async function preflight(deploy: QdrantDeploy, record: DeployRecord, stop: AbortSignal): Promise<PhaseEnd> {
  const { host, after } = deploy;
  const { config } = after;
  const { from, to } = slotsOf(deploy);
  const { backends } = edgeOf(config, 'qdrant');
  const ready = await deploy.assertReady();
  const { http, grpc, p2p } = config.qdrant.slots[to];
  await assertRoom(host, {
    service: 'qdrant',
    smaller: 'Vectors on disk, or quantized, need less.',
    units: [qdrantUnit(from)],
    ports: [http, grpc, ...(config.qdrant.cluster.enabled ? [p2p] : [])],
  });
  const bytes = await assertDisk(host, { from: slotStorage(config, from), to: slotStorage(config, to) });
  await trafficOf(host, backends);
  const { set, note } = await deploy.backUp(record, stop);
  return { note: `${ready}; room for another ${Math.round(bytes / 1024 ** 2)} MiB; ${note}`, set };
}

async function stage(deploy: QdrantDeploy, record: DeployRecord, stop: AbortSignal): Promise<PhaseEnd> {
  const { host, after, parts } = deploy;
  await host.run(keepStandby(keptOf(deploy, record)));
  const changes = await bring([taskOf('deploy.stage', 'Stage', parts.stage)], optionsOf(deploy, after, stop));
  return {
    note: `${record.to.release} is installed, ${changes} change${changes === 1 ? '' : 's'}`,
    numbers: { changes },
  };
}

/** Alone, so that a release that is no good never meets the cluster of the one that serves. */
async function start(deploy: QdrantDeploy, stop: AbortSignal): Promise<PhaseEnd> {
  const { host, after } = deploy;
  const { to } = slotsOf(deploy);
  await host.run(emptySlot(after.config, to));
  await started(deploy, stop);
  const { backends } = edgeOf(after.config, 'qdrant');
  await host.run(checkSlot({ backends, slot: to }));
  return { note: `runs at ${portOf(after.config, to)}` };
}

/** Starts the new slot where it does not run, and waits until it is ready. */
export async function started(
  deploy: Pick<QdrantDeploy, 'host' | 'after' | 'parts' | 'again' | 'onLine'>,
  stop: AbortSignal,
): Promise<void> {
  const { host, after, parts, again, onLine } = deploy;
  await bring([taskOf('deploy.start', 'Start', parts.start)], { host, again, onLine, stop, context: after });
}

/** It takes a write, finds it, forgets it; the slots are asked in turn, so that both meet the same load. */
async function gate(deploy: QdrantDeploy): Promise<PhaseEnd> {
  const { host, after } = deploy;
  const { from, to } = slotsOf(deploy);
  const { config } = after;
  const forwarding = await host.forward(portOf(config, to));
  try {
    await canary({ port: forwarding.port, apiKey: config.qdrant.api_key });
  } catch (error) {
    // Said of the release, not of the connection, on which the deploy would be left as it is.
    throw refused(deploy, 'gate', messageOf(error));
  } finally {
    await forwarding.close();
  }
  const urls = [to, from].map((slot) => `http://127.0.0.1:${portOf(config, slot)}/readyz`);
  const { stdout } = await host.read(askScript(urls), { timeoutMs: 600_000 });
  const [coming = [], serving = []] = parseAnswers(stdout, urls.length);
  const wrong = against(to, coming, { healthy: 200, serving });
  if (wrong !== null) throw refused(deploy, 'gate', wrong);
  const [ms, serving_ms] = [medianOf(coming), medianOf(serving)];
  return {
    note: `takes a write and finds it; ${ms.toFixed(1)} ms where what serves needs ${serving_ms.toFixed(1)} ms`,
    numbers: { ms, serving_ms },
  };
}

function refused(deploy: QdrantDeploy, phase: PhaseName, why: string): VdbError {
  return notGood(phase, why, qdrantUnit(slotsOf(deploy).to));
}

/** While writes are held back, reads alone are given to the new slot. */
function cutover(deploy: QdrantDeploy, stop: AbortSignal): Promise<PhaseEnd> {
  const move = moveOf(deploy);
  const edge = { ...move.edge, backends: switched(deploy) };
  return cutOver({ ...move, edge }, () =>
    follow(deploy, deploy.after, { fenced: deploy.copying.holdsWrites, stop }),
  );
}

function switched({ after, copying }: QdrantDeploy): string[] {
  const { backends, writeBackends } = edgeOf(after.config, 'qdrant');
  return copying.holdsWrites ? backends.filter((name) => !writeBackends.includes(name)) : backends;
}

/** Files of the host say what the running edge does. */
async function follow(
  deploy: QdrantDeploy,
  context: TaskContext,
  { fenced, stop }: { fenced: boolean; stop: AbortSignal },
): Promise<void> {
  await deploy.host.run(edgeFollows(renderHaproxy(context.config, { fenced })));
  await bring([taskOf('deploy.state', 'State', deploy.parts.state)], optionsOf(deploy, context, stop));
}

/** What answers is the new slot: the edge's own count says so. */
async function outside(deploy: QdrantDeploy, record: DeployRecord): Promise<PhaseEnd> {
  const { host, after, copying } = deploy;
  const { backends, door } = edgeOf(after.config, 'qdrant');
  const { to } = slotsOf(deploy);
  const before = await trafficOf(host, backends);
  const statuses = await askEdge(host, { ...door, path: '/readyz' });
  const traffic = await trafficOf(host, backends);
  const wrong = statuses.filter((status) => status !== 200);
  if (wrong.length > 0) throw refused(deploy, 'outside', `port ${door.port} answered ${wrong[0]} to /readyz`);
  const count = between(before[to], traffic[to]).requests;
  if (count < ASKED)
    throw refused(
      deploy,
      'outside',
      `port ${door.port} was asked ${ASKED} times, and slot ${to} had ${count} requests`,
    );
  const opened = await copying.opened(record);
  const said = opened === null ? '' : `; ${opened.note}`;
  return {
    note: `port ${door.port} answers from ${to}${said}`,
    ...(opened?.numbers === undefined ? {} : { numbers: opened.numbers }),
  };
}

function bake(deploy: QdrantDeploy, record: DeployRecord, stop: AbortSignal): Promise<PhaseEnd> {
  const { config } = deploy.after;
  const options = {
    seconds: config.deployment.bake_seconds,
    sick: async () => (await sick(deploy)) ?? deploy.copying.sick(),
    refused: (why: string) => refused(deploy, 'bake', why),
    onLine: deploy.onLine,
  };
  return bakeNew(moveOf(deploy), record, options, stop);
}

async function sick({ host, after }: QdrantDeploy): Promise<string | null> {
  const slot = after.config.qdrant.active_slot;
  const url = `http://127.0.0.1:${portOf(after.config, slot)}/readyz`;
  const { stdout } = await host.read(askScript([url], 1), { timeoutMs: 60_000 });
  const [[answer] = []] = parseAnswers(stdout, 1, 1);
  return answer?.status === 200 ? null : `${slot} answers ${answer?.status || 'nothing'} to /readyz`;
}

/** After a deploy provisioning finds nothing to change: these are its own tasks. */
async function retire(deploy: QdrantDeploy, record: DeployRecord, stop: AbortSignal): Promise<PhaseEnd> {
  const { host, after, parts, copying } = deploy;
  const { from } = slotsOf(deploy);
  await copying.leave(record, stop);
  await host.run(stopSlot(from));
  await host.run(emptySlot(after.config, from));
  await bring(record.kind === 'rollback' ? parts.edge : parts.whole, optionsOf(deploy, after, stop));
  await host.run(forgetStandby(keptOf(deploy, record)));
  await deploy.keepSets(record);
  await forgetEarlier(host, after, record);
  const gone = await pruneReleases(host, after, 'qdrant');
  const removed = gone.length === 0 ? '' : `; removed ${gone.join(', ')}`;
  return { note: `${from} is stopped and empty${removed}`, numbers: { pruned: gone.length } };
}

async function withdraw(deploy: QdrantDeploy, record: DeployRecord): Promise<void> {
  const { host, before, copying } = deploy;
  const { backends, limitSeconds } = edgeOf(before.config, 'qdrant');
  const { from, to } = slotsOf(deploy);
  const { signal: stop } = new AbortController();
  if (hasSwitched(record)) {
    // Reads and writes alike: those may be held back still, or let in at the new slot already.
    await host.run(switchSlot({ backends, to: from, limitSeconds }));
    await follow(deploy, before, { fenced: false, stop });
  }
  await copying.withdraw(record);
  await host.run(disableSlot({ backends, slot: to }));
  await host.run(stopSlot(to));
  await host.run(emptySlot(before.config, to));
  await host.run(putStandbyBack(keptOf(deploy, record)));
  await host.run(forgetStandby(keptOf(deploy, record)));
}
