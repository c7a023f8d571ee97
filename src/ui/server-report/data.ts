import type { Inquiry, Uncounted } from '../../capacity/inquiry.js';
import type { Observation } from '../../host/probe.js';
import type { ServerState } from '../../report/state.js';
import { setData } from '../backup/sets.js';
import { capacityData } from '../capacity/data.js';
import { checkData, reportData } from '../check/data.js';
import { releaseData } from '../deploy/releases.js';
import { historyData } from '../history.js';
import { statusData } from '../status-data.js';

/** The same for machines. What could not be seen is `{"unknown": why}`, what does not exist is null. */
export function reportDocument(state: ServerState, flags: readonly string[]): Record<string, unknown> {
  const { check, overview, down, releases, sets, capacity, latency, history } = state;
  return {
    ...reportData(check),
    at: check.at.toISOString(),
    target: check.target,
    checks: check.results.map((result) => checkData(result, flags)),
    overview: { ...statusData(overview), down },
    releases: seen(releases, (found) => found.map(releaseData)),
    sets: seen(sets, (found) => found.map((set) => setData(set, check.at))),
    capacity: capacityOf(capacity),
    latency,
    history: seen(history, (runs) => runs.map(historyData)),
  };
}

function capacityOf(capacity: Inquiry | Uncounted): unknown {
  return 'uncounted' in capacity ? { unknown: capacity.uncounted } : capacityData(capacity);
}

function seen<Have>(observation: Observation<Have>, show: (value: Have) => unknown): unknown {
  if (observation.status !== 'known') return { unknown: observation.why };
  return observation.value === null ? null : show(observation.value);
}
