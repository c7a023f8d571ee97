import { msText } from '../../bench/load-text.js';
import type { BenchResult, PathResult } from '../../bench/result.js';
import { printable } from '../../text.js';
import { changeText } from './text.js';
import {
  dataText,
  gateText,
  hardwareText,
  kneeText,
  mixText,
  numberText,
  OPEN_COLUMNS,
  openRow,
  valueText,
} from './words.js';

/** A result as a document. */
export function benchMarkdown(result: BenchResult): string {
  const { host, at, gates, paths, recall, comparison, remarks } = result;
  const sections = [
    `# Benchmark of ${cell(host.name)}`,
    list([
      `${at.slice(0, 16).replace('T', ' ')} UTC, vdb ${result.vdb}`,
      hardwareText(result),
      dataText(result),
      mixText(result.signature),
    ]),
    ...(gates.length === 0
      ? []
      : [
          '## Gates',
          table(
            ['', 'gate'],
            gates.map((gate) => [gate.ok ? 'ok' : '**missed**', gateText(gate)]),
          ),
        ]),
    ...paths.flatMap(pathSections),
    ...(recall === null
      ? []
      : [
          '## Recall',
          `Of the ${recall.k} nearest that an exact search finds, over ${recall.queries} queries that were not written.`,
          table(
            ['hnsw_ef', 'recall', 'worst query', 'p50', 'p95'],
            recall.curve.map(({ ef, recall: found, worst, p50, p95 }) => [
              ef === null ? 'default' : String(ef),
              valueText(found, ''),
              valueText(worst, ''),
              ...[msText(p50), msText(p95)],
            ]),
          ),
        ]),
    ...(comparison === null
      ? []
      : [
          `## Beside ${cell(comparison.with)}`,
          table(
            ['', 'before', 'now', 'change'],
            comparison.rows.map(({ title, before, now, unit, worse_percent, ok }) => [
              title,
              valueText(before, unit),
              valueText(now, unit),
              `${changeText(worse_percent)}${ok ? '' : ' (**missed**)'}`,
            ]),
          ),
        ]),
    ...(remarks.length === 0 ? [] : ['## Notes', list(remarks)]),
    'Latency counts from the time at which a request was due. What was dropped or given up is in it with the time until then.',
  ];
  return `${sections.join('\n\n')}\n`;
}

function pathSections(path: PathResult): string[] {
  return [
    `## Path ${path.path}`,
    `${path.title}: ${kneeText(path)}.`,
    ...(path.open.length === 0 ? [] : [table(OPEN_COLUMNS, path.open.map(openRow))]),
    ...(path.ramp.length === 0
      ? []
      : [
          'The ramp, with so many requests always under way:',
          table(
            ['under way', 'answers/s', 'p50', 'p99', 'failed'],
            path.ramp.map(({ concurrency, achieved, p50, p99, error_percent }) => [
              String(concurrency),
              numberText(achieved),
              msText(p50),
              msText(p99),
              `${numberText(error_percent)} %`,
            ]),
          ),
        ]),
  ];
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.map(cell).join(' | ')} |`;
  return [line(head), `|${head.map(() => '---').join('|')}|`, ...rows.map(line)].join('\n');
}

function list(items: readonly string[]): string {
  return items.map((item) => `- ${cell(item)}`).join('\n');
}

function cell(text: string): string {
  return printable(text).replaceAll('|', '\\|').replaceAll('<', '&lt;');
}
