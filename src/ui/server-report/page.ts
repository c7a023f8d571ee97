import type { ServerState } from '../../report/state.js';
import { provenance } from '../check/checklist.js';
import type { Page, Section } from '../page/model.js';
import { backupsSection } from './backups.js';
import { capacitySection } from './capacity.js';
import { checksSection } from './checks.js';
import { collectionsSection } from './collections.js';
import { historySection } from './history.js';
import { latencySection } from './latency.js';
import { releasesSection } from './releases.js';
import { servicesSection } from './services.js';
import { verdictOf } from './verdict.js';

/** The report of a server as a page. `flags` are those that the commands need which it shows. Pure. */
export function reportPage(state: ServerState, flags: readonly string[]): Page {
  const { check, latency } = state;
  const sections: Section[] = [
    checksSection(check, flags),
    servicesSection(state),
    collectionsSection(state.overview),
    capacitySection(state),
    releasesSection(state.releases),
    backupsSection(state.sets, check.at),
    ...(latency === null ? [] : [latencySection(latency)]),
    historySection(state.history),
  ];
  return {
    title: `Server ${check.host}`,
    provenance: provenance(check),
    verdict: verdictOf(state),
    sections,
    note: 'A look at one time. What could not be seen is said to be unknown, and never counted as fine.',
  };
}
