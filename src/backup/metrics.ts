import { join } from 'node:path';
import { messageOf } from '../errors.js';
import { gauge } from '../exposition.js';
import type { Host } from '../host/host.js';
import { sh } from '../host/shell.js';
import { metricsCommand, TEXTFILE_DIRECTORY } from '../services/monitoring/textfile.js';
import type { CreateOutcome } from './create/events.js';
import type { BackupManifest } from './manifest.js';

/** The file with what backups tell. */
export const BACKUP_METRICS = join(TEXTFILE_DIRECTORY, 'vdb_backup.prom');

/** One attempt at a set. */
export interface Attempt {
  /** When it was begun. */
  at: Date;
  /** The set that came of it. */
  set?: { manifest: BackupManifest; durationMs: number };
}

const ATTEMPT = 'vdb_backup_last_attempt_timestamp_seconds';
const STATUS = 'vdb_backup_last_status';

/** What is told of the last attempt and of the last set. After a failure what was told of the last set stays. Pure. */
export function backupMetrics(before: string, { at, set }: Attempt): string {
  const last = [
    ...gauge(ATTEMPT, 'When the last attempt at a backup set was begun, as Unix time.', [[{}, seconds(at)]]),
    ...gauge(STATUS, 'Whether the last attempt made a set: 1 or 0.', [[{}, set === undefined ? 0 : 1]]),
  ];
  const success = set === undefined ? ofLastSet(before) : setMetrics(set);
  return [...last, ...success, ''].join('\n');
}

function setMetrics({ manifest, durationMs }: Required<Attempt>['set']): string[] {
  const { finished, parts } = manifest;
  const total = parts.reduce((sum, { bytes }) => sum + bytes, 0);
  return [
    ...gauge(
      'vdb_backup_last_success_timestamp_seconds',
      'When the last backup set was finished, as Unix time.',
      [[{}, seconds(new Date(finished))]],
    ),
    ...gauge('vdb_backup_duration_seconds', 'How long the last backup set took.', [[{}, durationMs / 1000]]),
    ...gauge('vdb_backup_bytes', 'Bytes of the last backup set.', [[{}, total]]),
    ...gauge(
      'vdb_backup_part_bytes',
      'Bytes of each part of the last backup set.',
      parts.map(({ kind, collection, database, bytes }) => [
        {
          kind,
          ...(collection === undefined ? {} : { collection }),
          ...(database === undefined ? {} : { database }),
        },
        bytes,
      ]),
    ),
  ];
}

function ofLastSet(before: string): string[] {
  return before
    .split('\n')
    .filter((line) => line !== '' && !line.includes(`${ATTEMPT} `) && !line.includes(`${STATUS} `));
}

function seconds(at: Date): number {
  return Math.round(at.getTime() / 1000);
}

/** What does not answer must not hold up for long what is more than a metric. */
const LIMIT_SECONDS = 10;

/** Tells node exporter of an attempt. */
export async function tellMetrics(host: Host, attempt: Attempt): Promise<void> {
  const { stdout } = await host.read(sh`cat -- ${BACKUP_METRICS} 2>/dev/null || :`, {
    timeoutMs: LIMIT_SECONDS * 1000,
  });
  const command = metricsCommand(BACKUP_METRICS, backupMetrics(stdout, attempt));
  await host.run({ ...command, timeoutSeconds: LIMIT_SECONDS });
}

/**
 * Makes an attempt at a set, and tells node exporter how it ended, whichever way that is. Throws what the attempt throws;
 * that node exporter cannot be told is a warning.
 */
export async function tellingOf(
  host: Host,
  warn: (message: string) => void,
  attempt: () => Promise<CreateOutcome>,
): Promise<CreateOutcome> {
  const at = new Date();
  const tell = (set?: Attempt['set']): Promise<void> =>
    tellMetrics(host, { at, ...(set === undefined ? {} : { set }) }).catch((error) =>
      warn(`The metrics could not be written: ${messageOf(error)}`),
    );
  try {
    const outcome = await attempt();
    await tell(outcome.status === 'done' ? outcome : undefined);
    return outcome;
  } catch (error) {
    await tell();
    throw error;
  }
}
