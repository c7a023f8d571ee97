import { known, type ProbeKind } from '../../host/probe.js';
import { sh } from '../../host/shell.js';

/** One process, or a unit of which one, that the kernel killed for want of memory. */
export interface OomKill {
  /** In milliseconds since the epoch, by the host's clock. */
  at: number;
  /** The unit as systemd names it, or the process as the kernel does. */
  who: string;
  /** `systemd`: of a unit of this host. `kernel`: of the machine, which in a container is more than this host. */
  source: 'systemd' | 'kernel';
}

export interface OomLog {
  /** The oldest entry that is left of the time that was asked for; null when the journal is empty. */
  since: number | null;
  kills: readonly OomKill[];
}

/** SD_MESSAGE_UNIT_OUT_OF_MEMORY of sd-messages.h: "A process of unit … has been killed by the OOM killer". */
const UNIT_OUT_OF_MEMORY = 'fe6faa94e7774663a0da52717891d8ef';
/** What `oom_kill_process` of the kernel's mm/oom_kill.c says, for the machine and for a control group. */
const KILLED = 'Killed process [0-9]+ \\(';
/** `journalctl --grep` ends with 1 when nothing matches. */
const NO_MATCH = 1;

/** What was killed for want of memory in the last days, from the journal. */
export const oomKills: ProbeKind<number, OomLog> = {
  name: 'oom-kills',
  script: ([days = 7]) => sh`
    look() { journalctl -q --no-pager -o json --since ${`-${days}d`} "$@"; }
    echo @@ oldest; look --output-fields=PRIORITY | head -n 1
    echo @@ systemd; look --output-fields=UNIT,USER_UNIT MESSAGE_ID=${UNIT_OUT_OF_MEMORY} || exit $?
    echo @@ kernel; look --output-fields=MESSAGE --grep ${KILLED} _TRANSPORT=kernel
    code=$?; [ $code -le ${NO_MATCH} ] || exit $code; echo @@ end`,
  parse: (stdout, args) => {
    const parts = /^@@ oldest\n([\s\S]*)^@@ systemd\n([\s\S]*)^@@ kernel\n([\s\S]*)^@@ end\n?$/m.exec(stdout);
    if (parts === null) throw new Error('the journal was cut');
    const [oldest = [], systemd = [], kernel = []] = parts.slice(1).map(entriesOf);
    const kills = [
      ...systemd.map((entry) => ({ at: timeOf(entry), who: unitOf(entry), source: 'systemd' as const })),
      ...kernel.map((entry) => ({ at: timeOf(entry), who: processOf(entry), source: 'kernel' as const })),
    ];
    const since = oldest[0] === undefined ? null : timeOf(oldest[0]);
    return args.map(() => known({ since, kills }));
  },
};

type Entry = Record<string, unknown>;

function entriesOf(lines: string): Entry[] {
  return lines
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as Entry);
}

function timeOf({ __REALTIME_TIMESTAMP: stamp }: Entry): number {
  if (typeof stamp !== 'string' || !/^\d+$/.test(stamp)) throw new Error('an entry without a time');
  return Number(stamp) / 1000;
}

function unitOf({ UNIT, USER_UNIT }: Entry): string {
  return String(UNIT ?? USER_UNIT ?? 'a unit without a name');
}

function processOf({ MESSAGE }: Entry): string {
  return /Killed process \d+ \(([^)]*)\)/.exec(String(MESSAGE))?.[1] ?? 'a process without a name';
}
