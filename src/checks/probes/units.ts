import { known, type Observation, type ProbeKind } from '../../host/probe.js';
import { sh } from '../../host/shell.js';

/** A unit as systemd sees it. Times are seconds since the epoch, null when it never happened. */
export interface UnitState {
  /** `active`, `failed`, `inactive`, `activating`, … */
  active: string;
  /** When it came into this state. */
  since: number | null;
  /** Automatic restarts since the last start by hand. */
  restarts: number;
}

const PROPERTIES = 'LoadState,ActiveState,NRestarts,ActiveEnterTimestamp,InactiveEnterTimestamp';

/** The state of each unit; null for a unit that is not installed. One `systemctl show` for all. */
export const unitState: ProbeKind<string, UnitState> = {
  name: 'unit-state',
  script: (units) => sh`systemctl show --timestamp=unix --property=${PROPERTIES} -- ${units}`,
  parse: (stdout, units) => {
    const blocks = stdout.trim().split(/\n\n+/);
    if (blocks.length !== units.length) throw new Error(`${blocks.length} answers for ${units.length} units`);
    return blocks.map(parseBlock);
  },
};

function parseBlock(block: string): Observation<UnitState> {
  const properties = new Map(block.split('\n').map((line) => line.split(/=(.*)/s) as [string, string]));
  const load = properties.get('LoadState');
  const active = properties.get('ActiveState');
  if (load === undefined || active === undefined) throw new Error('no LoadState or ActiveState');
  if (load === 'not-found') return known<UnitState>(null);
  const entered = active === 'active' ? 'ActiveEnterTimestamp' : 'InactiveEnterTimestamp';
  const stamp = /^@(\d+)/.exec(properties.get(entered) ?? '')?.[1];
  return known({
    active,
    since: stamp === undefined ? null : Number(stamp),
    restarts: Number(properties.get('NRestarts') ?? 0),
  });
}

/** The names of all units that have failed. */
export const failedUnits: ProbeKind<null, string[]> = {
  name: 'failed-units',
  script: () => sh`systemctl list-units --failed --plain --no-legend --no-pager`,
  parse: (stdout) => [known(stdout.split('\n').flatMap((line) => line.trim().split(/\s+/)[0] || []))],
};
