import type { RestoreEvent, RestoreReport } from '../../backup/restore/steps.js';
import { formatSize } from '../../config/units.js';
import { count, duration, styleFor } from '../style.js';
import { rpoText } from './values.js';

/** A restore that is over, with its times in milliseconds. */
export interface FinishedRestore {
  report: RestoreReport;
  set: string;
  host: string;
  /** From the command's start of changing things to the last switch, hashing included. */
  rtoMs: number;
  /** The age of the set. */
  rpoMs: number;
}

/** A step for people: what is done, how much of it, how fast. */
export function restoreStepLine(event: RestoreEvent): string {
  const size = event.bytes > 0 ? ` (${formatSize(event.bytes)})` : '';
  if (event.type === 'step-started') return `${event.step}${size} …`;
  const { step, bytes, durationMs } = event;
  const rate = bytes > 0 && durationMs > 0 ? `, ${formatSize((bytes * 1000) / durationMs)}/s` : '';
  return `${step}${size}: done in ${duration(durationMs)}${rate}`;
}

/** A step for machines. */
export function restoreStepData(event: RestoreEvent): { type: string } & Record<string, unknown> {
  const { type, step, bytes } = event;
  return {
    ...{ type: type.replace('-', '.'), step, bytes },
    ...(type === 'step-finished' ? { duration_ms: event.durationMs } : {}),
  };
}

export function restoreText(finished: FinishedRestore, color: boolean): string {
  const { report, host, rtoMs, rpoMs } = finished;
  const style = styleFor(color);
  if (report.interrupted) return `${style.yellow('Interrupted')}: ${host}, nothing was changed`;
  const { collections, databases, redis, configuration } = report;
  const kept = collections
    .flatMap((each) => each.kept ?? [])
    .concat(databases.flatMap((each) => each.kept ?? []));
  return [
    ...collections.map(
      ({ name, points, sampled, indexed, remarks, action, namelessMs }) =>
        `  ${name}: ${count(points, 'point')}, ${sampled} of them compared by value${indexed.length > 0 ? `, indexes made: ${indexed.join(', ')}` : ''}${remarks.map((each) => `, ${each}`).join('')}${action === 'exchange' || action === 'replace' ? `, without a name for ${namelessMs} ms` : ''}`,
    ),
    ...databases.map(
      ({ database, tables, roles }) =>
        `  database ${database}: ${count(Object.keys(tables).length, 'table')} as in the set${roles.length > 0 ? `, roles made without a password: ${roles.join(', ')}` : ''}`,
    ),
    ...(redis === null ? [] : [`  Redis: ${count(redis.keys, 'key')}, ${redis.expired} expired since`]),
    ...(configuration === null
      ? []
      : [`  configuration: ${count(configuration.files.length, 'file')} replaced`]),
    '',
    `${style.green('Restored')}: ${host}, set ${finished.set}, RTO ${duration(rtoMs)}, RPO ${rpoText(rpoMs)}`,
    ...(kept.length + (redis === null ? 0 : 1) > 0
      ? [
          `What was there is kept: vdb restore list, vdb restore undo ${report.restore}, vdb restore discard ${report.restore}`,
        ]
      : []),
    ...(configuration !== null && configuration.files.length > 0
      ? [
          'vdb provision --plan shows what differs from vdb.yaml now; provisioning restarts the services concerned.',
        ]
      : []),
  ].join('\n');
}

export function restoreData(finished: FinishedRestore): Record<string, unknown> {
  const { report, set, rtoMs, rpoMs } = finished;
  return {
    ...{ set, restore: report.restore },
    collections: report.collections.map(({ namelessMs, durationMs, ...rest }) => ({
      ...rest,
      nameless_ms: namelessMs,
      duration_ms: durationMs,
    })),
    aliases: report.aliases,
    databases: report.databases.map(({ database, kept, tables, roles, durationMs }) => ({
      ...{
        database,
        kept,
        roles,
        tables: Object.fromEntries(Object.entries(tables).map(([name, { rows }]) => [name, rows])),
      },
      duration_ms: durationMs,
    })),
    redis: report.redis,
    configuration: report.configuration,
    rto_seconds: Math.round(rtoMs / 100) / 10,
    rpo_seconds: Math.round(rpoMs / 1000),
  };
}
