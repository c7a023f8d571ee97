import { known, type Observation, type ProbeKind } from './probe.js';
import { sh } from './shell.js';

/** What is true of a host whatever is installed on it. Sizes in bytes. */
export interface Facts {
  hostname: string;
  os: { id: string; version: string; codename: string; name: string };
  arch: 'x86_64' | 'aarch64' | string;
  kernel: string;
  cpus: number;
  memory: number;
  /** `none`, or what `systemd-detect-virt` says: `kvm`, `podman`, `docker`, `lxc`. */
  virtualisation: string;
  /** The kernel belongs to the machine around it: `vm.*` and huge pages are not this host's to set. */
  container: boolean;
  /** Seconds since the epoch on the host's clock, with fractions. */
  clock: number;
  uptime: number;
  /** TCP ports that SSH uses on the host itself, in order. Not those of a NAT before it; empty when none could be seen. */
  sshPorts: readonly number[];
}

/**
 * Where sshd listens by its configuration, where systemd listens in its place, and where this connection came
 * in: sudo drops SSH_CONNECTION, but a process before it still has it. Each alone may be missing or outdated.
 */
const SSH_PORTS = sh`
  ssh_ports() {
  "$(command -v sshd || echo /usr/sbin/sshd)" -T 2>/dev/null | sed -n 's/^listenaddress .*:\([0-9]*\)$/\1/p'
  for unit in ssh.socket sshd.socket; do
  systemctl is-active --quiet "$unit" 2>/dev/null || continue
  systemctl show -p Listen -- "$unit" | sed -n 's/^Listen=\(.*:\)\{0,1\}\([0-9]*\) (Stream)$/\2/p'
  done
  pid=$$
  while [ "\${pid:-0}" -gt 1 ]; do
  port=$(tr '\0' '\n' 2>/dev/null <"/proc/$pid/environ" | sed -n 's/^SSH_CONNECTION=.* //p')
  [ -z "$port" ] || { echo "$port"; break; }
  pid=$(sed -n 's/^PPid:[[:space:]]*//p' "/proc/$pid/status")
  done
  }`;

const FACT_SCRIPT = sh`
  ${SSH_PORTS}
  . /etc/os-release
  printf 'os %s|%s|%s|%s\n' "$ID" "$VERSION_ID" "\${VERSION_CODENAME:-}" "$PRETTY_NAME"
  printf 'hostname %s\n' "$(cat /proc/sys/kernel/hostname)"
  printf 'arch %s\n' "$(uname -m)"
  printf 'kernel %s\n' "$(uname -r)"
  printf 'cpus %s\n' "$(nproc)"
  awk '/^MemTotal:/ { print "memory", $2 * 1024 }' /proc/meminfo
  printf 'virtualisation %s\n' "$(systemd-detect-virt 2>/dev/null || true)"
  printf 'container %s\n' "$(systemd-detect-virt --container 2>/dev/null || true)"
  printf 'clock %s\n' "$(date +%s.%N)"
  printf 'uptime %s\n' "$(cut -d. -f1 /proc/uptime)"
  printf 'ssh-ports %s\n' "$(ssh_ports 2>/dev/null | sort -nu | tr '\n' ' ')"`;

/** The facts of a host, in one fragment. */
export const factsProbe: ProbeKind<null, Facts> = {
  name: 'facts',
  script: () => FACT_SCRIPT,
  parse: (stdout) => [parseFacts(stdout)],
};

function parseFacts(stdout: string): Observation<Facts> {
  const lines = new Map(
    stdout.split('\n').map((line) => {
      const space = line.indexOf(' ');
      return [line.slice(0, space), line.slice(space + 1)] as const;
    }),
  );
  const get = (key: string): string => {
    const value = lines.get(key);
    if (value === undefined) throw new Error(`no ${key}`);
    return value;
  };
  const number = (key: string): number => {
    const value = Number(get(key));
    if (!Number.isFinite(value)) throw new Error(`${key} is not a number`);
    return value;
  };
  const [id = '', version = '', codename = '', name = ''] = get('os').split('|');
  const container = get('container');
  return known<Facts>({
    hostname: get('hostname'),
    os: { id, version, codename, name },
    arch: get('arch'),
    kernel: get('kernel'),
    cpus: number('cpus'),
    memory: number('memory'),
    virtualisation: get('virtualisation'),
    container: container !== '' && container !== 'none',
    clock: number('clock'),
    uptime: number('uptime'),
    sshPorts: (get('ssh-ports').match(/\d+/g) ?? []).map(Number),
  });
}
