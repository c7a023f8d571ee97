import { EXIT, VdbError } from '../errors.js';
import type { Host } from '../host/host.js';
import { type Script, sh } from '../host/shell.js';

/** What a second copy of the gateway finds on a host. In bytes. */
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

/** Throws `deploy.no-room` where a second copy has no room on the host, or its ports are taken. */
export async function assertRoom(
  host: Host,
  { units, ports }: { units: readonly string[]; ports: readonly number[] },
): Promise<Room> {
  const { stdout, stderr, exitCode } = await host.read(roomScript(units), { timeoutMs: 30_000 });
  if (exitCode !== 0) throw noRoom(host, `Whether there is room cannot be told: ${stderr.trim()}`);
  const room = parseRoom(stdout);
  const taken = ports.filter((port) => room.listening.includes(port));
  if (taken.length > 0) {
    throw noRoom(
      host,
      `Something listens on port ${taken.join(', ')} already`,
      'The other slot needs it. What is left of an earlier instance goes by: vdb provision --only 1.2',
    );
  }
  if (room.memoryAvailable < room.memoryUsed) {
    throw noRoom(
      host,
      `${mib(room.memoryAvailable)} MiB of memory are available, and the gateway that serves uses ${mib(room.memoryUsed)} MiB`,
      'Both run beside each other during a deploy. Fewer workers or replicas need less (gateway.workers, gateway.replicas).',
    );
  }
  return room;
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
