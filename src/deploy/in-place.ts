import type { SubTask, Task, TaskContext } from '../engine/task.js';
import { EXIT, VdbError } from '../errors.js';
import type { Command } from '../host/command.js';
import type { Host } from '../host/host.js';
import { sh } from '../host/shell.js';
import type { Traffic } from './bake.js';
import { type BringOptions, bring, taskOf } from './bring.js';
import { type Downtime, downtimeText, watchDoor } from './downtime.js';
import type { Phase, PhaseEnd, Rollout } from './machine.js';
import { notGood, switchNumbers, watchNew } from './move.js';
import { askEdge, type Door } from './outside.js';
import { type DeployRecord, hasSwitched, type PhaseName } from './record.js';
import { forgetEarlier, pruneReleases } from './retention.js';
import { forgetStandby, keepStandby, putStandbyBack } from './standby.js';
import { trafficOf } from './traffic.js';

/** The parts of the documented tasks that a deploy in place runs by themselves. */
export interface InPlaceParts {
  /** The release, in a directory of its own. */
  install: readonly SubTask[];
  /** Settings, and the link to the release. */
  stage: readonly SubTask[];
  /** The units, which are restarted where they do not run what is there. */
  start: readonly SubTask[];
  /** The edge. */
  edge: readonly Task[];
  /** What a finished deploy leaves with nothing to change. */
  whole: readonly Task[];
}

/** What a deploy in place works with: the release that serves goes, and then the new one comes, in the same slot. */
export interface InPlace {
  host: Host;
  /** The host as it shall be. */
  context: TaskContext;
  parts: InPlaceParts;
  /** Of the slot. */
  units: readonly string[];
  /** Where clients come in: at the edge, or where there is none at the service itself. */
  door: Door;
  /** Of haproxy.cfg; null: there is no edge, and nobody counts requests. */
  backends: readonly string[] | null;
  /** Says in a line how the host is. Throws where a deploy must not begin. */
  assertReady(): Promise<string>;
  /** Sees to it that there is a backup set that is young enough, of a service that keeps data. */
  backUp?(record: DeployRecord, stop: AbortSignal): Promise<{ set: string; note: string }>;
  /** Leaves backup sets to retention that no rollback would want any more. */
  keepSets?(record: DeployRecord): Promise<void>;
  /** Why what is there now may not be given back to what served before; null: it may. */
  noWayBack: string | null;
  /** The command line that does it again, for remedies. */
  again: string;
  onLine(line: string): void;
}

/** A service may take so long, in seconds, until it answers after it was started: Qdrant loads all its collections. */
const LIMIT_SECONDS = 300;

/** The phases of a deploy in place, and of a rollback of one. */
export function inPlaceRollout(deploy: InPlace): Rollout {
  const phase = (name: PhaseName, title: string, run: Phase['run']): Phase => ({ name, title, run });
  return {
    phases: [
      phase('preflight', 'is the host in order', (record, stop) => preflight(deploy, record, stop)),
      phase('stage', 'install the release beside the one that serves', (record, stop) =>
        stage(deploy, record, stop),
      ),
      phase('restart', 'stop what serves, start what is new', (record, stop) =>
        restart(deploy, record, stop),
      ),
      phase('outside', 'ask as clients do', () => outside(deploy)),
      phase('bake', 'watch it under load', (record, stop) => bake(deploy, record, stop)),
      phase('retire', 'forget what was there before', (record, stop) => retire(deploy, record, stop)),
    ],
    withdraw: (record) => withdraw(deploy, record),
    hasMovedOn: async (record) => hasSwitched(record) && deploy.noWayBack !== null,
  };
}

function optionsOf({ host, context, again, onLine }: InPlace, stop: AbortSignal): BringOptions {
  return { host, context, again, onLine, stop };
}

function keptOf({ context: { config } }: InPlace, { service, to, id }: DeployRecord) {
  return { config, service, slot: to.slot, id };
}

async function preflight(deploy: InPlace, record: DeployRecord, stop: AbortSignal): Promise<PhaseEnd> {
  const ready = await deploy.assertReady();
  await trafficAt(deploy, record);
  const { set, note } = (await deploy.backUp?.(record, stop)) ?? {};
  return {
    note: note === undefined ? ready : `${ready}; ${note}`,
    ...(set === undefined ? {} : { set }),
  };
}

async function stage(deploy: InPlace, record: DeployRecord, stop: AbortSignal): Promise<PhaseEnd> {
  await deploy.host.run(keepStandby(keptOf(deploy, record)));
  const changes = await bring(
    [taskOf('deploy.stage', 'Stage', deploy.parts.install)],
    optionsOf(deploy, stop),
  );
  return {
    note: `${record.to.release} is installed, ${changes} change${changes === 1 ? '' : 's'}`,
    numbers: { changes },
  };
}

/** A client asks all the while, so that how long nobody was served is measured and not guessed. */
async function restart(deploy: InPlace, record: DeployRecord, stop: AbortSignal): Promise<PhaseEnd> {
  const { host, door } = deploy;
  const old = await trafficAt(deploy, record);
  const watch = await watchDoor(host, door);
  let isWell = false;
  let met: Downtime = { downMs: 0, slowestMs: 0 };
  try {
    await exchange(deploy, record, stop);
    isWell = await watch.well(LIMIT_SECONDS * 1000);
  } finally {
    met = await watch.stop();
  }
  if (!isWell)
    throw refused(
      deploy,
      'restart',
      `port ${door.port} does not answer ${door.path} with ${door.status} within ${LIMIT_SECONDS} s`,
    );
  return {
    note: `${record.to.release} runs at ${record.to.slot}; ${downtimeText(met)}`,
    numbers: {
      down_ms: met.downMs,
      slowest_ms: met.slowestMs,
      ...switchNumbers(old, await trafficAt(deploy, record)),
    },
  };
}

async function exchange(deploy: InPlace, record: DeployRecord, stop: AbortSignal): Promise<void> {
  const { host, parts, units } = deploy;
  if (record.undoes === undefined) {
    // One after the other: whether a unit has to be restarted is seen once its files are there.
    await bring([taskOf('deploy.stage', 'Settings', parts.stage)], optionsOf(deploy, stop));
    await bring(parts.edge, optionsOf(deploy, stop));
    await bring([taskOf('deploy.start', 'Start', parts.start)], optionsOf(deploy, stop));
    return;
  }
  await host.run(keepStandby(keptOf(deploy, record)));
  await host.run(putStandbyBack({ ...keptOf(deploy, record), id: record.undoes }));
  await host.run(restartUnits(units));
}

async function outside({ host, door, units }: InPlace): Promise<PhaseEnd> {
  const statuses = await askEdge(host, door);
  const wrong = statuses.find((status) => status !== door.status);
  if (wrong === undefined) return { note: `port ${door.port} answers` };
  throw notGood('outside', `port ${door.port} answered ${wrong} to ${door.path}`, units[0]);
}

function bake(deploy: InPlace, record: DeployRecord, stop: AbortSignal): Promise<PhaseEnd> {
  const { host, door, context } = deploy;
  const options = {
    seconds: context.config.deployment.bake_seconds,
    sick: async () => {
      const [status] = await askEdge(host, door, 1);
      return status === door.status ? null : `port ${door.port} answers ${status} to ${door.path}`;
    },
    refused: (why: string) => refused(deploy, 'bake', why),
    onLine: deploy.onLine,
  };
  return watchNew(() => trafficAt(deploy, record), record, options, stop);
}

/** What was kept stays until another deploy: a rollback puts it back. */
async function retire(deploy: InPlace, record: DeployRecord, stop: AbortSignal): Promise<PhaseEnd> {
  const { host, parts, context } = deploy;
  await bring(record.kind === 'rollback' ? parts.edge : parts.whole, optionsOf(deploy, stop));
  await forgetEarlier(host, context, record);
  if (record.undoes !== undefined) await host.run(forgetStandby(keptOf(deploy, record)));
  await deploy.keepSets?.(record);
  const gone = await pruneReleases(host, context, record.service);
  const removed = gone.length === 0 ? '' : `; removed ${gone.join(', ')}`;
  return { note: `${record.to.release} stays${removed}`, numbers: { pruned: gone.length } };
}

async function withdraw(deploy: InPlace, record: DeployRecord): Promise<void> {
  const { host, door, units } = deploy;
  if (hasSwitched(record)) {
    await host.run(putStandbyBack(keptOf(deploy, record)));
    await host.run(restartUnits(units));
    const watch = await watchDoor(host, door);
    const isWell = await watch.well(LIMIT_SECONDS * 1000).finally(() => watch.stop());
    if (!isWell) throw stillSick(deploy, record);
  }
  await host.run(forgetStandby(keptOf(deploy, record)));
}

/** What systemd gave up is started as well. */
function restartUnits(units: readonly string[]): Command {
  return {
    title: `restart ${units.join(' ')}`,
    timeoutSeconds: LIMIT_SECONDS,
    script: sh`
      set -eu
      systemctl reset-failed -- ${units} 2>/dev/null || true
      systemctl restart -- ${units}`,
  };
}

const NOTHING: Traffic = { requests: 0, errors: 0, meanMs: null };

async function trafficAt({ host, backends }: InPlace, { to }: DeployRecord): Promise<Traffic> {
  return backends === null ? NOTHING : (await trafficOf(host, backends))[to.slot];
}

function refused({ units, noWayBack }: InPlace, phase: PhaseName, why: string): VdbError {
  const error = notGood(phase, why, units[0]);
  return noWayBack === null
    ? error
    : new VdbError(error.message, { ...error.details, exitCode: EXIT.failed, meaning: noWayBack });
}

function stillSick({ host, door, units }: InPlace, { from }: DeployRecord): VdbError {
  return new VdbError(`${from.release} was put back, and port ${door.port} does not answer ${door.path}`, {
    ...{ code: 'deploy.withdraw', exitCode: EXIT.failed, host: host.target },
    next: `Read its journal on the host: journalctl -u '${units[0]}' -n 100 --no-pager`,
  });
}
