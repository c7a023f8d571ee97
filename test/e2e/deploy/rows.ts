import type { Answered } from '../gateway/load.js';

/** One fault: where the deploy stood then, and what clients met. */
export interface Row {
  fault: string;
  ended: string;
  requests: number;
  failed: readonly Answered[];
  /** Answered with 503 and Retry-After by the fence. */
  held: number;
  /** How long writes were held back; undefined where the deploy did not come so far. */
  fenceMs: number | undefined;
  /** Writes that were acknowledged and are not there. */
  lost: number;
  /** What was answered before the fault, and from then on. */
  before: readonly Answered[];
  during: readonly Answered[];
  /** From when until when users were sent from one slot to the other. */
  cutover: [from: number, to: number] | undefined;
}

const HEAD = ['fault', 'where it ended', 'sent', 'failed', '503', 'fence', 'lost', 'p99', 'cut'];

/** As a table, no wider than a page: `p99` in milliseconds before the fault, `cut` that of the cutover. */
export function printRows(title: string, rows: readonly Row[]): void {
  const cells = [HEAD, ...rows.map(cellsOf)];
  const widths = HEAD.map((_, column) => Math.max(...cells.map((row) => row[column]?.length ?? 0)));
  const lines = cells.map((row) =>
    row.map((cell, at) => (at < 2 ? cell.padEnd(widths[at] ?? 0) : cell.padStart(widths[at] ?? 0))).join(' '),
  );
  console.info([title, ...lines, '', ...rows.flatMap(failuresOf)].join('\n'));
}

/** What failed, in a line: for how long, and how. */
function failuresOf({ fault, failed }: Row): string[] {
  if (failed.length === 0) return [];
  const times = failed.map(({ at }) => at);
  const seconds = (Math.max(...times) - Math.min(...times)) / 1000;
  const how = new Map<string, number>();
  for (const { kind, status } of failed)
    how.set(`${kind} ${status}`, (how.get(`${kind} ${status}`) ?? 0) + 1);
  const counts = [...how].map(([what, count]) => `${count} ${what}`).join(', ');
  return [`${fault.trim()}: failed within ${seconds.toFixed(1)} s: ${counts}`];
}

function cellsOf({ fault, ended, requests, failed, held, fenceMs, lost, ...times }: Row): string[] {
  const { before, during, cutover } = times;
  const switched = cutover && during.filter(({ at }) => at >= cutover[0] && at <= cutover[1]);
  return [
    ...[fault, ended, String(requests), String(failed.length), held === 0 ? '-' : String(held)],
    ...[held === 0 || fenceMs === undefined ? '-' : `${(fenceMs / 1000).toFixed(1)}s`, String(lost)],
    ...[p99(before), p99(switched ?? [])],
  ];
}

function p99(answers: readonly Answered[]): string {
  const sorted = answers.map(({ ms }) => ms).sort((a, b) => a - b);
  const found = sorted[Math.floor(sorted.length * 0.99)];
  return found === undefined ? '-' : String(found);
}
