import type { HistoryEntry } from '../../engine/journal.js';
import { quote } from '../../host/shell.js';
import type { ScheduleState, ServiceRun } from './state.js';

/** How the last scheduled backup ended. */
export interface LastRun {
  /** When it began, in ISO 8601. */
  at: string;
  ended: string | null;
  status: 'done' | 'failed' | 'running';
  /** In words, where it did not succeed: `exit code 1`, `timeout`. */
  why?: string;
}

/**
 * The last scheduled run: what systemd remembers since the host started, else what vdb's journal has of this very
 * command. A run that found the host locked is not in the journal. Pure.
 */
export function lastRunOf(
  { service }: Pick<ScheduleState, 'service'>,
  history: readonly HistoryEntry[],
  command: readonly string[],
): LastRun | null {
  if (service?.active === 'activating' && service.started !== null)
    return { at: isoOf(service.started), ended: null, status: 'running' };
  if (service !== null && service.started !== null && service.ended !== null) return systemdRun(service);
  const line = ['vdb', ...command.slice(2)].map(quote).join(' ');
  const entry = history.find((each) => each.command === line);
  if (entry === undefined) return null;
  const { at, durationMs, status } = entry;
  const ended = durationMs === null ? null : new Date(Date.parse(at) + durationMs).toISOString();
  return status === 'done' ? { at, ended, status } : { at, ended, status: 'failed', why: status };
}

function systemdRun({ started, ended, result, exitCode }: ServiceRun): LastRun {
  const times = { at: isoOf(started ?? 0), ended: isoOf(ended ?? 0) };
  // `systemctl reset-failed` forgets the result, not the exit code.
  if (result === 'success' && exitCode === 0) return { ...times, status: 'done' };
  const coded = result === 'exit-code' || result === 'success';
  return { ...times, status: 'failed', why: coded ? `exit code ${exitCode}` : result };
}

/** In ISO 8601, without fractions. */
export function isoOf(seconds: number): string {
  return new Date(seconds * 1000).toISOString().replace('.000', '');
}
