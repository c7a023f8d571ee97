import { join } from 'node:path';
import { gauge } from '../../exposition.js';
import type { Host } from '../../host/host.js';
import { sh } from '../../host/shell.js';
import { metricsCommand, TEXTFILE_DIRECTORY } from '../../services/monitoring/textfile.js';
import type { DrillOutcome } from './events.js';

/** The file with what drills tell. */
export const DRILL_METRICS = join(TEXTFILE_DIRECTORY, 'vdb_backup_drill.prom');

const SUCCESS = 'vdb_backup_drill_last_success_timestamp_seconds';

/**
 * What is told of the last drill, and when one last succeeded: after a failure that stays. `outcome` is missing where
 * the drill came to none. Pure.
 */
export function drillMetrics(before: string, at: Date, outcome?: DrillOutcome): string {
  const isGood = outcome?.status === 'done';
  const success = isGood
    ? gauge(SUCCESS, 'When the last drill that restored a set as it should be was begun, as Unix time.', [
        [{}, Math.round(at.getTime() / 1000)],
      ])
    : before.split('\n').filter((line) => line.includes(SUCCESS));
  return [
    ...success,
    ...gauge('vdb_backup_drill_status', 'Whether the last drill restored a set as it should be: 1 or 0.', [
      [{}, isGood ? 1 : 0],
    ]),
    ...gauge(
      'vdb_backup_drill_duration_seconds',
      'How long the last drill took.',
      outcome === undefined ? [] : [[{}, seconds(outcome.durationMs)]],
    ),
    ...gauge(
      'vdb_backup_drill_restore_seconds',
      'What hashing, restoring and comparing everything took in the last drill.',
      outcome === undefined ? [] : [[{}, seconds(outcome.rtoMs)]],
    ),
    '',
  ].join('\n');
}

function seconds(ms: number): number {
  return Math.round(ms) / 1000;
}

/** Tells node exporter of a drill. */
export async function tellDrillMetrics(host: Host, at: Date, outcome?: DrillOutcome): Promise<void> {
  const { stdout } = await host.read(sh`cat -- ${DRILL_METRICS} 2>/dev/null || :`);
  await host.run(metricsCommand(DRILL_METRICS, drillMetrics(stdout, at, outcome)));
}
