import { judgeSets } from '../backup/sets/state.js';
import { inquire } from '../capacity/inquiry.js';
import { type Batch, newBatch } from '../checks/batch.js';
import { askCapacity } from '../checks/capacity.js';
import type { CheckContext } from '../checks/check.js';
import type { FirstLook } from '../checks/look.js';
import { downOf } from '../checks/status/down.js';
import { askOverview } from '../checks/status/overview.js';
import type { Config } from '../config/schema.js';
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

/** What is known of a host before it is asked, and decides where to look. */
export type Start = Pick<FirstLook, 'facts' | 'state' | 'journal'> &
  Pick<CheckContext, 'config' | 'slot' | 'keyFile' | 'now'>;

/** Looks at everything else that a report tells, in one command. */
export async function survey(host: Host, start: Start): Promise<Surveyed> {
  const batch = newBatch();
  const surveyed = askAll(batch, start);
  await batch.send(host);
  return surveyed();
}

/** What there is to tell of a host that does not answer: what its configuration has, and that the rest is not known. Pure. */
export function unseen(config: Config, now: Date): Surveyed {
  const unknown = { status: 'unknown', why: 'the host did not answer' } as const;
  const start = { config, slot: config.qdrant.active_slot, keyFile: '', now };
  const asked = askAll(newBatch(), { ...start, facts: unknown, state: unknown, journal: unknown });
  return { ...asked(), down: [] };
}

/** Adds every question to a batch. The function that it gives holds the answers once that was sent. */
function askAll(batch: Batch, start: Start): () => Surveyed {
  const { config, keyFile, now, journal } = start;
  const overview = askOverview(batch, config, { look: start, keyFile });
  const installed = batch.add(ask(installedKind, config.paths.root));
  const deploys = batch.add(ask(deployRecords, config.paths.state));
  const capacity = askCapacity(batch, start);
  return () => {
    const { seen, sets, samples } = capacity();
    return {
      overview: overview(),
      down: downOf(overview()),
      releases: releasesIn(installed(), deploys(), start),
      sets: mapped(sets, (found) => judgeSets(found.sets, now)),
      samples,
      capacity: inquire({ wish: {}, inPlace: false }, { config, seen, samples, now }),
      history: mapped(journal, newestFirst),
    };
  };
}

function releasesIn(
  installed: Observation<Installed[]>,
  deploys: Observation<DeployRecord[]>,
  { config, slot, state }: Start,
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
