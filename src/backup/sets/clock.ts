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

function minutes(ms: number): string {
  const value = Math.floor(ms / 60_000);
  return value < 120 ? `${value} minutes` : `${Math.floor(value / 60)} hours`;
}
