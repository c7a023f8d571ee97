import type { BackupManifest } from '../../../backup/manifest.js';
import { backupSets, type FoundSets } from '../../../backup/sets/look.js';
import { findingText } from '../../../backup/sets/notes.js';
import { type JudgedSet, judgeSets } from '../../../backup/sets/state.js';
import type { Config } from '../../../config/schema.js';
import { historyOf } from '../../../engine/journal.js';
import { ask, type Observation, type Probe } from '../../../host/probe.js';
import { JOURNAL_LINES } from '../../look.js';

/** So many sets are looked at by checks; older ones are for retention to count. */
const NEWEST = 16;

/** The newest sets of the host. */
export function newestSets({ paths }: Pick<Config, 'paths'>): Probe<FoundSets> {
  return ask(backupSets, { directory: paths.backups, newest: NEWEST });
}

/** Which check says how old the newest set may be, and what it says where the configuration does not. */
export const AGE = { id: 'backups.age', threshold: { default: 26, unit: 'hours' } } as const;

/** What the sets that were found mean at an instant. */
export interface Sets {
  /** The newest whole set that was begun before now. */
  newest: BackupManifest | undefined;
  /** Newer than that by name, and no set that counts: damaged, or from the future. */
  flawed: readonly { id: string; why: string }[];
  /** The newest set that has a manifest and is not from the future, whole or not. */
  last: JudgedSet | undefined;
}

/** Sorts out which of the sets is the newest one that counts. What is unfinished does not exist. Pure. */
export function setsAt(found: FoundSets | null, now: Date): Sets {
  const judged = judgeSets(found?.sets ?? [], now).filter(({ state }) => state !== 'unfinished');
  const at = judged.findIndex(({ state }) => state === 'whole');
  const newer = at === -1 ? judged : judged.slice(0, at);
  return {
    newest: judged[at]?.manifest ?? undefined,
    flawed: newer.map((set) => ({ id: set.id, why: flawOf(set) })),
    last: judged.find(({ state }) => state !== 'future'),
  };
}

function flawOf({ state, why, findings }: JudgedSet): string {
  if (state === 'future') return 'from the future';
  const [first] = findings;
  return why !== '' || first === undefined ? why : findingText(first);
}

/** Whether vdb has worked on the host for less than `hours`, by its journal, as far back as that was read. Pure. */
export function isYoung(journal: Observation<string>, hours: number, now: Date): boolean {
  if (journal.status !== 'known' || journal.value === null) return false;
  if (journal.value.trimEnd().split('\n').length >= JOURNAL_LINES) return false;
  const first = historyOf(journal.value).at(-1);
  return first !== undefined && now.getTime() - Date.parse(first.at) < hours * 3_600_000;
}
