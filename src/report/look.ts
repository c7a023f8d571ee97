import { backupSets, type FoundSets } from '../backup/sets/look.js';
import { judgeSets } from '../backup/sets/state.js';
import { inquire } from '../capacity/inquiry.js';
import { capacityProbes, capacitySeen } from '../capacity/look.js';
import { NEWEST_SETS, samplesOf } from '../capacity/samples.js';
import { newBatch } from '../checks/batch.js';
import type { CheckContext } from '../checks/check.js';
import type { FirstLook } from '../checks/look.js';
import { downOf } from '../checks/status/down.js';
import { askOverview } from '../checks/status/overview.js';
import type { DeployRecord } from '../deploy/record.js';
import { type Installed, installedKind, type Release, releasesOf } from '../deploy/releases.js';
import { deployRecords } from '../deploy/store.js';
import { type HistoryEntry, historyOf } from '../engine/journal.js';
import type { Host } from '../host/host.js';
import { ask, known, type Observation } from '../host/probe.js';
import { knownState } from '../services/host-state.js';
import type { ServerState } from './state.js';

/** What is seen of a host beside its checks. */
export type Surveyed = Omit<ServerState, 'check' | 'latency'>;

/** Looks at everything else that a report tells, in one command. `look` and `context` are those of the checks. */
export async function survey(host: Host, look: FirstLook, context: CheckContext): Promise<Surveyed> {
  const { config, keyFile, now } = context;
  const batch = newBatch();
  const overview = askOverview(batch, config, { look, keyFile });
  const installed = batch.add(ask(installedKind, config.paths.root));
  const deploys = batch.add(ask(deployRecords, config.paths.state));
  const sets = batch.add(ask(backupSets, { directory: config.paths.backups, newest: NEWEST_SETS }));
  const capacity = capacityProbes(context).map((probe) => batch.add(probe));
  await batch.send(host);

  const seen = overview();
  const samples = samplesIn(sets());
  const grounds = {
    ...{ config, samples, now },
    seen: capacitySeen(
      capacity.map((answer) => answer()),
      context,
    ),
  };
  return {
    overview: seen,
    down: downOf(seen),
    releases: releasesIn(installed(), deploys(), look, context),
    sets: mapped(sets(), (found) => judgeSets(found.sets, now)),
    samples,
    capacity: inquire({ wish: {}, inPlace: false }, grounds),
    history: mapped(look.journal, newestFirst),
  };
}

function samplesIn(sets: Observation<FoundSets>): Surveyed['samples'] {
  return sets.status === 'known' ? samplesOf(sets.value?.sets ?? []) : [];
}

function releasesIn(
  installed: Observation<Installed[]>,
  deploys: Observation<DeployRecord[]>,
  { state }: FirstLook,
  { config, slot }: CheckContext,
): Observation<Release[]> {
  if (deploys.status !== 'known') return deploys;
  const standby = knownState(state)?.gateway?.standby ?? null;
  const slots = { qdrant: slot, gateway: { active: config.gateway.active_slot, standby } };
  return mapped(installed, (found) => releasesOf(found, deploys.value ?? [], slots));
}

/** A journal that is not there yet tells of no run. */
function newestFirst(journal: string): HistoryEntry[] {
  return historyOf(journal).sort((a, b) => b.at.localeCompare(a.at));
}

function mapped<From, To>(observation: Observation<From>, map: (value: From) => To): Observation<To> {
  if (observation.status !== 'known') return observation;
  return known(observation.value === null ? null : map(observation.value));
}
