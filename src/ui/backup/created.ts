import type { Progress } from '../../backup/create/answer.js';
import type { BackupEvent } from '../../backup/create/events.js';
import type { BackupManifest, BackupPart } from '../../backup/manifest.js';
import { formatSize } from '../../config/units.js';
import { count, duration, styleFor } from '../style.js';

/** What a part is named by, planned or taken. */
type Named = Pick<BackupPart, 'kind' | 'path' | 'collection' | 'database'>;

/** The name of a part for people: what it holds. */
export function partName({ kind, path, collection, database }: Named): string {
  if (collection !== undefined) return collection;
  if (database !== undefined) return `database ${database}`;
  const names: Record<string, string> = {
    definitions: 'settings and aliases',
    'postgres-globals': 'roles of PostgreSQL',
    redis: 'Redis',
    configuration: 'configuration',
  };
  return names[kind] ?? path;
}

/** How far a part is, since `elapsedMs`: bytes, rate and, where the end is known, time left. */
export function progressText({ bytes, total, phase }: Progress, elapsedMs: number): string {
  const rate = elapsedMs > 0 ? (bytes * 1000) / elapsedMs : 0;
  const known = total > 0 && bytes <= total;
  const left = known && rate > 0 ? `, ${duration(((total - bytes) / rate) * 1000)} left` : '';
  const size = known ? `${formatSize(bytes)} of ${formatSize(total)}` : formatSize(bytes);
  return `${phase} ${size}, ${formatSize(rate)}/s${left}`;
}

/** A part that is in the set. */
export function finishedText(part: BackupPart, durationMs: number): string {
  const rate = durationMs >= 1000 ? [`${formatSize((part.bytes * 1000) / durationMs)}/s`] : [];
  return [formatSize(part.bytes), duration(durationMs), ...rate, ...contentOf(part)].join(', ');
}

function contentOf({ points, points_between: between, tables, keys }: BackupPart): string[] {
  if (points !== undefined) return [count(points, 'point')];
  if (between !== undefined) return [`${between[0]} to ${between[1]} points: written to meanwhile`];
  if (keys !== undefined) return [count(keys, 'key')];
  if (tables === undefined) return [];
  const rows = Object.values(tables).reduce((sum, table) => sum + table.rows, 0);
  return [`${count(Object.keys(tables).length, 'table')}, ${count(rows, 'row')}`];
}

/** A finished set, where it lies and what is in it. */
export function createdText(
  { manifest, directory, durationMs }: { manifest: BackupManifest; directory: string; durationMs: number },
  { target, color }: { target: string; color: boolean },
): string {
  const { id, parts, host, genuine, left_out: leftOut = [], left_out_databases: others = [] } = manifest;
  const bytes = parts.reduce((sum, part) => sum + part.bytes, 0);
  const taken = parts.filter(({ kind }) => kind === 'collection');
  const points = taken.reduce((sum, part) => sum + (part.points ?? part.points_between?.[0] ?? 0), 0);
  const style = styleFor(color);
  const of = host === undefined ? '' : ` of ${host.name}`;
  return [
    `${style.green('Done')}: backup set ${style.bold(id)}${of}, ${count(parts.length, 'part')}, ${formatSize(bytes)}, ${duration(durationMs)}`,
    `  ${directory} on ${target}`,
    `  ${count(taken.length, 'collection')}, ${count(points, 'point')}`,
    ...(leftOut.length === 0
      ? []
      : [`  ${count(leftOut.length, 'file')} left out, because of the secrets in them`]),
    ...(others.length === 0
      ? []
      : [`  ${count(others.length, 'other database')} left out: ${others.join(', ')}`]),
    ...(genuine === false ? [`  ${style.yellow('from the emulator, not from Qdrant')}`] : []),
  ].join('\n');
}

/** An event for machines. */
export function eventData(event: BackupEvent): { type: string } & Record<string, unknown> {
  switch (event.type) {
    case 'started':
      return { ...event };
    case 'part-started':
      return { type: 'part.started', ...event.part };
    case 'part-progress': {
      const { bytes, total, phase } = event;
      return { type: 'part.progress', path: event.part.path, bytes, total, phase };
    }
    case 'part-finished':
      return { type: 'part.finished', ...event.part, duration_ms: Math.round(event.durationMs) };
    case 'part-gone':
      return { type: 'part.gone', path: event.part.path };
    case 'remark':
      return { type: 'remark', text: event.text, is_serious: event.isSerious };
  }
}
