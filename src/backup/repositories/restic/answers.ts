import { z } from 'zod';
import { messageOf } from '../../../errors.js';
import { type BackupManifest, readManifest } from '../../manifest.js';
import { SET_ID } from '../../set.js';
import type { FoundSet } from '../../sets/look.js';
import { resticWords } from './words.js';

const snapshots = z.array(
  z.object({
    id: z.string().min(8),
    time: z.string(),
    paths: z.array(z.string()),
    tags: z.array(z.string()).optional(),
    /** Since restic 0.17. */
    summary: z.object({ total_bytes_processed: z.number() }).optional(),
  }),
);

/** A snapshot of restic that holds a set. */
export interface SetSnapshot {
  /** The set. */
  id: string;
  snapshot: string;
  /** The directory that it is a snapshot of. */
  path: string;
  /** Of all files in it; undefined where restic does not tell. */
  bytes?: number;
}

/** Whether a snapshot can have all parts: one that could not read everything is one too. Pure. */
export function isComplete({ bytes }: SetSnapshot, { parts }: Pick<BackupManifest, 'parts'>): boolean {
  return bytes === undefined || bytes >= parts.reduce((sum, part) => sum + part.bytes, 0);
}

/**
 * The snapshots that hold sets, newest set first; of several of one set the last. Throws for anything but restic's
 * list: what cannot be read is not an empty repository. Pure.
 */
export function readSnapshots(stdout: string): SetSnapshot[] {
  const byTime = snapshots.parse(JSON.parse(stdout)).sort((a, b) => Date.parse(a.time) - Date.parse(b.time));
  const found = byTime.flatMap(({ id: snapshot, paths: [path], tags = [], summary }) => {
    const id = tags.find((tag) => tag.startsWith('set:'))?.slice('set:'.length);
    if (id === undefined || path === undefined || !SET_ID.test(id)) return [];
    return [
      { id, snapshot, path, ...(summary === undefined ? {} : { bytes: summary.total_bytes_processed }) },
    ];
  });
  return [...new Map(found.map((each) => [each.id, each])).values()].sort((a, b) => (a.id < b.id ? 1 : -1));
}

/** What restic said of snapshots that it cannot read and leaves out of its list, which it calls a success. Pure. */
export function ignoredSnapshots(stderr: string): string {
  return stderr
    .split('\n')
    .filter((text) => /^Ignoring "/.test(text))
    .join('\n');
}

/** A manifest that was asked of a snapshot; null with restic's words where it cannot be read. */
export type ReadManifest = Pick<FoundSet, 'manifest' | 'why'>;

/** The answers of the script that reads manifests, by snapshot. Pure. */
export function readManifests(stdout: string, snapshots: readonly SetSnapshot[]): Map<string, ReadManifest> {
  const lines = stdout.split('\n').map((text) => text.split(' '));
  const answers = new Map(lines.map(([snapshot = '', ...answer]) => [snapshot, answer]));
  return new Map(snapshots.map((each) => [each.snapshot, answered(answers.get(each.snapshot) ?? [], each)]));
}

function answered([kind, base64 = '']: readonly string[], snapshot: SetSnapshot): ReadManifest {
  const text = Buffer.from(base64, 'base64').toString('utf8');
  if (kind !== '=') return { manifest: null, why: resticWords(text, 1) || 'it cannot be read' };
  try {
    const manifest = readManifest(text, snapshot.id);
    if (isComplete(snapshot, manifest)) return { manifest, why: '' };
    return { manifest: null, why: `it has ${snapshot.bytes} bytes, less than its manifest names` };
  } catch (error) {
    return { manifest: null, why: messageOf(error) };
  }
}

const line = z.object({
  message_type: z.string(),
  bytes_done: z.number().default(0),
  bytes_restored: z.number().default(0),
  snapshot_id: z.string().optional(),
});

/** Bytes that restic has read or restored so far; undefined for a line that does not say. Pure. */
export function readStatus(text: string): number | undefined {
  const read = parsed(text);
  return read?.message_type === 'status' ? Math.max(read.bytes_done, read.bytes_restored) : undefined;
}

/** The snapshot that a backup has made; undefined where it made none. Pure. */
export function madeSnapshot(stdout: string): string | undefined {
  const ids = stdout.split('\n').map((each) => {
    const read = parsed(each);
    return read?.message_type === 'summary' ? read.snapshot_id : undefined;
  });
  return ids.filter((id) => id !== undefined && id !== '').at(-1);
}

function parsed(text: string): z.infer<typeof line> | undefined {
  if (!text.startsWith('{')) return undefined;
  try {
    return line.parse(JSON.parse(text));
  } catch {
    return undefined;
  }
}
