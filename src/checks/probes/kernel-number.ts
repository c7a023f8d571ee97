import { known, type Observation, type ProbeKind } from '../../host/probe.js';
import { sh } from '../../host/shell.js';

/** The number in each file below /proc/sys; null for one that the kernel does not have. */
export const kernelNumber: ProbeKind<string, number> = {
  name: 'kernel-number',
  script: (paths) => sh`
    for path in ${paths}; do
    [ -e "$path" ] || { echo absent; continue; }
    head -n 1 -- "$path" 2>/dev/null || echo unreadable
    done`,
  parse: (stdout, paths) => {
    const lines = stdout.split('\n');
    return paths.map((path, index) => numberOf(path, lines[index] ?? ''));
  },
};

function numberOf(path: string, line: string): Observation<number> {
  if (line === 'absent') return known<number>(null);
  return /^\d+$/.test(line) ? known(Number(line)) : { status: 'unknown', why: `${path} could not be read` };
}
