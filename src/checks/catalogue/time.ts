import { ask } from '../../host/probe.js';
import {
  type Check,
  type CheckContext,
  defineCheck,
  inContainer,
  type Skew,
  type Verdict,
} from '../check.js';
import { type ClockState, clockState } from '../probes/chrony.js';
import { expect, fail, pass, skip, unknown, whenKnown, whenThere } from '../verdict.js';

const synchronised = defineCheck<ClockState>({
  id: 'time.synchronised',
  group: 'time',
  severity: 'error',
  title: 'The clock is synchronised',
  looksAt: "chrony's own estimate and how far that may be off (chronyc tracking)",
  why: 'Certificates, signatures, leases and the order of log lines of several machines depend on the clock.',
  threshold: { default: 100, unit: 'ms off' },
  probe: () => ask(clockState, null),
  judge: ([state], context, limit) =>
    whenKnown(state, (value) => {
      const verdict = judgeClock(value, context, limit);
      return inContainer(context) ? { ...verdict, fix: undefined } : verdict;
    }),
  remedy:
    'See chronyc sources: NTP needs UDP port 123 to the outside, or a server of your own in os.ntp.servers.',
  inspect: () => 'chronyc -n tracking; chronyc -n sources; journalctl -u chrony -n 50 --no-pager',
  fix: '0.2',
});

function judgeClock(state: ClockState | null, context: CheckContext, limit: number): Verdict {
  const expected = `synchronised, less than ${limit} ms off`;
  if (state === null || !state.running) {
    if (inContainer(context)) return skip("the clock is the machine's around the container");
    return fail(state === null ? 'chrony is not installed' : 'chronyd does not run', expected);
  }
  if (!state.synchronised) return fail('chrony has no source of time that it trusts', expected);
  if (state.local) return fail('chrony follows its own clock, no source of time', expected);
  const { offset, uncertainty } = state;
  const seen = `${offset.toFixed(1)} ms off, give or take ${uncertainty.toFixed(1)} ms`;
  return expect(Math.abs(offset) + uncertainty < limit, seen, expected);
}

const skew = defineCheck<never>({
  id: 'time.skew',
  group: 'time',
  severity: 'error',
  title: "The host's clock agrees with the operator's",
  looksAt: "the host's time, between the operator's time before and after it was asked",
  why: 'With clocks that differ the history lies, waivers expire on the wrong day, and backups look newer than they are.',
  threshold: { default: 2, unit: 's apart' },
  judge: (_, context, limit) =>
    whenThere(context.skew, 'the host gives no time', (bounds) => judgeSkew(bounds, limit)),
  remedy: 'Set right whichever of the two clocks is wrong: on both look at chronyc tracking or timedatectl.',
  inspect: () => 'date -u +%FT%T.%3NZ; timedatectl',
});

/** How long the answer travelled is not known, so neither is the difference exactly. */
function judgeSkew({ least, most }: Skew, limit: number): Verdict {
  const expected = `within ${limit} s`;
  const [low, high] = [least / 1000, most / 1000];
  if (low > limit) return fail(`the host is ${low.toFixed(1)} s ahead or more`, expected);
  if (high < -limit) return fail(`the host is ${(-high).toFixed(1)} s behind or more`, expected);
  const seen = `between ${seconds(low)} and ${seconds(high)} s ahead`;
  return low >= -limit && high <= limit
    ? pass(seen)
    : unknown(`${seen}: the host answered too slowly to tell`);
}

/** `-0.0` would look like a mistake. */
function seconds(value: number): string {
  return value.toFixed(1).replace(/^-0\.0$/, '0.0');
}

export const timeChecks: readonly Check[] = [synchronised, skew];
