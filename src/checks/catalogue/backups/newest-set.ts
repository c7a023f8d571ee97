import type { BackupManifest } from '../../../backup/manifest.js';
import { historyOf } from '../../../engine/journal.js';
import type { Observation } from '../../../host/probe.js';
import { JOURNAL_LINES } from '../../look.js';
import type { FoundSet } from '../../probes/backups.js';

/** Which check says how old the newest set may be, and what it says where the configuration does not. */
export const AGE = { id: 'backups.age', threshold: { default: 26, unit: 'hours' } } as const;

/** Clocks may differ by so much before a set is from the future. */
const TOLERANCE_MS = 5 * 60_000;

/** What the sets that were found mean at an instant. */
export interface Sets {
  /** The newest whole set that was begun before now. */
  newest: BackupManifest | undefined;
  /** Newer than that by name, and no set that counts: from the future, or with a manifest that cannot be read. */
  flawed: readonly { id: string; why: string }[];
}

/** Sorts out which of the sets is the newest one that counts. What is unfinished does not exist. Pure. */
export function setsAt(found: readonly FoundSet[] | null, now: Date): Sets {
  const judged = [...(found ?? [])]
    .filter(({ why }) => why !== 'unfinished')
    .sort((a, b) => (a.id < b.id ? 1 : -1))
    .map(({ id, manifest, why }) => ({ id, manifest, why: manifest === null ? why : flawOf(manifest, now) }));
  const at = judged.findIndex(({ why }) => why === '');
  const newer = at === -1 ? judged : judged.slice(0, at);
  return {
    newest: judged[at]?.manifest ?? undefined,
    flawed: newer.map(({ id, why }) => ({ id, why })),
  };
}

function flawOf({ created }: BackupManifest, now: Date): string {
  return Date.parse(created) > now.getTime() + TOLERANCE_MS ? 'from the future' : '';
}

/** Whether vdb has worked on the host for less than `hours`, by its journal, as far back as that was read. Pure. */
export function isYoung(journal: Observation<string>, hours: number, now: Date): boolean {
  if (journal.status !== 'known' || journal.value === null) return false;
  if (journal.value.trimEnd().split('\n').length >= JOURNAL_LINES) return false;
  const first = historyOf(journal.value).at(-1);
  return first !== undefined && now.getTime() - Date.parse(first.at) < hours * 3_600_000;
}
