import type { Host } from '../../host/host.js';
import { sh } from '../../host/shell.js';

/** Clocks may differ by so much before one of them is wrong, and a set from the future. */
export const CLOCK_TOLERANCE_MS = 5 * 60_000;

/** Bounds of how far the host's clock is ahead of the operator's, in milliseconds. */
export interface ClockOffset {
  least: number;
  most: number;
}

/**
 * Compares the host's clock with this machine's. Null where there is nothing to compare, because the host is this
 * machine. Throws on connection loss.
 */
export async function clockOffset(host: Host): Promise<ClockOffset | null> {
  if (host.reach === undefined) return null;
  const asked = Date.now();
  const { stdout, exitCode } = await host.read(sh`date +%s.%N`, { timeoutMs: 15_000 });
  const answered = Date.now();
  const clock = exitCode === 0 && /^\d+\.\d+\s*$/.test(stdout) ? Number(stdout) * 1000 : Number.NaN;
  return { least: clock - answered, most: clock - asked };
}

/** Why nobody can tell by these clocks which sets are old; null where they agree. Pure. */
export function clockRefusal(offset: ClockOffset | null): string | null {
  if (offset === null) return null;
  const { least, most } = offset;
  if (Number.isNaN(least)) return 'the host does not tell its time';
  if (least > CLOCK_TOLERANCE_MS) return `the clock of the host is ${minutes(least)} ahead of this machine's`;
  if (most < -CLOCK_TOLERANCE_MS) return `the clock of the host is ${minutes(-most)} behind this machine's`;
  return null;
}

const DAY_MS = 86_400_000;
/** Sets are missed for a week, and for three times as long as ever before, when a clock has leapt, or nobody looked. */
const LEAP_MS = 7 * DAY_MS;
const LEAP_FACTOR = 3;

/**
 * The days without a set where a clock may have leapt forward, which would make every set before seem old; null where
 * there are none, or too few sets to tell. `begun` are the instants of whole sets, newest first. Pure.
 */
export function leapIn(begun: readonly number[]): number | null {
  const gaps = begun.slice(1).map((older, index) => (begun[index] ?? older) - older);
  const [widest = 0, second] = [...gaps].sort((a, b) => b - a);
  if (second === undefined) return null;
  return widest > Math.max(LEAP_MS, LEAP_FACTOR * second) ? Math.floor(widest / DAY_MS) : null;
}

/**
 * The same for a host that is this machine, and so has no second clock: where a leap is possible, its own must be known to
 * be synchronized.
 */
export async function leapRefusal(host: Host, begun: readonly number[]): Promise<string | null> {
  const days = leapIn(begun);
  if (days === null) return null;
  const { stdout } = await host.read(sh`timedatectl show -p NTPSynchronized --value`, { timeoutMs: 15_000 });
  if (stdout.trim() === 'yes') return null;
  return `there is no set of ${days} days, and the clock of this host, which may have leapt, is not synchronized (timedatectl)`;
}

function minutes(ms: number): string {
  const value = Math.floor(ms / 60_000);
  return value < 120 ? `${value} minutes` : `${Math.floor(value / 60)} hours`;
}
