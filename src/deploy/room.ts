import { EXIT, VdbError } from '../errors.js';
import type { Host } from '../host/host.js';
import { type Script, sh } from '../host/shell.js';
import type { ServiceName } from './record.js';

/** What a second copy of a service finds on a host. In bytes. */
export interface Room {
  memoryAvailable: number;
  /** Of the instances that serve, with all their workers. */
  memoryUsed: number;
  /** TCP ports that something listens on. */
  listening: readonly number[];
}

/** Looks at the memory of `units`, and at who listens. Memory that processes share is counted once. */
export function roomScript(units: readonly string[]): Script {
  return sh`
    set -eu -o pipefail
    awk '/^MemAvailable:/ { print "available", $2 * 1024 }' /proc/meminfo
    roots=$(systemctl show -p MainPID --value -- ${units} | sort -u)
    for pid in $(ps -e -o pid= -o ppid= | awk -v roots="$roots" '
      BEGIN { split(roots, all); for (i in all) if (all[i] > 0) wanted[all[i]] = 1 }
      { parent[$1] = $2 }
      END { for (pid in parent) for (at = pid; at in parent; at = parent[at]) if (at in wanted) { print pid; break } }')
    do awk '/^Pss:/ { print "used", $2 * 1024 }' "/proc/$pid/smaps_rollup" 2>/dev/null || true; done
    ss -Hltn | awk '{ sub(/.*:/, "", $4); print "listening", $4 }'`;
}

/** Throws where the answer is not whole. Pure. */
export function parseRoom(stdout: string): Room {
  const lines = stdout.trim().split('\n');
  const numbers = (word: string): number[] =>
    lines.filter((line) => line.startsWith(`${word} `)).map((line) => Number(line.slice(word.length + 1)));
  const [memoryAvailable] = numbers('available');
  const listening = numbers('listening');
  const used = numbers('used');
  if (memoryAvailable === undefined || [...used, ...listening].some(Number.isNaN))
    throw new Error('the memory and the ports of the host cannot be told');
  return { memoryAvailable, memoryUsed: used.reduce((sum, each) => sum + each, 0), listening };
}

/** What is to run a second time. */
export interface Second {
  service: ServiceName;
  /** Those that serve, and use the memory that is needed again. */
  units: readonly string[];
  /** Of the second copy. */
  ports: readonly number[];
  /** What needs less memory. */
  smaller: string;
}

/** Throws `deploy.no-room` where a second copy has no room on the host, or its ports are taken. */
export async function assertRoom(host: Host, { service, units, ports, smaller }: Second): Promise<Room> {
  const { stdout, stderr, exitCode } = await host.read(roomScript(units), { timeoutMs: 30_000 });
  if (exitCode !== 0) throw noRoom(host, `Whether there is room cannot be told: ${stderr.trim()}`);
  const room = parseRoom(stdout);
  const taken = ports.filter((port) => room.listening.includes(port));
  if (taken.length > 0) {
    throw noRoom(
      host,
      `Something listens on port ${taken.join(', ')} already`,
      `The other slot needs it. What is left of an earlier instance goes by: vdb provision --only ${service === 'gateway' ? '1.2' : '1.1'}`,
    );
  }
  if (room.memoryAvailable < room.memoryUsed) {
    throw noRoom(
      host,
      `${mib(room.memoryAvailable)} MiB of memory are available, and the ${service} that serves uses ${mib(room.memoryUsed)} MiB`,
      `Both run beside each other during a deploy. ${smaller}`,
    );
  }
  return room;
}

/** Data is copied with its indexes, and needs a little more where they are built. */
const HEADROOM = 1.2;

/** Throws `deploy.no-room` where the disk below `to` has no room for another copy of what lies in `from`. Gives its bytes. */
export async function assertDisk(host: Host, { from, to }: { from: string; to: string }): Promise<number> {
  const { stdout, stderr, exitCode } = await host.read(
    sh`
      set -eu -o pipefail
      to=${to}
      until [ -d "$to" ]; do to=$(dirname -- "$to"); done
      du -sxB1 -- ${from} | awk '{ print $1 }'
      df -B1 --output=avail -- "$to" | tail -n 1`,
    { timeoutMs: 600_000 },
  );
  const [used = Number.NaN, free = Number.NaN] = stdout.trim().split(/\s+/).map(Number);
  if (exitCode !== 0 || Number.isNaN(used) || Number.isNaN(free))
    throw noRoom(host, `Whether the disk has room for a copy cannot be told: ${stderr.trim()}`);
  if (free >= used * HEADROOM) return used;
  throw noRoom(
    host,
    `${mib(free)} MiB are free for ${to}, and a copy of ${mib(used)} MiB needs ${mib(used * HEADROOM)} MiB`,
    'Make room, for example with vdb backup prune, or bring it in with a restart: vdb deploy --in-place',
  );
}

function noRoom(host: Host, message: string, next?: string): VdbError {
  return new VdbError(message, {
    ...{ code: 'deploy.no-room', exitCode: EXIT.failed, host: host.target },
    ...(next === undefined ? {} : { next }),
  });
}

function mib(bytes: number): number {
  return Math.round(bytes / 1024 ** 2);
}
