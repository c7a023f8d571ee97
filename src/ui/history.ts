import type { HistoryEntry } from '../engine/journal.js';
import { columns } from './columns.js';
import { count, duration, shortened, styleFor } from './style.js';

/** Runs for people, one a line of at most `width` columns, newest first as given. */
export function historyText(
  entries: readonly HistoryEntry[],
  color: boolean,
  width = Number.POSITIVE_INFINITY,
): string {
  const style = styleFor(color);
  const header = ['WHEN', 'WHO', 'CHANGES', 'TIME', 'COMMAND', 'RESULT'];
  const rows = columns([header, ...entries.map(row)]).split('\n');
  const [head = '', ...lines] = rows.map((line) => shortened(line, width));
  return [style.dim(head), ...lines.map((line, i) => (isFine(entries[i]) ? line : style.yellow(line)))].join(
    '\n',
  );
}

function row(entry: HistoryEntry): string[] {
  const { at, who, command, durationMs } = entry;
  return [
    when(at),
    who,
    entry.status === 'unfinished' ? '?' : String(entry.changed),
    durationMs === null ? '-' : duration(durationMs),
    command,
    result(entry),
  ];
}

function isFine(entry: HistoryEntry | undefined): boolean {
  return entry?.status === 'done';
}

/** `2026-01-02 03:04:05Z`. */
export function when(iso: string): string {
  return iso.replace('T', ' ').replace(/\.\d+Z$/, 'Z');
}

function result({ status, failed, skipped }: HistoryEntry): string {
  if (status === 'unfinished') return 'no outcome: killed, connection lost, or still running';
  const details = [
    ...(failed.length === 0 ? [] : [`failed: ${failed.join(', ')}`]),
    ...(skipped.length === 0 ? [] : [`${count(skipped.length, 'step')} skipped`]),
  ];
  return [status, ...details].join('; ');
}

/** A run for machines. */
export function historyData(entry: HistoryEntry): Record<string, unknown> {
  const { durationMs, ...rest } = entry;
  return { ...rest, duration_ms: durationMs };
}
