import { known, type Observation, type ProbeKind } from '../../host/probe.js';
import { sh } from '../../host/shell.js';

/** What chrony says of the clock. */
export type ClockState =
  | { running: false }
  | {
      running: true;
      synchronised: boolean;
      /** How far the clock is from true time, as chrony estimates it, in milliseconds. */
      offset: number;
      /**
       * How far it may be off besides: root dispersion and half the root delay, in milliseconds. It grows while no
       * source answers, also where chrony still calls itself synchronised.
       */
      uncertainty: number;
      /** It follows its own clock (`local` in chrony.conf), no source of time. */
      local: boolean;
    };

/** `Normal` and the two that announce a leap second; chrony's client.c knows these and "Not synchronised". */
const SYNCHRONISED = ['Normal', 'Insert second', 'Delete second'];
const FIELDS = 14;
/** Where the fields of `chronyc -c tracking` stand; they are in the order of its long form, in chronyc(1). */
const [REFERENCE, OFFSET, DELAY, DISPERSION] = [0, 4, 10, 11];
/** The reference that chrony gives for its own clock: 127.127.1.1. */
const LOCAL = '7F7F0101';

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
  const [offset = 0, delay = 0, dispersion = 0] = [OFFSET, DELAY, DISPERSION].map(
    (field) => 1000 * Number(fields[field] || Number.NaN),
  );
  const isSynchronised = SYNCHRONISED.includes(leap);
  if (
    fields.length !== FIELDS ||
    !Number.isFinite(offset + delay + dispersion) ||
    !(isSynchronised || leap === 'Not synchronised')
  )
    throw new Error(`chronyc: ${line.slice(0, 80)}`);
  return known<ClockState>({
    running: true,
    synchronised: isSynchronised,
    offset,
    uncertainty: dispersion + Math.abs(delay) / 2,
    local: fields[REFERENCE] === LOCAL,
  });
}
