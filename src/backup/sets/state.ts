import type { BackupManifest, BackupPart } from '../manifest.js';
import { MANIFEST } from '../manifest.js';
import { CLOCK_TOLERANCE_MS } from './clock.js';
import type { FoundSet } from './look.js';
import { asSeenThen, type Finding } from './notes.js';

/**
 * `whole`: every part that the manifest names is there with its size, and no verification has found anything.
 * `damaged`: it has a manifest, and is not what that says. `unfinished`: it has none, so it is no set.
 * `future`: begun later than now.
 */
export type SetState = 'whole' | 'damaged' | 'unfinished' | 'future';

/** A set with what it is worth at an instant. */
export interface JudgedSet extends FoundSet {
  state: SetState;
  /** What is wrong with it. */
  findings: readonly Finding[];
  /** When it was begun, in milliseconds, by its name; NaN where that is no instant. */
  begun: number;
  /** Of all files in it. */
  bytes: number;
}

/** The sets with their states, newest first by name. Pure. */
export function judgeSets(found: readonly FoundSet[], now: Date): JudgedSet[] {
  return [...found].sort((a, b) => (a.id < b.id ? 1 : -1)).map((set) => judgeSet(set, now));
}

function judgeSet(set: FoundSet, now: Date): JudgedSet {
  const begun = instantOf(set.id);
  const bytes = [...set.files.values()].reduce((sum, each) => sum + each, 0);
  const findings = findingsOf(set);
  const judged = (state: SetState): JudgedSet => ({ ...set, state, findings, begun, bytes });
  if (set.manifest === null && set.why === 'unfinished') return judged('unfinished');
  if (begun > now.getTime() + CLOCK_TOLERANCE_MS) return judged('future');
  return judged(findings.length === 0 ? 'whole' : 'damaged');
}

/** The newest set that counts. */
export function newestWhole(sets: readonly JudgedSet[]): JudgedSet | undefined {
  return sets.find(({ state }) => state === 'whole');
}

function findingsOf({ manifest, why, files, verification }: FoundSet): Finding[] {
  if (manifest === null) return why === 'unfinished' ? [] : [{ path: MANIFEST, what: `is no use: ${why}` }];
  const sizes = manifest.parts.flatMap((part) => sizeFinding(part, files));
  if (verification === null || verification.ok) return sizes;
  const said = new Set(sizes.map(({ path }) => path));
  const failed = verification.findings.filter(({ path }) => isOf(manifest, path) && !said.has(path));
  return [...sizes, ...failed.map((finding) => asSeenThen(finding, verification))];
}

/** A part that retention took out since has taken its findings along. */
function isOf({ parts }: BackupManifest, path: string): boolean {
  return path === MANIFEST || parts.some((part) => part.path === path);
}

function sizeFinding({ path, bytes }: BackupPart, files: FoundSet['files']): Finding[] {
  const found = files.get(path);
  if (found === undefined) return [{ path, what: 'is missing' }];
  return found === bytes ? [] : [{ path, what: `has ${found} bytes in place of ${bytes}` }];
}

/** `20261124T020000Z` in milliseconds; NaN for what only looks like an instant. Pure. */
export function instantOf(id: string): number {
  return Date.parse(id.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, '$1-$2-$3T$4:$5:$6Z'));
}
