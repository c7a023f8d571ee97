import { formatSize } from '../../config/units.js';
import { EXIT, VdbError } from '../../errors.js';
import type { Host } from '../../host/host.js';
import { sh } from '../../host/shell.js';

/** What the parts of a set will have, in bytes, more or less. */
export interface Sizes {
  collections: ReadonlyMap<string, number>;
  database: number;
}

/** Where a file system is, and how much is free there for root. */
interface Space {
  /** Equal for two directories of one file system. */
  device: string;
  free: number;
}

/** The file systems that a set needs space on. */
export interface Spaces {
  backups: Space;
  snapshots: Space;
  temp: Space;
}

/** What a set takes beside its parts, and what an estimate may be wrong by. */
const MARGIN = { share: 0.05, bytes: 64 * 1024 ** 2 };

export interface Measured {
  /** Bytes by the name of a collection. */
  sizes: Map<string, number>;
  spaces: Spaces;
}

/** Directories of the host that decide whether a set fits. */
export interface Places {
  backups: string;
  /** Where Qdrant keeps snapshots, and where it builds them. */
  snapshots: string;
  temp: string;
  /** Qdrant's data: a directory for each collection, by its name. */
  collections: string;
}

/**
 * Measures what a set will take, and what is free there for who is not root, as Qdrant is not. What a collection takes
 * on its disk is what its snapshot has: Qdrant does not pack what was never written.
 */
export async function measure(
  host: Host,
  { backups, snapshots, temp, collections }: Places,
): Promise<Measured> {
  const { stdout, stderr, exitCode } = await host.read(
    sh`
    set -euo pipefail
    export LC_ALL=C.UTF-8
    fs() {
      local path=$2
      while [ ! -e "$path" ]; do path=$(dirname -- "$path"); done
      printf 'fs %s %s %s\n' "$1" "$(stat -c %d -- "$path")" "$(($(stat -f -c '%a * %S' -- "$path")))"
    }
    fs backups ${backups}
    fs snapshots ${snapshots}
    fs temp ${temp}
    ! cd -- ${collections} 2>/dev/null || { du -s -B1 -- */ 2>/dev/null || :; } | sed 's/^/collection /'
    echo end`,
    { timeoutMs: 600_000 },
  );
  if (exitCode !== 0 || !stdout.endsWith('end\n')) throw notMeasured(host.target, stderr);
  return readMeasured(stdout);
}

/** Reads what {@link measure} is told. Pure. */
export function readMeasured(stdout: string): Measured {
  const space = (name: string): Space => {
    const [, device = '', free] = new RegExp(`^fs ${name} (\\d+) (\\d+)$`, 'm').exec(stdout) ?? [];
    if (free === undefined) throw new Error(`the free space for ${name} could not be read`);
    return { device, free: Number(free) };
  };
  const sizes = [...stdout.matchAll(/^collection (\d+)\t(.+)\/$/gm)];
  return {
    sizes: new Map(sizes.map(([, bytes, name]) => [name ?? '', Number(bytes)])),
    spaces: { backups: space('backups'), snapshots: space('snapshots'), temp: space('temp') },
  };
}

/**
 * Throws `backup.no-space` where the set does not fit. A snapshot is built beside Qdrant's own, moved there, and then
 * linked into the set, so that on one file system it takes its size once; else the largest is there twice.
 */
export function assertSpace(target: string, sizes: Sizes, { backups, snapshots, temp }: Spaces): void {
  const all = [...sizes.collections.values()].reduce((sum, bytes) => sum + bytes, sizes.database);
  const largest = Math.max(0, ...sizes.collections.values());
  const needs = new Map<string, { what: string; free: number; bytes: number }>();
  const need = (what: string, { device, free }: Space, bytes: number): void => {
    const other = needs.get(device);
    if (other === undefined || other.bytes < bytes) needs.set(device, { what, free, bytes });
  };
  need('the directory of backups', backups, all);
  need("Qdrant's directory of snapshots", snapshots, largest);
  need("Qdrant's directory for temporary files", temp, largest);
  for (const { what, free, bytes } of needs.values()) {
    const wanted = Math.round(bytes * (1 + MARGIN.share)) + MARGIN.bytes;
    if (free < wanted) throw noSpace(target, what, free, wanted);
  }
}

function noSpace(target: string, what: string, free: number, wanted: number): VdbError {
  return new VdbError(
    `There is no room for a backup set: ${what} has ${formatSize(free)} free, and about ${formatSize(wanted)} are needed`,
    {
      code: 'backup.no-space',
      exitCode: EXIT.failed,
      host: target,
      meaning: 'Nothing was written.',
      next: 'Make room, for example with vdb backup prune, or let paths.backups lie on a larger file system.',
    },
  );
}

function notMeasured(target: string, stderr: string): VdbError {
  return new VdbError('The space that a backup set needs could not be measured', {
    code: 'backup.not-measured',
    exitCode: EXIT.failed,
    host: target,
    stderr: stderr.trim(),
    meaning: 'Nothing was written.',
  });
}
