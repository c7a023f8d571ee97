import { type Change, defineResource, type FieldChange, type Resource } from '../engine/resource.js';
import type { Command } from '../host/command.js';
import { ask, known, type Observation, type ProbeKind } from '../host/probe.js';
import { type Script, sh } from '../host/shell.js';
import { FSTAB, parseFstab, putFstab, readFstab, withLine } from './fstab.js';
import { summarise } from './ownership.js';

export interface SwapOptions {
  /** Default /swapfile. */
  path?: string;
  /** 0 wants nothing and changes nothing. */
  sizeMib: number;
  container: boolean;
}

interface SwapState {
  /** Bytes; 0 when the file is not there. */
  size: number;
  active: boolean;
  /** The whole /etc/fstab. */
  fstab: string;
}

const MIB = 1024 ** 2;

/** A swap file of this size, in use now and after each start of the system. */
export function swapFile({ path = '/swapfile', sizeMib, container }: SwapOptions): Resource {
  return defineResource<SwapState>({
    id: `swap:${path}`,
    title: sizeMib === 0 ? 'no swap file' : `${sizeMib} MiB of swap in ${path}`,
    probe: ask(swapKind, { path, sizeMib, container }),
    diff: (have) => (sizeMib === 0 ? null : swapDiff(path, sizeMib, have)),
    apply: (_change, have) => swapCommands(path, sizeMib, have),
    explain: ({ stderr }) =>
      /No space left/.test(stderr)
        ? {
            meaning: 'The file system has no room for the swap file.',
            next: 'Choose a smaller size, or make room.',
          }
        : null,
  });
}

const swapKind: ProbeKind<Required<SwapOptions>, SwapState> = {
  name: 'swap',
  script: (args) => sh`
    ${readFstab()}
    sed 's/^/A /' /proc/swaps
    for p in ${args.map(({ path }) => path)}; do [ -e "$p" ] && stat -c 'S %s %n' -- "$p"; done
    true`,
  parse: (stdout, args) => {
    const lines = stdout.split('\n');
    if (!lines.some((line) => line.startsWith('A Filename'))) throw new Error('no /proc/swaps');
    const fstab = parseFstab(lines);
    return args.map((arg) => observationOf(arg, lines, fstab));
  },
};

function observationOf(
  arg: Required<SwapOptions>,
  lines: readonly string[],
  fstab: string,
): Observation<SwapState> {
  const { path, sizeMib, container } = arg;
  if (container && sizeMib > 0)
    return { status: 'foreign', why: 'swap belongs to the machine around the container' };
  const stat = lines.map((line) => /^S (\d+) (.*)$/.exec(line)).find((match) => match?.[2] === path);
  const active = lines.some((line) => line.startsWith(`A ${path} `));
  return known({ size: Number(stat?.[1] ?? 0), active, fstab });
}

function swapDiff(path: string, sizeMib: number, have: SwapState | null): Change | null {
  if (have === null || have.size === 0)
    return { action: 'create', summary: `create a swap file of ${sizeMib} MiB` };
  const fields: FieldChange[] = [];
  if (have.size !== sizeMib * MIB) {
    fields.push({ field: 'size', have: `${(have.size / MIB).toFixed(0)} MiB`, want: `${sizeMib} MiB` });
  }
  if (!have.active) fields.push({ field: 'state', have: 'not in use', want: 'in use' });
  if (!hasLine(have.fstab, path)) {
    fields.push({ field: FSTAB, have: 'no line', want: `${path} none swap` });
  }
  return fields.length === 0 ? null : { action: 'update', summary: summarise(fields), fields };
}

function hasLine(fstab: string, path: string): boolean {
  return fstab.split('\n').some((line) => line.trim().split(/\s+/)[0] === path);
}

function swapCommands(path: string, sizeMib: number, have: SwapState | null): Command[] {
  const commands: Command[] = [];
  if (have?.size !== sizeMib * MIB) {
    commands.push({ title: `create ${path}`, script: createScript(path, sizeMib), timeoutSeconds: 900 });
  } else if (!have.active) {
    commands.push({ title: `use ${path}`, script: sh`swapon -- ${path}` });
  }
  const fstab = have?.fstab ?? '';
  return hasLine(fstab, path)
    ? commands
    : [...commands, putFstab(withLine(fstab, `${path} none swap sw 0 0`))];
}

/** A swap file must have no holes: where the file system cannot allocate it at once, it is written. */
function createScript(path: string, sizeMib: number): Script {
  return sh`
    set -e
    umask 077
    t=${`${path}.vdb-new`}
    trap 'rm -f "$t"' EXIT
    rm -f "$t"
    fallocate -l ${sizeMib}M "$t" 2>/dev/null || dd if=/dev/zero of="$t" bs=1M count=${sizeMib} status=none
    mkswap "$t" >/dev/null
    if grep -q ${`^${path} `} /proc/swaps; then swapoff -- ${path}; fi
    mv -fT "$t" ${path}
    swapon -- ${path}`;
}
