import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** What a running Qdrant has in memory, in bytes. */
export interface MemoryUse {
  /** Pages of its own: heap, stacks. */
  own: number;
  /** Its program and libraries. */
  program: number;
  /** Pages of files of its storage that must stay in memory. */
  pinned: number;
  /** Pages of what its collections keep on disk: the kernel caches them, and may take them away. */
  cached: number;
  /** The most that it had at once since it was started. */
  peak: number;
}

/** Resident memory that is not merely cache. */
export function needed({ own, program, pinned }: MemoryUse): number {
  return own + program + pinned;
}

/** What a process has in memory, told apart by `isCache`, which gets the path of each file of the storage. */
export function memoryOf(pid: number, storage: string, isCache: (path: string) => boolean): MemoryUse {
  const use: MemoryUse = { own: 0, program: 0, pinned: 0, cached: 0, peak: peakOf(pid) };
  let part: keyof MemoryUse = 'own';
  for (const line of readFileSync(`/proc/${pid}/smaps`, 'utf8').split('\n')) {
    const mapping = /^[0-9a-f]+-[0-9a-f]+ \S+ \S+ \S+ \d+\s*(.*)$/.exec(line);
    if (mapping !== null) part = partOf(mapping[1] ?? '', storage, isCache);
    const resident = /^Rss:\s+(\d+) kB$/.exec(line);
    if (resident !== null) use[part] += Number(resident[1]) * 1024;
  }
  return use;
}

function partOf(path: string, storage: string, isCache: (path: string) => boolean): keyof MemoryUse {
  if (path.startsWith(storage)) return isCache(path.slice(storage.length)) ? 'cached' : 'pinned';
  return path.startsWith('/') ? 'program' : 'own';
}

function peakOf(pid: number): number {
  const [, peak = '0'] = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
  return Number(peak) * 1024;
}

/** Bytes that a directory takes on its disk: what is reserved and never written does not count. */
export function diskOf(directory: string): number {
  return Number(execFileSync('du', ['-sxB1', directory], { encoding: 'utf8' }).split('\t')[0]);
}

/** The files of a collection by what they hold; what none of these matches is `other`. */
const FILES: Readonly<Record<string, RegExp>> = {
  log: /\/wal\//,
  quantized: /quantized/,
  vectors: /\/vector_storage\//,
  graph: /\/vector_index\//,
  payload: /\/payload_storage\//,
  ids: /id_tracker/,
};

/** Bytes that each part of a storage takes on its disk. */
export function partsOf(storage: string): Record<string, number> {
  const listing = execFileSync('find', [storage, '-type', 'f', '-printf', '%b %p\\n'], { encoding: 'utf8' });
  const parts: Record<string, number> = {};
  for (const line of listing.trim().split('\n')) {
    const [, blocks = '0', path = ''] = /^(\d+) (.*)$/.exec(line) ?? [];
    const part = Object.keys(FILES).find((name) => FILES[name]?.test(path)) ?? 'other';
    parts[part] = (parts[part] ?? 0) + Number(blocks) * 512;
  }
  return parts;
}
