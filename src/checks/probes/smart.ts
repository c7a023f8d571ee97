import { known, type ProbeKind } from '../../host/probe.js';
import { sh } from '../../host/shell.js';

/** What a disk says of its own health; `passed` is null when it does not say. */
export interface DiskHealth {
  device: string;
  passed: boolean | null;
}

/** Each disk that smartctl finds; null where smartctl is not installed. */
export const diskHealth: ProbeKind<null, DiskHealth[]> = {
  name: 'disk-health',
  timeoutSeconds: 60,
  script: () => sh`
    command -v smartctl >/dev/null || { echo absent; exit 0; }
    scan=$(timeout 10 smartctl --scan) || exit 1
    echo @@ disks
    while read -r device _ kind _; do
    [ -n "$device" ] || continue
    printf '%s %s\n' "$device" "$(timeout 10 smartctl -H -j -d "$kind" "$device" | tr -d '\n')"
    done <<<"$scan"`,
  parse: (stdout) => {
    if (stdout.startsWith('absent')) return [known<DiskHealth[]>(null)];
    const [head, ...lines] = stdout.split('\n').filter(Boolean);
    if (head !== '@@ disks') throw new Error('smartctl finds no disks');
    return [known(lines.map(healthOf))];
  },
};

function healthOf(line: string): DiskHealth {
  const match = /^(\S+) (.*)$/.exec(line);
  if (match === null) throw new Error(line.slice(0, 80));
  const [, device = '', json = ''] = match;
  return { device, passed: passedOf(json) };
}

/** `smart_status.passed` of smartctl's JSON. A disk behind a controller that hides it gives none. */
function passedOf(json: string): boolean | null {
  try {
    const { smart_status: status } = JSON.parse(json) as { smart_status?: { passed?: unknown } };
    return typeof status?.passed === 'boolean' ? status.passed : null;
  } catch {
    return null;
  }
}
