import type { LabHost } from '../../support/lab.js';

/**
 * What changes on a Linux host by itself, or because somebody logs in, whatever vdb does:
 * - /proc, /sys: not files.
 * - /run/log, /var/log: journal, wtmp, lastlog and the logs of whatever runs.
 * - /run/systemd, /run/user, /run/utmp, /run/motd*: what systemd and PAM keep of units, sessions and logins.
 * - /run/sshd, /tmp, /var/tmp as directories: sshd and systemd make and remove private directories there, the latter also
 *   of services that end by themselves, such as timedated.
 * - /var/lib/systemd: stamps of timers, the random seed.
 * - data of running databases: they write when they like.
 */
const OF_THE_SYSTEM = [
  '/proc',
  '/sys',
  '/dev',
  '/run/log',
  '/run/systemd',
  '/run/user',
  '/run/utmp',
  '/run/motd*',
  '/run/postgresql',
  '/run/redis',
  '/var/log',
  '/var/lib/systemd',
  '/var/lib/postgresql',
  '/var/lib/redis',
  '/data/qdrant',
  '/tmp/systemd-private-*',
  '/var/tmp/systemd-private-*',
];

/** Their own times change with every file below that comes and goes in the system's name, or as the lock's holder. */
const RESTLESS_DIRECTORIES = ['/', '/run', '/run/vdb', '/tmp', '/var/tmp', '/var/lib', '/root'];

/**
 * Every file of the host with type, mode, owner, size, time of change, link target and, up to 64 KiB, hash.
 * Directories of {@link RESTLESS_DIRECTORIES} are listed without their times: what comes or goes in them
 * shows by itself.
 */
export async function listFiles(host: LabHost, except: readonly string[] = []): Promise<string[]> {
  const prune = [...OF_THE_SYSTEM, ...except].map((path) => `-path '${path}'`).join(' -o ');
  const find = `find / \\( ${prune} \\) -prune -o`;
  const [files, sums] = await Promise.all([
    host.inside(`${find} -printf '%p %y %m %u:%g %s %T@ %C@ %l\\n'`),
    host.inside(`${find} -type f -size -65k -print0 | xargs -0 sha256sum`),
  ]);
  return [...files.split('\n').map(withoutRestlessTime), ...sums.split('\n')].sort();
}

function withoutRestlessTime(line: string): string {
  const [path = '', kind] = line.split(' ');
  const restless = kind === 'd' && RESTLESS_DIRECTORIES.includes(path);
  return restless ? line.split(' ').slice(0, 4).join(' ') : line;
}

/** Units and listening sockets, and processes but for the sessions that look. */
export async function listRunning(host: LabHost): Promise<string[]> {
  const units = await host.inside(
    `systemctl list-units --all --plain --no-legend | awk '{print "unit", $1, $2, $3, $4}' | grep -vE '(session|user|run)-|user@'
     systemctl list-unit-files --no-legend | awk '{print "file", $1, $2}'
     ss -Hlntu | awk '{print "socket", $1, $5}'
     ps -eo user,args | grep -vE 'sshd-session|sshd:|ps -eo|bash -c|awk|grep|sed|\\[' | sed 's/^/process /'`,
  );
  return units.trim().split('\n').sort();
}

/** Lines that one list has and the other has not, for a readable failure. */
export function changes(before: readonly string[], after: readonly string[]): string[] {
  const [old, fresh] = [new Set(before), new Set(after)];
  return [
    ...before.filter((line) => !fresh.has(line)).map((line) => `- ${line}`),
    ...after.filter((line) => !old.has(line)).map((line) => `+ ${line}`),
  ];
}
