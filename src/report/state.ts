import type { JudgedSet } from '../backup/sets/state.js';
import type { Sample } from '../capacity/growth.js';
import type { Inquiry, Uncounted } from '../capacity/inquiry.js';
import type { CheckReport } from '../checks/report.js';
import type { Overview } from '../checks/status/overview.js';
import type { Release } from '../deploy/releases.js';
import type { HistoryEntry } from '../engine/journal.js';
import type { Observation } from '../host/probe.js';
import type { Latency } from './latency.js';

/** The state of a server at a time: everything that a report tells. What could not be seen says why. */
export interface ServerState {
  check: CheckReport;
  overview: Overview;
  /** What does not run. */
  down: readonly string[];
  releases: Observation<Release[]>;
  /** Newest first; null where there is no directory of sets. */
  sets: Observation<JudgedSet[]>;
  /** The number of points in those sets. */
  samples: readonly Sample[];
  capacity: Inquiry | Uncounted;
  /** Newest first. */
  history: Observation<HistoryEntry[]>;
  /** Null where none was given. */
  latency: Latency | null;
}
