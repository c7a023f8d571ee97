import { known, type Observation, type ProbeKind } from '../../host/probe.js';
import { sh } from '../../host/shell.js';

/** The file system that holds a path. Sizes in bytes. */
export interface Disk {
  /** Free for services, of what is not reserved for root. */
  free: number;
  size: number;
  /** Files and directories that it holds, and can hold; null where their number is not limited. */
  inodes: { used: number; most: number } | null;
  fileSystem: string;
  mountedOn: string;
  /** What was measured instead of a path that does not exist: the nearest directory above it. */
  instead?: string;
}

/** The file system of each path; of the nearest directory above it while the path does not exist. */
export const diskOf: ProbeKind<string, Disk> = {
  name: 'disk',
  script: (paths) => sh`
    for path in ${paths}; do
    while [ ! -e "$path" ]; do path=$(dirname -- "$path"); done
    printf '@ %s\n' "$path"
    df -B1 --output=used,avail,iused,itotal,fstype,target -- "$path" 2>&1 | tail -n 1
    done`,
  parse: (stdout, paths) => {
    const blocks = stdout.split(/^@ /m).slice(1);
    return paths.map((path, index) => parseBlock(path, blocks[index] ?? ''));
  },
};

/** The disk of a path that exists; unknown where only something above it was measured: a mount may be missing. */
export function onlyExisting(path: string, disk: Observation<Disk>): Observation<Disk> {
  const instead = disk.status === 'known' ? disk.value?.instead : undefined;
  if (instead === undefined) return disk;
  return { status: 'unknown', why: `${path} does not exist; only ${instead} above it could be measured` };
}

function parseBlock(path: string, block: string): Observation<Disk> {
  const [measured = '', line = ''] = block.split('\n');
  const match = /^\s*(\d+)\s+(\d+)\s+(\d+|-)\s+(\d+|-)\s+(\S+)\s+(\S.*)$/.exec(line);
  const free = Number(match?.[2]);
  const size = free + Number(match?.[1]);
  if (match === null || size === 0) {
    return {
      status: 'unknown',
      why: `df says nothing about ${path}${line === '' ? '' : `: ${line.trim()}`}`,
    };
  }
  const most = Number(match[4]);
  return known({
    free,
    size,
    inodes: most > 0 ? { used: Number(match[3]), most } : null,
    fileSystem: match[5] ?? '',
    mountedOn: match[6] ?? '',
    ...(measured === path ? {} : { instead: measured }),
  });
}
