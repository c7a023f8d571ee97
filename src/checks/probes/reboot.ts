import { known, type ProbeKind } from '../../host/probe.js';
import { sh } from '../../host/shell.js';

/** Whether something waits for the next start of the system. */
export interface RebootState {
  /** The packages that asked for it; empty and `required` when none of them said so. */
  required: boolean;
  packages: readonly string[];
  /** The kernel that runs, as `uname -r` names it. */
  running: string;
  /** Those that are installed in /boot. */
  kernels: readonly string[];
}

/** What Debian's and Ubuntu's packages leave in /run when they want a reboot, and the kernels there are. */
export const rebootState: ProbeKind<null, RebootState> = {
  name: 'reboot',
  script: () => sh`
    [ -e /run/reboot-required ] && echo required yes || echo required no
    [ ! -r /run/reboot-required.pkgs ] || sort -u /run/reboot-required.pkgs | sed 's/^/package /'
    printf 'running %s\n' "$(uname -r)"
    for file in /boot/vmlinuz-*; do [ ! -e "$file" ] || printf 'kernel %s\n' "\${file#/boot/vmlinuz-}"; done`,
  parse: (stdout) => {
    const lines = stdout.split('\n').filter(Boolean);
    const of = (key: string): string[] =>
      lines.filter((line) => line.startsWith(`${key} `)).map((line) => line.slice(key.length + 1));
    const [required] = of('required');
    const [running = ''] = of('running');
    if ((required !== 'yes' && required !== 'no') || running === '') throw new Error('not an answer');
    return [known({ required: required === 'yes', packages: of('package'), running, kernels: of('kernel') })];
  },
};

/** The newest installed kernel of the flavour that runs, when it is newer than that; null otherwise. Pure. */
export function newerKernel({ running, kernels }: Pick<RebootState, 'running' | 'kernels'>): string | null {
  const own = partsOf(running);
  if (own === null) return null;
  const newer = kernels.filter((name) => {
    const parts = partsOf(name);
    return parts?.flavour === own.flavour && compare(parts.numbers, own.numbers) > 0;
  });
  return newer.sort((a, b) => compare(partsOf(a)?.numbers ?? [], partsOf(b)?.numbers ?? [])).at(-1) ?? null;
}

/** `6.12.48+deb13-cloud-amd64` is of the flavour `cloud-amd64`, `6.8.0-45-generic` of `generic`. */
function partsOf(name: string): { numbers: number[]; flavour: string } | null {
  const match = /^(\d[\w.+~]*(?:-\d+)?)-([a-z][\w-]*)$/.exec(name);
  if (match === null) return null;
  return { numbers: (match[1]?.match(/\d+/g) ?? []).map(Number), flavour: match[2] ?? '' };
}

function compare(a: readonly number[], b: readonly number[]): number {
  for (let index = 0; index < Math.max(a.length, b.length); index++) {
    const difference = (a[index] ?? -1) - (b[index] ?? -1);
    if (difference !== 0) return difference;
  }
  return 0;
}
