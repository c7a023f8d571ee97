import type { BenchResult, Comparison, PathResult } from '../../bench/result.js';
import { columns } from '../columns.js';
import { duration, indent, styleFor } from '../style.js';
import { wrapWhole } from '../wrap.js';
import {
  dataText,
  gateText,
  hardwareText,
  kneeText,
  mixText,
  OPEN_COLUMNS,
  openRow,
  valueText,
} from './words.js';

/** A result for people: what was measured, on what, and which gates it misses. */
export function benchText(result: BenchResult, { color, width }: { color: boolean; width: number }): string {
  const { paths, recall, gates, comparison, remarks, host } = result;
  const style = styleFor(color);
  const lines = (text: string, hanging = '  '): string => wrapWhole(text, width - 2).join(`\n${hanging}`);
  const recallLine =
    recall === null
      ? []
      : [
          lines(
            `recall@${recall.k} ${valueText(recall.recall, '')}, of ${recall.queries} queries beside exact ones`,
          ),
        ];
  return [
    lines(`${style.bold(host.name)}: ${hardwareText(result)}`),
    lines(dataText(result)),
    lines(mixText(result.signature)),
    '',
    ...paths.flatMap((path) => [pathText(path, width, style.bold), '']),
    ...recallLine,
    ...(comparison === null ? [] : ['', comparisonText(comparison, color)]),
    ...(gates.length === 0 ? [] : ['']),
    ...gates.map((gate) => {
      const word = gate.ok ? style.green('ok  ') : style.red('MISS');
      return `${word}  ${lines(gateText(gate), '      ')}`;
    }),
    ...(remarks.length === 0 ? [] : ['']),
    ...remarks.map((remark) => `${style.yellow('note')}  ${wrapWhole(remark, width - 6).join('\n      ')}`),
    '',
    sumLine(result, color),
  ].join('\n');
}

function pathText(path: PathResult, width: number, bold: (text: string) => string): string {
  const head = `${bold(path.path)} (${path.title})`;
  const knee = wrapWhole(kneeText(path), width - 2).join('\n  ');
  if (path.open.length === 0) return `${head}\n  ${knee}\n  nothing was offered: no request was answered`;
  const table = columns(aligned([OPEN_COLUMNS, ...path.open.map(openRow)]));
  return `${head}\n  ${knee}\n${indent(table, '  ')}`;
}

/** Numbers stand under each other by their ends. */
function aligned(rows: readonly (readonly string[])[]): string[][] {
  const widths = (rows[0] ?? []).map((_, at) => Math.max(...rows.map((row) => row[at]?.length ?? 0)));
  return rows.map((row) => row.map((cell, at) => cell.padStart(widths[at] ?? 0)));
}

function comparisonText({ with: other, at, rows }: Comparison, color: boolean): string {
  const style = styleFor(color);
  const cells = rows.map(({ title, before, now, unit, worse_percent, ok }) => [
    title,
    valueText(before, unit),
    valueText(now, unit),
    `${ok ? '' : 'MISS '}${changeText(worse_percent)}`,
  ]);
  const table = columns([['', 'before', 'now', 'change'], ...cells]);
  return `${style.bold(`beside ${other}`)} (${at.slice(0, 16).replace('T', ' ')})\n${indent(table, '  ')}`;
}

/** How much worse or better. */
export function changeText(worsePercent: number): string {
  const percent = Math.abs(worsePercent);
  if (percent < 0.5) return 'the same';
  return `${percent.toFixed(percent < 10 ? 1 : 0)} % ${worsePercent > 0 ? 'worse' : 'better'}`;
}

function sumLine({ gates, host, duration_seconds }: BenchResult, color: boolean): string {
  const style = styleFor(color);
  const missed = gates.filter(({ ok }) => !ok);
  const time = duration(duration_seconds * 1000);
  if (missed.length === 0) return `${style.green('Passed')}: ${host.name}, ${time}`;
  return `${style.red('Missed')}: ${host.name}, ${missed.length} of ${gates.length} gates, ${time}`;
}
