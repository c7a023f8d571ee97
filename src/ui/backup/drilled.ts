import type { DrillEvent, DrilledContent, DrilledPart, DrillOutcome } from '../../backup/drill/events.js';
import type { BackupPart } from '../../backup/manifest.js';
import { count, duration, styleFor } from '../style.js';
import { partName } from './created.js';
import { oldText } from './values.js';

/** The name of a part for people: what it holds. */
export function drilledName(part: Pick<BackupPart, 'kind' | 'path' | 'collection' | 'database'>): string {
  return partName(part as Parameters<typeof partName>[0]);
}

/** What was compared of a part: `1000 points, 8 sampled`. */
export function drilledText({ seen, findings, skipped, durationMs }: DrilledPart): string {
  if (skipped !== undefined) return `not restored: ${skipped}`;
  if (findings.length > 0) return findings.join('; ');
  return [...contentOf(seen), duration(durationMs)].join(', ');
}

function contentOf(seen: DrilledContent): string[] {
  const {
    points,
    sampled,
    indexed,
    remarks,
    tables,
    rows,
    sampled_tables: ends,
    roles,
    keys,
    expired,
    aliases,
    files,
  } = seen;
  const said = (n: number | undefined, word: string): string[] => (n === undefined ? [] : [count(n, word)]);
  return [
    ...said(points, 'point'),
    ...(sampled === undefined ? [] : [`${sampled} compared by value`]),
    ...(indexed === undefined ? [] : [`made the index of ${indexed.join(', ')}, which the snapshot lacks`]),
    ...(remarks ?? []),
    ...said(tables, 'table'),
    ...said(rows, 'row'),
    ...(ends === undefined || ends === 0 ? [] : [`ends of ${count(ends, 'table')} compared by value`]),
    ...said(roles, 'role'),
    ...said(keys, 'key'),
    ...(expired === undefined ? [] : [`${expired} expired since`]),
    ...(aliases === undefined ? [] : [aliases === 1 ? '1 alias' : `${aliases} aliases`]),
    ...said(files, 'file'),
  ];
}

/** The end of a drill: what it means, and each part with which something is wrong. */
export function drillText(outcome: DrillOutcome, color: boolean): string {
  const { status, id, parts, rtoMs, ageMs, durationMs, genuine } = outcome;
  const style = styleFor(color);
  if (status === 'interrupted')
    return `Interrupted: the drill of ${id} says nothing, and nothing of it is left.`;
  const wrong = parts.filter(({ findings }) => findings.length > 0);
  const took = `${count(parts.length, 'part')}, ${duration(durationMs)}`;
  const head =
    status === 'done'
      ? `${style.green('Done')}: backup set ${style.bold(id)} restores to what it says, ${took}`
      : `${style.red('FAILED')}: backup set ${style.bold(id)} does not restore to what it says, ${took}`;
  return [
    head,
    ...wrong.map((part) => `  ${style.red('wrong')}  ${drilledName(part)}: ${part.findings.join('; ')}`),
    ...(status === 'done' ? [`  ${totals(parts)}`] : []),
    `  hashing, restoring and comparing everything took ${duration(rtoMs)}; the set is ${oldText(ageMs)}`,
    ...(genuine ? [] : [`  ${style.yellow('restored by the emulator, not by Qdrant')}`]),
    ...(status === 'done' ? [] : [`  next: ${afterFailure(id)}`]),
  ].join('\n');
}

/** What to do about a set that does not restore. Pure. */
export function afterFailure(id: string): string {
  return `vdb backup verify ${id} tells whether its files are damaged. Until a drill succeeds, count on another set: vdb backup list, then vdb backup drill SET.`;
}

function totals(parts: readonly DrilledPart[]): string {
  const sum = (of: (seen: DrilledContent) => number | undefined): number =>
    parts.reduce((total, { seen }) => total + (of(seen) ?? 0), 0);
  const collections = parts.filter(({ kind }) => kind === 'collection').length;
  const points = count(
    sum(({ points: each }) => each),
    'point',
  );
  const rows = count(
    sum(({ rows: each }) => each),
    'row',
  );
  return `${count(collections, 'collection')}, ${points}, ${sum(({ sampled }) => sampled)} of them compared by value; ${rows}`;
}

/** An event for machines. */
export function drillEventData(event: DrillEvent): { type: string } & Record<string, unknown> {
  switch (event.type) {
    case 'started': {
      const { id, parts } = event.manifest;
      return { type: 'drill.started', id, parts: parts.length };
    }
    case 'hashing':
      return { type: 'drill.hashing', done: event.done, total: event.total };
    case 'part-started':
      return { type: 'part.started', path: event.part.path, kind: event.part.kind };
    case 'part-finished':
      return { type: 'part.finished', ...drilledData(event.part) };
  }
}

/** A part for machines. */
export function drilledData({ durationMs, seen, findings, ...part }: DrilledPart): Record<string, unknown> {
  return { ...part, ok: findings.length === 0, findings, ...seen, duration_ms: Math.round(durationMs) };
}

/** The whole for machines: what `result` holds. */
export function drillData(outcome: DrillOutcome): Record<string, unknown> {
  const { status, id, parts, hashingMs, rtoMs, ageMs, durationMs, genuine } = outcome;
  return {
    ...{ status, id, genuine },
    parts: parts.map(drilledData),
    failed: parts.filter(({ findings }) => findings.length > 0).map(({ path }) => path),
    hashing_ms: Math.round(hashingMs),
    rto_ms: Math.round(rtoMs),
    age_ms: Math.round(ageMs),
    duration_ms: Math.round(durationMs),
  };
}
