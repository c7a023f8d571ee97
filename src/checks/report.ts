import type { Config } from '../config/schema.js';
import { EXIT, type ExitCode } from '../errors.js';
import { blockingIds, blocks, type CheckResult, isReady } from './result.js';

/** One run of checks on a host: what every output format is made from, so that they cannot disagree. */
export interface CheckReport {
  /** Name of the host in the configuration. */
  host: string;
  /** `user@address:port`. */
  target: string;
  results: readonly CheckResult[];
  /** `failed`: nothing could be looked at, for the reason in `failure`. */
  status: 'ready' | 'not-ready' | 'timed-out' | 'interrupted' | 'failed';
  failure?: string;
  exitCode: ExitCode;
  /** When the run ended. */
  at: Date;
  durationMs: number;
  /** Commands that were sent to the host. */
  commands: number;
  /** Version of vdb. */
  vdb: string;
  /** What persons confirm in the configuration, for the checklist. */
  confirmations?: Config['checks']['confirmations'];
}

/** A finished run with its verdict and exit code. Pure. */
export function reportOf(run: Omit<CheckReport, 'status' | 'exitCode'>): CheckReport {
  const ready = isReady(run.results);
  return { ...run, status: ready ? 'ready' : 'not-ready', exitCode: ready ? EXIT.ok : EXIT.notReady };
}

/** The same run, after which the time to wait was over. */
export function timedOut(report: CheckReport): CheckReport {
  return { ...report, status: 'timed-out', exitCode: EXIT.timeout };
}

/** The same run, after which a person did not wait any longer. */
export function interrupted(report: CheckReport): CheckReport {
  return { ...report, status: 'interrupted', exitCode: EXIT.interrupted };
}

/** Why a run is not ready although no result stands in the way: silence is not readiness. */
export function silence({
  results,
  exitCode,
  failure,
}: Pick<CheckReport, 'results' | 'exitCode' | 'failure'>): string | undefined {
  if (failure !== undefined) return failure;
  if (exitCode === EXIT.ok || results.some(blocks)) return undefined;
  return results.length === 0 ? 'no check ran' : 'no check was seen to pass';
}

/** A run that could not look at anything: no result from a host is a failure, not silence. Pure. */
export function failedReport(
  run: Pick<CheckReport, 'host' | 'target' | 'at' | 'durationMs' | 'vdb' | 'exitCode'> & { failure: string },
): CheckReport {
  return { ...run, results: [], status: 'failed', commands: 0 };
}

/** What still stands in the way, for whoever waits: empty when it is ready. */
export function waitingFor({ results }: CheckReport): string[] {
  if (isReady(results)) return [];
  const ids = blockingIds(results);
  return ids.length === 0 ? ['anything to look at'] : ids;
}

/** To repair drift is to provision: that is looked at before it is done, so it has to be asked for by name. */
export const PLANNED_FIRST = 'drift';

/**
 * The tasks that repair what was found, in the order in which they were named; accepted findings are left alone.
 * `words` is what was asked for.
 */
export function fixesOf(results: readonly CheckResult[], words: readonly string[]): string[] {
  const found = results.filter(
    ({ id, status }) =>
      (status === 'fail' || status === 'warn') && (id !== PLANNED_FIRST || words.includes(PLANNED_FIRST)),
  );
  return [...new Set(found.flatMap(({ fix }) => fix?.split(',') ?? []))];
}
