import { known, type Observation, type ProbeKind, pending } from '../../host/probe.js';
import { sh } from '../../host/shell.js';

/** How many files the main process of each unit may open: what holds for the process, not what its unit asks for. */
export const openFileLimit: ProbeKind<string, number> = {
  name: 'open-file-limit',
  script: (units) => sh`
    for unit in ${units}; do
    pid=$(systemctl show --property=MainPID --value -- "$unit") || exit 1
    [ "\${pid:-0}" -gt 0 ] || { echo stopped; continue; }
    awk '/^Max open files/ { print $4 }' "/proc/$pid/limits" || echo unreadable
    done`,
  parse: (stdout, units) => {
    const lines = stdout.split('\n');
    return units.map((unit, index) => limitOf(unit, lines[index] ?? ''));
  },
};

function limitOf(unit: string, line: string): Observation<number> {
  if (line === 'stopped') return pending(`${unit} does not run`);
  if (line === 'unlimited') return known(Number.POSITIVE_INFINITY);
  if (/^\d+$/.test(line)) return known(Number(line));
  return { status: 'unknown', why: `the limits of ${unit} could not be read` };
}
