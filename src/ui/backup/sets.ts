import { type Finding, findingText } from '../../backup/sets/notes.js';
import type { JudgedSet } from '../../backup/sets/state.js';
import { formatSize } from '../../config/units.js';
import { dayOf } from '../../text.js';
import { columns } from '../columns.js';
import { shortened, styleFor } from '../style.js';
import { wrapWhole } from '../wrap.js';
import { ageText, countsIn, shortNumber } from './values.js';

export interface SetsView {
  now: Date;
  color: boolean;
  /** A line of the table is cut after so many columns. */
  width: number;
}

const HEADER = ['SET', 'AGE', 'SIZE', 'COLL/PTS', 'DATABASE', 'STATE', 'VERIFIED', 'PIN'];
const DATABASE = HEADER.indexOf('DATABASE');
/** A name of a database is cut to make a table fit, but not below this. */
const LEAST_WIDTH = 4;

/** The sets as a table, newest first as given, and below it what is wrong with which. */
export function setListText(
  sets: readonly JudgedSet[],
  halfRemoved: readonly string[],
  { now, color, width }: SetsView,
): string {
  const style = styleFor(color);
  const rows = fitted([HEADER, ...sets.map((set) => row(set, now))], width);
  const [head = '', ...lines] = linesOf(rows).map((line) => shortened(line, width));
  const remarks = [...sets.flatMap(remark), ...halfRemoved.map(remains)];
  return [
    style.dim(head),
    ...lines.map((line, index) => paint(line, sets[index], color)),
    ...(remarks.length === 0 ? [] : ['', ...remarks.map((line) => wrapWhole(line, width - 2).join('\n  '))]),
  ].join('\n');
}

/** The rows with names of databases as long as the width allows. */
function fitted(rows: readonly string[][], width: number): string[][] {
  const longest = (lengths: number[]): number => Math.max(...lengths);
  const excess = longest(linesOf(rows).map((line) => line.length)) - width;
  if (excess <= 0) return [...rows];
  const limit = Math.max(LEAST_WIDTH, longest(rows.map((cells) => cells[DATABASE]?.length ?? 0)) - excess);
  return rows.map((cells) =>
    cells.map((cell, index) => (index === DATABASE ? shortened(cell, limit) : cell)),
  );
}

function linesOf(rows: readonly string[][]): string[] {
  return columns(rows)
    .split('\n')
    .map((line) => line.trimEnd());
}

function row(set: JudgedSet, now: Date): string[] {
  const { id, begun, bytes, manifest, state, pin } = set;
  const counts = manifest === null ? undefined : countsIn(manifest);
  const databases = counts?.databases.join(',') || '-';
  return [
    id,
    ageText(now.getTime() - begun),
    formatSize(bytes),
    counts === undefined ? '-' : `${counts.collections}/${shortNumber(counts.points)}`,
    databases,
    state,
    verifiedText(set, now),
    pin === null ? '' : 'yes',
  ];
}

function verifiedText({ verification, drill }: JudgedSet, now: Date): string {
  if (drill?.ok === false && verification?.ok !== false) return 'DRILL FAILED';
  if (verification === null) return 'never';
  return verification.ok ? ageText(now.getTime() - Date.parse(verification.at)) : 'FAILED';
}

function remark({ id, findings, drill, pin }: JudgedSet): string[] {
  const [found, drilled] = [inShort(id, findings), inShort(id, drill?.findings ?? [])];
  return [
    ...(found === undefined ? [] : [`${id}: ${found}`]),
    ...(drill?.ok === false
      ? [
          `${id}: its drill on ${dayOf(new Date(drill.at))} failed: ${drilled ?? 'nothing of it was restored'}`,
        ]
      : []),
    ...(pin === null ? [] : [`${id}: pinned by ${pin.by}: ${pin.reason}`]),
  ];
}

/** The first of them, and how many there are; undefined where there is none. */
function inShort(id: string, [first, ...others]: readonly Finding[]): string | undefined {
  if (first === undefined) return undefined;
  const more = others.length === 0 ? '' : ` (and ${others.length} more: vdb backup show ${id})`;
  return `${findingText(first)}${more}`;
}

function remains(name: string): string {
  return `${name}: what is left of a set that was removed; the next prune removes it`;
}

function paint(line: string, set: JudgedSet | undefined, color: boolean): string {
  const style = styleFor(color);
  if (set?.state === 'damaged') return style.red(line);
  return set?.state === 'whole' && set.drill?.ok !== false ? line : style.yellow(line);
}

/** A set for machines: what `list` tells of it. */
export function setData(set: JudgedSet, now: Date): Record<string, unknown> {
  const { id, begun, bytes, manifest, state, findings, verification, drill, pin } = set;
  return {
    id,
    state,
    findings,
    age_seconds: Number.isNaN(begun) ? null : Math.round((now.getTime() - begun) / 1000),
    bytes,
    ...(manifest === null ? {} : countsIn(manifest)),
    genuine: manifest?.genuine ?? null,
    pruned: manifest?.pruned?.length ?? 0,
    verified: verification,
    drilled: drill,
    pinned: pin,
  };
}
