import { type Change, defineResource, type Resource } from '../engine/resource.js';
import type { Command } from '../host/command.js';
import { putCommand } from '../host/command.js';
import { ask, known, type Observation, type ProbeKind } from '../host/probe.js';
import { sh } from '../host/shell.js';

export interface IoSchedulerOptions {
  mountPoint: string;
  /** `none`, `mq-deadline`, `kyber`, `bfq`. */
  scheduler: string;
  container: boolean;
}

/** The disks behind a mount point, and the rule that sets their scheduler when they appear. */
interface DisksState {
  disks: readonly { name: string; active: string; available: readonly string[] }[];
  /** The content of the udev rule; null when there is none. */
  rule: string | null;
}

const RULE = '/etc/udev/rules.d/60-vdb-io-scheduler.rules';

/** The I/O scheduler of every disk behind a mount point, through partitions, LVM, dm-crypt and md. */
export function ioScheduler(options: IoSchedulerOptions): Resource {
  const { mountPoint, scheduler } = options;
  if (!/^[a-z-]+$/.test(scheduler)) throw new Error(`not an I/O scheduler: ${scheduler}`);
  return defineResource<DisksState>({
    id: `io-scheduler:${mountPoint}`,
    title: `I/O scheduler ${scheduler} behind ${mountPoint}`,
    probe: ask(disksKind, options),
    diff: (have) => diskDiff(options, have),
    apply: (_change, have) => diskCommands(scheduler, have),
  });
}

const disksKind: ProbeKind<IoSchedulerOptions, DisksState> = {
  name: 'io-scheduler',
  script: (args) => sh`
    disks() {
    local d=$1 s
    [ -e "$d/partition" ] && d=$(dirname "$d")
    for s in "$d"/slaves/*; do [ -e "$s" ] && disks "$(readlink -f "$s")"; done
    set -- "$d"/slaves/*
    [ -e "$1" ] || { [ -r "$d/queue/scheduler" ] && printf 'D %s %s\n' "$(basename "$d")" "$(cat "$d/queue/scheduler")"; }
    }
    base64 -w0 ${RULE} 2>/dev/null
    for m in ${args.map(({ mountPoint }) => mountPoint)}; do
    printf '\n@%s\n' "$m"
    n=$(findmnt -rno MAJ:MIN -T "$m" | tail -n 1)
    [ -e "/sys/dev/block/$n" ] && disks "$(readlink -f "/sys/dev/block/$n")"
    done
    true`,
  parse: (stdout, args) => {
    const [rule = '', ...parts] = stdout.split('\n@');
    const content = rule.trim() === '' ? null : Buffer.from(rule, 'base64').toString('utf8');
    return args.map((arg, index) => observationOf(arg, parts[index] ?? '', content));
  },
};

function observationOf(arg: IoSchedulerOptions, part: string, rule: string | null): Observation<DisksState> {
  const { mountPoint, scheduler, container } = arg;
  const lines = [...new Set(part.split('\n').filter((line) => line.startsWith('D ')))];
  const disks = lines.map((line) => {
    const [, name = '', ...words] = line.split(' ');
    const active = words.find((word) => word.startsWith('['))?.slice(1, -1) ?? '';
    return { name, active, available: words.map((word) => word.replaceAll(/[[\]]/g, '')) };
  });
  if (disks.length === 0) return { status: 'foreign', why: `no disk of this host lies behind ${mountPoint}` };
  const other = disks.find(({ active }) => active !== scheduler);
  if (container && other) {
    const why = `${other.name} uses ${other.active}, want ${scheduler}; it belongs to the machine around the container`;
    return { status: 'foreign', why };
  }
  return known({
    disks,
    rule: container
      ? renderRule(
          disks.map(({ name }) => name),
          scheduler,
        )
      : rule,
  });
}

function diskDiff({ mountPoint, scheduler }: IoSchedulerOptions, have: DisksState | null): Change | null {
  const { disks, rule } = have ?? { disks: [], rule: null };
  const others = disks.filter(({ active }) => active !== scheduler);
  const fields = others.map(({ name, active }) => ({ field: name, have: active, want: scheduler }));
  if (
    others.length === 0 &&
    rule ===
      renderRule(
        disks.map(({ name }) => name),
        scheduler,
      )
  )
    return null;
  const summary =
    fields.map(({ field, have }) => `${field} uses ${have}`).join(', ') || 'keep it over a reboot';
  const unable = others.find(({ available }) => !available.includes(scheduler));
  if (!unable) return { action: 'update', summary: `${summary}; want ${scheduler}`, fields };
  const why = `${unable.name} behind ${mountPoint} has no scheduler ${scheduler}`;
  const next = `Choose one that it has: ${unable.available.join(', ')}.`;
  return { action: 'update', summary, fields, refused: { why, next } };
}

function diskCommands(scheduler: string, have: DisksState | null): Command[] {
  const names = have?.disks.map(({ name }) => name) ?? [];
  const set = names.map((name) => ({
    title: `set the scheduler of ${name} to ${scheduler}`,
    script: sh`printf %s ${scheduler} >${`/sys/block/${name}/queue/scheduler`}`,
  }));
  return [putCommand({ path: RULE, content: renderRule(names, scheduler) }), ...set];
}

function renderRule(names: readonly string[], scheduler: string): string {
  const lines = [...names]
    .sort()
    .map(
      (name) =>
        `ACTION=="add|change", SUBSYSTEM=="block", KERNEL=="${name}", ATTR{queue/scheduler}="${scheduler}"\n`,
    );
  return lines.join('');
}
