import type { BackupManifest, BackupPart } from '../../backup/manifest.js';
import { findingText } from '../../backup/sets/notes.js';
import type { JudgedSet } from '../../backup/sets/state.js';
import { formatSize } from '../../config/units.js';
import { columns } from '../columns.js';
import { when } from '../history.js';
import { count, duration, indent, styleFor } from '../style.js';
import { wrapWhole } from '../wrap.js';
import type { SetsView } from './sets.js';
import { ageText } from './values.js';

/** One set with everything that its manifest tells. */
export function setText(set: JudgedSet, view: SetsView): string {
  const { id, state, begun, bytes, manifest, findings } = set;
  const style = styleFor(view.color);
  const word = { whole: style.green, damaged: style.red, unfinished: style.yellow, future: style.yellow }[
    state
  ];
  return [
    `${style.bold(id)}  ${word(state)}, ${formatSize(bytes)}, begun ${agoText(view.now.getTime() - begun)}`,
    ...findings.map((finding) => `  ${style.red('wrong')}      ${findingText(finding)}`),
    ...lines(set).flatMap(([label, text]) => labelled(label, text, view.width)),
    ...(manifest === null ? [] : ['', partsText(manifest, view)]),
  ].join('\n');
}

function agoText(ms: number): string {
  if (Number.isNaN(ms)) return 'nobody knows when';
  const text = ageText(ms);
  return text.startsWith('in ') ? text : `${text} ago`;
}

function labelled(label: string, text: string, width: number): string[] {
  return wrapWhole(text, Math.max(40, width - 13)).map(
    (line, index) => `  ${(index === 0 ? label : '').padEnd(11)}${line}`,
  );
}

function lines({ manifest, verification, drill, pin, files }: JudgedSet): [string, string][] {
  return [
    ...(manifest === null ? [] : aboutManifest(manifest)),
    [
      'verified',
      verification === null ? 'never' : `${when(verification.at)}, ${verification.ok ? 'whole' : 'FAILED'}`,
    ],
    ...(drill === null ? [] : drillLines(drill)),
    ...(pin === null
      ? []
      : [['pinned', `by ${pin.by} at ${when(pin.at)}: ${pin.reason}`] as [string, string]]),
    ...(manifest === null
      ? [['files', `${files.size}, and no manifest that says what they are`] as [string, string]]
      : []),
  ];
}

function drillLines({ at, ok, findings }: NonNullable<JudgedSet['drill']>): [string, string][] {
  const said = ok ? 'it restores' : 'FAILED';
  return [
    ['drilled', `${when(at)}, ${said}`],
    ...findings.map((finding): [string, string] => ['', findingText(finding)]),
  ];
}

function aboutManifest(manifest: BackupManifest): [string, string][] {
  const { created, finished, host, versions = {}, genuine, consistent } = manifest;
  const { left_out: files = [], left_out_databases: databases = [] } = manifest;
  const took = Date.parse(finished) - Date.parse(created);
  const told = Object.entries(versions).map(([name, version]) => `${name} ${version}`);
  const instant = consistent
    ? 'one for collections and database: nothing was written'
    : 'each part has its own';
  return [
    ['begun', `${when(created)}, finished after ${duration(took)}`],
    ['instant', instant],
    ...(host === undefined ? [] : [['host', `${host.name} (${host.hostname})`] as [string, string]]),
    ...(told.length === 0 ? [] : [['versions', told.join(', ')] as [string, string]]),
    ...(genuine === false ? [['taken of', 'the emulator, which is not Qdrant'] as [string, string]] : []),
    ...(files.length === 0
      ? []
      : [['left out', `${files.join(', ')} (they hold secrets)`] as [string, string]]),
    ...(databases.length === 0 ? [] : [['left out', otherDatabases(databases)] as [string, string]]),
    ...(manifest.pruned ?? []).map(({ path, at }): [string, string] => ['pruned', `${path} at ${when(at)}`]),
    ...(manifest.kept_by_restores ?? []).map((name): [string, string] => [
      'left out',
      `${name} (kept by a restore: vdb restore discard)`,
    ]),
  ];
}

function otherDatabases(names: readonly string[]): string {
  return `${names.length === 1 ? 'database' : 'databases'} ${names.join(', ')} (not that of the configuration)`;
}

/** The parts, their paths last and whole: a path that is too long for its line goes on below. */
function partsText({ parts }: BackupManifest, { color, width }: SetsView): string {
  const told = columns([
    ['SIZE', 'TIME', 'HOLDS, PRIORITY', ''],
    ...parts.map((part) => [...partRow(part), '']),
  ]).split('\n');
  const at = told[0]?.length ?? 0;
  const [head = '', ...rows] = ['PART', ...parts.map(({ path }) => path)].map((path, index) =>
    wrapWhole(path, Math.max(20, width - 2 - at))
      .map((line, more) => (more === 0 ? (told[index] ?? '') : ' '.repeat(at)) + line)
      .join('\n'),
  );
  return indent([styleFor(color).dim(head), ...rows].join('\n'), '  ');
}

function partRow(part: BackupPart): string[] {
  const { bytes, from, until } = part;
  const took =
    from === undefined || until === undefined ? '-' : duration(Date.parse(until) - Date.parse(from));
  return [formatSize(bytes), took, holds(part)];
}

function holds({ kind, points, points_between, priority, tables, keys }: BackupPart): string {
  const order = priority === undefined ? '' : `, ${priority}`;
  if (points !== undefined) return `${count(points, 'point')}${order}`;
  if (points_between !== undefined) return `${points_between.join(' to ')} points${order}`;
  if (tables !== undefined) return tablesText(tables);
  return keys === undefined ? kind : count(keys, 'key');
}

function tablesText(tables: NonNullable<BackupPart['tables']>): string {
  const rows = Object.values(tables).reduce((sum, table) => sum + table.rows, 0);
  return `${count(Object.keys(tables).length, 'table')}, ${count(rows, 'row')}`;
}
