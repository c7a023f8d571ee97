import { z } from 'zod';
import { SET_ID } from '../../set.js';

const snapshots = z.array(
  z.object({
    id: z.string().min(8),
    time: z.string(),
    paths: z.array(z.string()),
    tags: z.array(z.string()).optional(),
  }),
);

/** A snapshot of restic that holds a set. */
export interface SetSnapshot {
  /** The set. */
  id: string;
  snapshot: string;
  /** The directory that it is a snapshot of. */
  path: string;
}

/**
 * The snapshots that hold sets, newest set first; of several of one set the last. Throws for anything but restic's
 * list: what cannot be read is not an empty repository. Pure.
 */
export function readSnapshots(stdout: string): SetSnapshot[] {
  const byTime = snapshots.parse(JSON.parse(stdout)).sort((a, b) => Date.parse(a.time) - Date.parse(b.time));
  const found = byTime.flatMap(({ id: snapshot, paths: [path], tags = [] }) => {
    const id = tags.find((tag) => tag.startsWith('set:'))?.slice('set:'.length);
    return id === undefined || path === undefined || !SET_ID.test(id) ? [] : [{ id, snapshot, path }];
  });
  return [...new Map(found.map((each) => [each.id, each])).values()].sort((a, b) => (a.id < b.id ? 1 : -1));
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
