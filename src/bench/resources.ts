import { messageOf } from '../errors.js';
import type { Host } from '../host/host.js';
import { type Script, sh } from '../host/shell.js';
import { clock } from './load/clock.js';

/** What the host was doing at a time. */
export interface ResourceSample {
  /** When it was seen, in milliseconds of this machine's clock. */
  at: number;
  /** Of all cores, 0 to 1, since the sample before. */
  cpu: number;
  /** Bytes that are not available any more. */
  memory: number;
  /** Cores that Qdrant used since the sample before; null where its process is not known. */
  qdrant_cpu: number | null;
  /** Bytes of Qdrant in memory; null where its process is not known. */
  qdrant_memory: number | null;
}

export interface Sampler {
  samples: readonly ResourceSample[];
  /** Ends it; gives why it has seen nothing, where that is so. */
  stop(): Promise<string | undefined>;
}

const MOST_MS = 24 * 3_600_000;

/** Looks at the host once a second, by one command that stays open; it reads /proc and starts nothing but `sleep`. */
export function startSampler(host: Host, unit: string): Sampler {
  const samples: ResourceSample[] = [];
  const stopping = new AbortController();
  let before: Counters | undefined;
  const onLine = (line: string): void => {
    const now = parseCounters(line, clock());
    const sample = now === undefined || before === undefined ? undefined : sampleOf(before, now);
    if (sample !== undefined) samples.push(sample);
    before = now ?? before;
  };
  const looking = host
    .read(samplerScript(unit), { signal: stopping.signal, onLine, timeoutMs: MOST_MS })
    .then(
      ({ exitCode }) => `the command that looks ended with exit code ${exitCode}`,
      (error: unknown) => messageOf(error),
    );
  return {
    samples,
    async stop() {
      stopping.abort();
      const why = await looking;
      return samples.length > 0 ? undefined : why;
    },
  };
}

/** One line a second: processor times, memory, then process times and pages of the unit's process. */
export function samplerScript(unit: string): Script {
  return sh`
    pid=$(systemctl show -p MainPID --value -- ${unit} 2>/dev/null)
    tick=$(getconf CLK_TCK); page=$(getconf PAGESIZE)
    while :; do
      read -r _ user nice system idle wait irq soft steal _ </proc/stat
      while read -r name kb _; do
        case $name in MemTotal:) total=$kb;; MemAvailable:) available=$kb; break;; esac
      done </proc/meminfo
      own=-; resident=-
      if [ "\${pid:-0}" -gt 0 ] && read -r line 2>/dev/null <"/proc/$pid/stat"; then
        set -- \${line##*) }
        own=$((\${12} + \${13})); resident=$((\${22} * page))
      fi
      echo "at $((user + nice + system + irq + soft + steal)) $((idle + wait)) $((total - available)) $own $resident $tick"
      sleep 1
    done`;
}

/** Counters as the kernel keeps them. */
interface Counters {
  at: number;
  busy: number;
  idle: number;
  memory: number;
  own: number | null;
  resident: number | null;
  tick: number;
}

/** A line of the sampler; undefined for another one. Pure. */
export function parseCounters(line: string, at: number): Counters | undefined {
  const [word, ...rest] = line.split(' ');
  if (word !== 'at' || rest.length !== 6) return undefined;
  const [busy, idle, memory, own, resident, tick] = rest.map((text) => (text === '-' ? null : Number(text)));
  return {
    ...{ at, busy: busy ?? 0, idle: idle ?? 0, memory: (memory ?? 0) * 1024 },
    ...{ own: own ?? null, resident: resident ?? null, tick: tick ?? 100 },
  };
}

/** What happened between two looks. Pure. */
export function sampleOf(before: Counters, now: Counters): ResourceSample {
  const busy = now.busy - before.busy;
  const all = busy + now.idle - before.idle;
  const seconds = (now.at - before.at) / 1000;
  const isSame = before.own !== null && now.own !== null && now.own >= before.own;
  return {
    at: now.at,
    cpu: all > 0 ? Math.min(1, Math.max(0, busy / all)) : 0,
    memory: now.memory,
    qdrant_cpu: isSame && seconds > 0 ? (now.own! - before.own!) / now.tick / seconds : null,
    qdrant_memory: now.resident,
  };
}
