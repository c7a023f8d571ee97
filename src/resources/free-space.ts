import { type Change, defineResource, type Resource } from '../engine/resource.js';
import { ask, known, type ProbeKind } from '../host/probe.js';
import { sh } from '../host/shell.js';

interface SpaceState {
  /** Bytes that are free for root. */
  available: number;
  mountPoint: string;
}

const GIB = 1024 ** 3;

/** A requirement: this much free space where `path` is or will be. There is nothing to apply. */
export function freeSpace({ path, minGib }: { path: string; minGib: number }): Resource {
  return defineResource<SpaceState>({
    id: `free-space:${path}`,
    title: `${minGib} GiB free for ${path}`,
    probe: ask(spaceKind, path),
    diff: (have) => spaceDiff(path, minGib, have),
    apply: () => [],
  });
}

/** One `df` for all paths; of a path that does not exist yet, its nearest parent that does. */
const spaceKind: ProbeKind<string, SpaceState> = {
  name: 'free-space',
  script: (args) => sh`set --
    for p in ${args}; do while [ ! -e "$p" ]; do p=$(dirname "$p"); done; set -- "$@" "$p"; done
    df -B1 --output=avail,target -- "$@" | tail -n +2`,
  parse: (stdout, args) => {
    const lines = stdout.trim().split('\n');
    return args.map((_, index) => {
      const [, available, mountPoint] = /^\s*(\d+) (.*)$/.exec(lines[index] ?? '') ?? [];
      if (available === undefined || mountPoint === undefined) throw new Error(`df said "${lines[index]}"`);
      return known({ available: Number(available), mountPoint });
    });
  },
};

function spaceDiff(path: string, minGib: number, have: SpaceState | null): Change | null {
  if (have === null || have.available >= minGib * GIB) return null;
  const free = (Math.floor((have.available / GIB) * 10) / 10).toFixed(1);
  const why = `${have.mountPoint} has ${free} GiB free, ${path} needs ${minGib} GiB`;
  const next = `Make room on ${have.mountPoint} (du -xh --max-depth=2 ${have.mountPoint}), or mount a larger disk.`;
  return { action: 'update', summary: why, refused: { why, next } };
}
