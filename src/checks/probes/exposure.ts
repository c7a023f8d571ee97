import { known, type Observation, type ProbeKind } from '../../host/probe.js';
import { sh } from '../../host/shell.js';

/**
 * How much of the system each unit could reach, from 0 (nothing) to 10, as systemd weighs its sandbox; null
 * where there is no such unit.
 */
export const exposure: ProbeKind<string, number> = {
  name: 'exposure',
  script: (units) => sh`
    for unit in ${units}; do
    printf '@@ %s\n' "$unit"
    systemd-analyze security --no-pager -- "$unit" 2>&1 | grep -E 'Overall exposure level|not found' || echo silent
    done`,
  parse: (stdout, units) => {
    const blocks = stdout.split(/^@@ /m).slice(1);
    if (blocks.length !== units.length) throw new Error(`${blocks.length} answers for ${units.length} units`);
    return units.map((unit, index) => exposureOf(unit, blocks[index] ?? ''));
  },
};

function exposureOf(unit: string, block: string): Observation<number> {
  const [head, line = '', ...rest] = block.trimEnd().split('\n');
  if (head !== unit) throw new Error(`an answer about ${head}, not ${unit}`);
  if (line === `Unit ${unit} not found, cannot analyze.`) return known<number>(null);
  const match = /^→ Overall exposure level for (\S+): (\d{1,2}\.\d) [A-Z]+( \S+)?$/.exec(line);
  if (match === null || match[1] !== unit || rest.length > 0)
    return { status: 'unknown', why: `systemd-analyze says nothing of ${unit}` };
  return known(Number(match[2]));
}
