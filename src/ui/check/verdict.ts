import { type CheckReport, silence } from '../../checks/report.js';
import { blockingIds, blocks, type CheckResult, countsOf, isReady } from '../../checks/result.js';
import { firstNames } from '../../text.js';
import { count, duration } from '../style.js';

const MOST_NAMES = 3;

/** "Not ready: one, because of redis.ping, 17 passed, 1 failed, 0.8 s". */
export function verdictLine(report: CheckReport): string {
  const { word, because, counts } = verdictParts(report);
  return `${word}: ${[report.host, ...because, ...counts, duration(report.durationMs)].join(', ')}`;
}

/** The same in its parts: a word, what stands in the way, and how many results there are of each kind. */
export function verdictParts(report: CheckReport): { word: string; because: string[]; counts: string[] } {
  const { results } = report;
  const word = isReady(results) ? 'Ready' : isDrift(results) ? 'Drift' : 'Not ready';
  return { word, because: because(report), counts: countWords(results) };
}

function because(report: CheckReport): string[] {
  const silent = silence(report);
  if (silent !== undefined) return [silent];
  const blocking = blockingIds(report.results);
  if (blocking.length === 0 || isDrift(report.results)) return [];
  return [`because of ${firstNames(blocking, MOST_NAMES)}`];
}

/** How many passed, and how many of whatever else there is: `5 passed`, `1 failed`, `2 warnings`. */
function countWords(results: readonly CheckResult[]): string[] {
  const { pass, fail, unknown, warn, waived, skip } = countsOf(results);
  return [
    `${pass} passed`,
    ...(fail === 0 ? [] : [`${fail} failed`]),
    ...(unknown === 0 ? [] : [`${unknown} unknown`]),
    ...(warn === 0 ? [] : [count(warn, 'warning')]),
    ...(waived === 0 ? [] : [`${waived} waived`]),
    ...(skip === 0 ? [] : [`${skip} skipped`]),
  ];
}

/** Whether drift alone stands in the way. */
function isDrift(results: readonly CheckResult[]): boolean {
  const blocking = results.filter(blocks);
  return blocking.length > 0 && blocking.every(({ group, status }) => group === 'drift' && status === 'fail');
}
