import type { BackupManifest, BackupPart } from '../manifest.js';

/** What came of one part. Without findings it restores to what the set says. */
export interface DrilledPart {
  path: string;
  kind: string;
  bytes: number;
  collection?: string;
  database?: string;
  findings: string[];
  /** Why it was not restored although nothing is wrong with it. */
  skipped?: string;
  durationMs: number;
  /** What was compared, or counted where the set does not say it. */
  seen: DrilledContent;
}

/** Numbers of what was restored. */
export interface DrilledContent {
  points?: number;
  /** Points that were compared by their values. */
  sampled?: number;
  /** Payload fields whose index did not come with the snapshot. */
  indexed?: string[];
  /** What is worth saying, and no fault. */
  remarks?: string[];
  tables?: number;
  rows?: number;
  /** Tables whose first and last rows were compared by their values. */
  sampled_tables?: number;
  roles?: number;
  keys?: number;
  /** Keys whose time was over. */
  expired?: number;
  aliases?: number;
  files?: number;
}

/** What came of a drill. */
export interface DrillOutcome {
  status: 'done' | 'failed' | 'interrupted';
  id: string;
  parts: DrilledPart[];
  /** Of hashing all parts before anything was restored. */
  hashingMs: number;
  /** What hashing, restoring and comparing everything took: the least that a restore of the whole set takes. */
  rtoMs: number;
  /** How old the set was at the begin of the drill. */
  ageMs: number;
  durationMs: number;
  /** Whether a real Qdrant restored it; false for the emulator. */
  genuine: boolean;
}

/** What happens during a drill, for whoever shows it. */
export type DrillEvent =
  | { type: 'started'; manifest: BackupManifest }
  | { type: 'hashing'; done: number; total: number }
  | { type: 'part-started'; part: BackupPart }
  | { type: 'part-finished'; part: DrilledPart };

export type OnDrillEvent = (event: DrillEvent) => void;
