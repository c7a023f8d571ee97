import { known, type Observation, type ProbeKind, pending } from '../host/probe.js';
import { sh } from '../host/shell.js';

export interface BlockDevicesQuestion {
  mountPoint: string;
  /** `none`, `mq-deadline`, `kyber`, `bfq`. */
  scheduler: string;
  /** Of the device with the file system. Default: as it is. */
  readAheadKib?: number;
  container: boolean;
}

/** The devices behind a mount point, and the rule that sets them up when they appear. */
export interface BlockDevices {
  /** The disks at the bottom: a scheduler has an effect only there. */
  disks: readonly { name: string; active: string; available: readonly string[] }[];
  /** The device that carries the file system: the kernel reads ahead there. */
  top: readonly { name: string; readAheadKib: number }[];
  /** The content of the udev rule; null when there is none. */
  rule: string | null;
}

export const RULE = '/etc/udev/rules.d/60-vdb-io-scheduler.rules';

/** Walks from the device of a mount point through partitions, LVM, dm-crypt and md to its disks. */
export const blockDevicesKind: ProbeKind<BlockDevicesQuestion, BlockDevices> = {
  name: 'io-scheduler',
  script: (args) => sh`
    whole() { if [ -e "$1/partition" ]; then dirname "$1"; else echo "$1"; fi; }
    disks() {
    local d s
    d=$(whole "$1")
    for s in "$d"/slaves/*; do [ -e "$s" ] && disks "$(readlink -f "$s")"; done
    set -- "$d"/slaves/*
    [ -e "$1" ] || { [ -r "$d/queue/scheduler" ] && printf 'D %s %s\n' "$(basename "$d")" "$(cat "$d/queue/scheduler")"; }
    }
    if [ -e ${RULE} ]; then base64 -w0 ${RULE} || exit 1; fi
    for m in ${args.map(({ mountPoint }) => mountPoint)}; do
    printf '\n@%s\n' "$m"
    [ -e "$m" ] || { echo missing; continue; }
    n=$(findmnt -rno MAJ:MIN -T "$m") || exit 1
    d=$(readlink -f "/sys/dev/block/\${n##*[[:space:]]}")
    [ -e "$d" ] || continue
    disks "$d"
    top=$(whole "$d")
    [ -r "$top/queue/read_ahead_kb" ] && printf 'T %s %s\n' "$(basename "$top")" "$(cat "$top/queue/read_ahead_kb")"
    done
    true`,
  parse: (stdout, args) => {
    const [rule = '', ...parts] = stdout.split('\n@');
    const content = rule.trim() === '' ? null : Buffer.from(rule, 'base64').toString('utf8');
    return args.map((arg, index) => observationOf(arg, (parts[index] ?? '').split('\n').slice(1), content));
  },
};

function observationOf(
  { mountPoint, scheduler, readAheadKib, container }: BlockDevicesQuestion,
  lines: readonly string[],
  rule: string | null,
): Observation<BlockDevices> {
  if (lines.includes('missing')) return pending(`${mountPoint} is not there yet`);
  const disks = linesOf(lines, 'D').map(diskOf);
  const top = linesOf(lines, 'T').map(([name = '', kib]) => ({ name, readAheadKib: Number(kib) }));
  if (disks.length === 0) return { status: 'foreign', why: `no disk of this host lies behind ${mountPoint}` };
  if (!container) return known({ disks, top, rule });
  const faults = faultsOf({ disks, top }, scheduler, readAheadKib);
  if (faults.length === 0)
    return known({ disks, top, rule: renderRule({ disks, top }, scheduler, readAheadKib) });
  const seen = faults.map(({ field, have, want }) => `${field} is ${have}, want ${want}`).join(', ');
  return { status: 'foreign', why: `${seen}; the machine around the container sets that` };
}

function linesOf(lines: readonly string[], kind: string): string[][] {
  const own = lines.filter((line) => line.startsWith(`${kind} `));
  return [...new Set(own)].map((line) => line.split(' ').slice(1));
}

function diskOf([name = '', ...words]: string[]) {
  const active = words.find((word) => word.startsWith('['))?.slice(1, -1) ?? '';
  return { name, active, available: words.map((word) => word.replaceAll(/[[\]]/g, '')) };
}

type Devices = Pick<BlockDevices, 'disks' | 'top'>;

/** What the devices do otherwise than wanted. */
export function faultsOf({ disks, top }: Devices, scheduler: string, readAheadKib: number | undefined) {
  const other = disks.filter(({ active }) => active !== scheduler);
  const ahead = top.filter((device) => readAheadKib !== undefined && device.readAheadKib !== readAheadKib);
  return [
    ...other.map(({ name, active }) => ({ field: `scheduler of ${name}`, have: active, want: scheduler })),
    ...ahead.map((device) => ({
      field: `read-ahead of ${device.name}`,
      have: `${device.readAheadKib} KiB`,
      want: `${readAheadKib} KiB`,
    })),
  ];
}

/** The content of {@link RULE}. */
export function renderRule(
  { disks, top }: Devices,
  scheduler: string,
  readAheadKib: number | undefined,
): string {
  const rule = (name: string, attribute: string, value: string | number): string =>
    `ACTION=="add|change", SUBSYSTEM=="block", KERNEL=="${name}", ATTR{queue/${attribute}}="${value}"\n`;
  const schedulers = disks.map(({ name }) => rule(name, 'scheduler', scheduler));
  if (readAheadKib === undefined) return schedulers.sort().join('');
  return [...schedulers, ...top.map(({ name }) => rule(name, 'read_ahead_kb', readAheadKib))].sort().join('');
}
