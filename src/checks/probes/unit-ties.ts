import { known, type Observation, type ProbeKind } from '../../host/probe.js';
import { sh } from '../../host/shell.js';

/** How a unit hangs together with others, by what systemd has read. */
export interface UnitTies {
  /** Starts with the system. */
  enabled: boolean;
  active: boolean;
  /** What is started with it. */
  wants: readonly string[];
  /** What it waits for where that is started too. */
  after: readonly string[];
  /** What it is stopped with. */
  partOf: readonly string[];
}

const PROPERTIES = 'LoadState,UnitFileState,ActiveState,Wants,After,PartOf';

/** The ties of each unit; null for a unit that is not installed. */
export const unitTies: ProbeKind<string, UnitTies> = {
  name: 'unit-ties',
  script: (units) => sh`systemctl show --property=${PROPERTIES} -- ${units}`,
  parse: (stdout, units) => {
    const blocks = stdout.trim().split(/\n\n+/);
    if (blocks.length !== units.length) throw new Error(`${blocks.length} answers for ${units.length} units`);
    return blocks.map(parseBlock);
  },
};

function parseBlock(block: string): Observation<UnitTies> {
  const properties = new Map(block.split('\n').map((line) => line.split(/=(.*)/s) as [string, string]));
  const load = properties.get('LoadState');
  if (load === undefined) throw new Error('no LoadState');
  if (load === 'not-found') return known<UnitTies>(null);
  const words = (name: string): string[] => (properties.get(name) ?? '').split(' ').filter(Boolean);
  return known({
    enabled: properties.get('UnitFileState') === 'enabled',
    active: properties.get('ActiveState') === 'active',
    wants: words('Wants'),
    after: words('After'),
    partOf: words('PartOf'),
  });
}
