import { known, type Observation, type ProbeKind } from '../../host/probe.js';
import { sh } from '../../host/shell.js';

/** How much memory systemd lets each unit have, in bytes; infinite without a limit, null when not installed. */
export const unitMemoryMax: ProbeKind<string, number> = {
  name: 'unit-memory-max',
  script: (units) => sh`systemctl show --property=LoadState,MemoryMax -- ${units}`,
  parse: (stdout, units) => {
    const blocks = stdout.trim().split(/\n\n+/);
    if (blocks.length !== units.length) throw new Error(`${blocks.length} answers for ${units.length} units`);
    return blocks.map(limitIn);
  },
};

function limitIn(block: string): Observation<number> {
  if (/^LoadState=not-found$/m.test(block)) return known<number>(null);
  const max = /^MemoryMax=(infinity|\d+)$/m.exec(block)?.[1];
  if (max === undefined) throw new Error('no MemoryMax');
  return known(max === 'infinity' ? Number.POSITIVE_INFINITY : Number(max));
}
