import { known, type Observation, type ProbeKind } from '../../host/probe.js';
import { sh } from '../../host/shell.js';

/** What chrony says of the clock. */
export type ClockState =
  | { running: false }
  /** `offset`: how far the clock is from true time, as chrony estimates it, in milliseconds. */
  | { running: true; synchronised: boolean; offset: number };

/** `Normal` and the two that announce a leap second; chrony's client.c knows these and "Not synchronised". */
const SYNCHRONISED = ['Normal', 'Insert second', 'Delete second'];
const FIELDS = 14;
const OFFSET = 4;

/** The clock of the host; null where chrony is not installed. */
export const clockState: ProbeKind<null, ClockState> = {
  name: 'clock',
  script: () => sh`
    command -v chronyc >/dev/null || { echo absent; exit 0; }
    timeout 5 chronyc -n -c tracking 2>&1; exit 0`,
  parse: (stdout, args) => args.map(() => clockOf(stdout.trim())),
};

function clockOf(line: string): Observation<ClockState> {
  if (line === 'absent') return known<ClockState>(null);
  if (/^50[0-9] /.test(line)) return known<ClockState>({ running: false });
  const fields = line.split(',');
  const leap = fields[FIELDS - 1] ?? '';
  const seconds = Number(fields[OFFSET] || Number.NaN);
  const isSynchronised = SYNCHRONISED.includes(leap);
  if (
    fields.length !== FIELDS ||
    !Number.isFinite(seconds) ||
    !(isSynchronised || leap === 'Not synchronised')
  )
    throw new Error(`chronyc: ${line.slice(0, 80)}`);
  return known<ClockState>({ running: true, synchronised: isSynchronised, offset: seconds * 1000 });
}
