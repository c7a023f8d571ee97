import type { LastRun } from '../../backup/schedule/last-run.js';
import type { Means } from '../../backup/schedule/place.js';
import { columns } from '../columns.js';
import { styleFor } from '../style.js';

/** What there is to say of a schedule. */
export interface ScheduleShown {
  host: string;
  on: 'server' | 'here';
  /** Whether the configuration wants backups to be scheduled. */
  enabled: boolean;
  /** What starts them; null when nothing does. */
  means: Means | null;
  /** As the configuration has it. */
  schedule: string;
  /** The release of vdb that runs; null where that is not known, or is the one that is asked. */
  release: string | null;
  /** In what it is not as the configuration and this vdb have it. */
  differences: readonly string[];
  last: LastRun | null;
  /** In ISO 8601. */
  next: string | null;
}

/** Whether all is well: as the configuration wants it, and the last run did not fail. Pure. */
export function verdictOf({ enabled, means, differences, last }: ScheduleShown): 'ok' | 'wrong' {
  if (!enabled) return means === null ? 'ok' : 'wrong';
  return means !== null && differences.length === 0 && last?.status !== 'failed' ? 'ok' : 'wrong';
}

const MEANS = { timer: 'a timer of systemd', cron: 'cron' } as const;

/** For people. Pure. */
export function scheduleText(shown: ScheduleShown, color: boolean): string {
  const style = styleFor(color);
  const { host, means, enabled, schedule, release, last, next, differences } = shown;
  const where = shown.on === 'server' ? 'the server' : 'this machine';
  if (means === null) {
    const wanted = enabled
      ? `${style.red('not scheduled')} on ${where}`
      : `not to be scheduled, and is not on ${where}`;
    const how = `vdb backup schedule install${shown.on === 'here' ? ' --on here' : ''}`;
    return `The backup of ${host} is ${wanted}.${enabled ? `\n  next     ${how}` : ''}`;
  }
  const rows = [
    ['when', `${schedule}, in the time zone of ${where}`],
    ...(release === null ? [] : [['runs', `vdb ${release}`]]),
    ['last', lastText(last, style)],
    ['next', next ?? 'not known'],
    ['state', stateText(shown, style)],
  ];
  const table = columns(rows.map((row) => [`  ${row[0]}  `, row[1] ?? '']));
  return [
    `The backup of ${host} is started by ${MEANS[means]} on ${where}.`,
    table,
    ...differences.map((line) => `           ${line}`),
  ].join('\n');
}

type Style = ReturnType<typeof styleFor>;

function stateText({ enabled, differences }: ScheduleShown, style: Style): string {
  if (!enabled) return style.red('backup.enabled is false, and it runs all the same');
  if (differences.length === 0) return style.green('as the configuration and this vdb have it');
  return style.red('differs; vdb backup schedule install makes it so:');
}

function lastText(last: LastRun | null, style: Style): string {
  if (last === null) return 'never';
  if (last.status === 'running') return `${last.at}, ${style.yellow('still running')}`;
  if (last.status === 'done') return `${last.at}, ${style.green('succeeded')}`;
  return `${last.at}, ${style.red(`failed (${last.why})`)}`;
}
