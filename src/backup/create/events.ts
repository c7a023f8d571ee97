import type { BackupManifest, BackupPart } from '../manifest.js';
import type { Progress } from './answer.js';

/** What a set is made of, before it is taken. */
export interface PlannedPart {
  path: string;
  kind: string;
  collection?: string;
  database?: string;
  /** Bytes, more or less; 0 where that is not known. */
  estimate: number;
}

/** What happens while a set is taken, for whoever shows it. */
export type BackupEvent =
  | { type: 'started'; id: string; parts: readonly PlannedPart[] }
  | { type: 'part-started'; part: PlannedPart }
  | ({ type: 'part-progress'; part: PlannedPart } & Progress)
  | { type: 'part-finished'; part: BackupPart; durationMs: number }
  | { type: 'part-gone'; part: PlannedPart }
  | {
      type: 'remark';
      text: string;
      /** Something is not as it should be; else it is merely worth knowing. */
      isSerious: boolean;
    };

export type OnBackupEvent = (event: BackupEvent) => void;

/** What came of a run: a set, or none because it was interrupted. */
export type CreateOutcome =
  | { status: 'done'; manifest: BackupManifest; directory: string; durationMs: number }
  | { status: 'interrupted'; durationMs: number };
