import type { KeptRestore, UsedCollection } from '../../backup/restore/kept.js';
import type { RestoreRecord } from '../../backup/restore/record.js';
import type { UndoPlan } from '../../backup/restore/undo.js';
import { formatSize } from '../../config/units.js';
import { count, styleFor } from '../style.js';

const STATES = { begun: 'cut short', done: 'done', undone: 'taken back' } as const;

/** What restores have kept or left over, that no client gets. */
export function keptText(kept: readonly KeptRestore[], color: boolean): string {
  if (kept.length === 0) return 'No restore has kept anything.';
  return kept
    .flatMap((each) => [...keptLines(each, color), ''])
    .join('\n')
    .trimEnd();
}

/** One restore: who, when, everything that `discard` removes, and what it leaves because aliases point to it. */
export function keptLines(
  { restore, record, collections, used, databases, unseen, files }: KeptRestore,
  color: boolean,
): string[] {
  const style = styleFor(color);
  const held = used.filter(({ serves }) => !serves);
  const nothing = collections.length + databases.length + unseen.length + files.length === 0;
  return [
    `${style.bold(restore)}  ${record.at}, ${record.by}, ${STATES[record.state]}`,
    ...collections.map(
      ({ collection, points, bytes }) =>
        `  collection ${collection}: ${count(points, 'point')}, ${formatSize(bytes)}`,
    ),
    ...databases.map((name) => `  database ${name}`),
    ...unseen.map((name) => style.yellow(`  database ${name}: not seen, PostgreSQL does not answer`)),
    ...servingLines(record),
    ...files.map((file) => `  file ${file}`),
    ...held.map((each) => style.yellow(`  in use, and not removed: ${usedText(each)}`)),
    ...(nothing && held.length === 0 ? [style.dim('  nothing is kept')] : []),
  ];
}

/** A restore that was cut short after a switch has changed what clients get, and can be taken back. */
function servingLines({ state, collections, databases }: RestoreRecord): string[] {
  if (state !== 'begun') return [];
  const switched = [
    ...collections.flatMap(({ name, switched: is }) => (is ? [name] : [])),
    ...databases.flatMap(({ database, switched: is }) => (is ? [`database ${database}`] : [])),
  ];
  return switched.length === 0 ? [] : [`  clients get what was restored: ${switched.join(', ')}`];
}

function usedText({ collection, aliases }: UsedCollection): string {
  return `collection ${collection}, as ${aliases.join(', ')}`;
}

/** What was removed, and what stays because aliases point to it. */
export function discardedText({ restore, used }: KeptRestore): string {
  return [
    `Discarded: what restore ${restore} had kept.`,
    ...used.map((each) =>
      each.serves
        ? `Serves on: ${usedText(each)}`
        : `Still there: ${usedText(each)}. Once no alias points to it: vdb restore discard ${restore}`,
    ),
  ].join('\n');
}

export function keptData({
  restore,
  set,
  record,
  collections,
  used,
  databases,
  unseen,
  files,
}: KeptRestore): Record<string, unknown> {
  return {
    ...{ restore, set, collections, databases, unseen_databases: unseen, files, in_use: used },
    state: record.state,
    at: record.at,
    by: record.by,
  };
}

/** What taking a restore back does. */
export function undoText(
  restore: string,
  { moves, databases, redis, configuration, stays }: UndoPlan,
): string {
  return [
    `Restore ${restore} is taken back:`,
    ...moves.map(({ alias, from, to }) => `  ${alias}: ${from ?? 'nothing'} -> ${to ?? 'gone, as before'}`),
    ...databases.map(({ database, kept }) => `  database ${database}: ${kept} gets the name back`),
    ...(redis === null ? [] : [`  Redis: the keys in ${redis}`]),
    ...(configuration === null ? [] : [`  configuration: the files in ${configuration}`]),
    ...stays.map((text) => `  stays as restored: ${text}`),
    '  What was written since the restore stays in the restored collections and database, until they are discarded.',
  ].join('\n');
}
