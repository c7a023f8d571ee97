import { middleOf } from '../../bench/gates.js';
import { msText } from '../../bench/load-text.js';
import type { BenchResult, PathResult } from '../../bench/result.js';
import { escaped as markupOf, pageShell } from '../page/shell.js';
import { legendHtml, type Plot, plotSvg } from './plot.js';
import { cpuPlot, histogramPlot, latencyPlot, memoryPlot, rampPlot, recallPlot } from './plots.js';
import { changeText } from './text.js';
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

/** Beside what every page has: gates, tables of numbers and plots. */
const STYLE = `
:root { --c1: #2563c4; --c2: #b26a00; --c3: #b3261e; --c4: #6d4a9e; }
@media (prefers-color-scheme: dark) { :root { --c1: #7fb0ff; --c2: #f0b354; --c3: #ff8f84; --c4: #c4a5f3; } }
body { max-width: 60rem; }
h2 { margin: 2rem 0 .5rem; font-size: 1.1875rem; line-height: 1.3; }
.gates { list-style: none; margin: 1rem 0; padding: 0; }
.gates li { margin: 0 0 .375rem; padding: .375rem .75rem; background: var(--card); border: 1px solid var(--line);
  border-left: .3rem solid var(--state); border-radius: .375rem; }
.good { --state: var(--good); } .bad { --state: var(--bad); }
.gates b { color: var(--state); }
.wide { overflow-x: auto; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; font-size: .875rem; }
th, td { padding: .25rem .625rem; text-align: right; border-bottom: 1px solid var(--line); white-space: nowrap; }
th { color: var(--soft); font-weight: 600; }
.named th:first-child, .named td:first-child { text-align: left; white-space: normal; }
.plots { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 24rem), 1fr)); gap: 1rem; margin: 1rem 0; }
figure { margin: 0; padding: .75rem; background: var(--card); border: 1px solid var(--line); border-radius: .375rem;
  break-inside: avoid; }
figcaption { font-weight: 600; font-size: .9375rem; margin-bottom: .25rem; }
svg { display: block; width: 100%; height: auto; }
.grid { stroke: var(--line); stroke-width: 1; }
.tick, .axis { fill: var(--soft); font: 14px system-ui, sans-serif; }
.line { fill: none; stroke-width: 2; stroke: var(--c); stroke-linejoin: round; }
circle, .bar { fill: var(--c); }
.c1 { --c: var(--c1); } .c2 { --c: var(--c2); } .c3 { --c: var(--c3); } .c4 { --c: var(--c4); }
.legend { list-style: none; display: flex; flex-wrap: wrap; gap: .125rem 1rem; margin: .25rem 0 0; padding: 0; font-size: .8125rem; }
.legend i { display: inline-block; width: .75rem; height: .1875rem; margin-right: .375rem; vertical-align: middle; background: var(--c); }
@media (max-width: 36rem) { .tick, .axis { font-size: 17px; } }
`;

/** A result as one page that needs nothing beside itself. */
export function benchHtml(result: BenchResult): string {
  const { host, at, vdb, gates, paths, remarks } = result;
  const title = `Benchmark of ${host.name}`;
  const body = `<main>
<h1>${escaped(title)}</h1>
<p class="soft">${escaped(`${at.slice(0, 16).replace('T', ' ')} UTC, vdb ${vdb}`)}</p>
<p>${escaped(hardwareText(result))}<br>${escaped(dataText(result))}<br>${escaped(mixText(result.signature))}</p>
${gates.length === 0 ? '' : gatesHtml(result)}
${paths.map(pathHtml).join('\n')}
${recallHtml(result)}
${resourcesHtml(result)}
${comparisonHtml(result)}
${remarks.length === 0 ? '' : `<h2>Notes</h2>\n<ul>\n${remarks.map((each) => `<li>${escaped(each)}</li>`).join('\n')}\n</ul>`}
<p class="soft">Latency counts from the time at which a request was due. What was dropped or given up is in it with the time until then.</p>
</main>`;
  return `${pageShell({ title, style: STYLE, body })}\n`;
}

function gatesHtml({ gates }: BenchResult): string {
  const items = gates.map((gate) => {
    const word = gate.ok ? 'passed' : 'missed';
    return `<li class="${gate.ok ? 'good' : 'bad'}"><b>${word}</b> ${escaped(gateText(gate))}</li>`;
  });
  return `<ul class="gates">\n${items.join('\n')}\n</ul>`;
}

function pathHtml(path: PathResult): string {
  const middle = middleOf(path.open);
  return [
    `<h2>Path ${escaped(path.path)}</h2>`,
    `<p>${escaped(path.title)}: ${escaped(kneeText(path))}.</p>`,
    path.open.length === 0 ? '' : tableHtml(OPEN_COLUMNS, path.open.map(openRow)),
    figuresHtml([
      latencyPlot(path),
      rampPlot(path),
      ...(middle === undefined ? [] : [histogramPlot(path.path, middle)]),
    ]),
  ].join('\n');
}

function recallHtml({ recall }: BenchResult): string {
  if (recall === null) return '';
  const rows = recall.curve.map(({ ef, recall: found, worst, p50, p95 }) => [
    ef === null ? 'default' : String(ef),
    ...[valueText(found, ''), valueText(worst, ''), msText(p50), msText(p95)],
  ]);
  return [
    '<h2>Recall</h2>',
    `<p>Of the ${recall.k} nearest that an exact search finds, over ${recall.queries} queries that were not written.</p>`,
    tableHtml(['hnsw_ef', 'recall', 'worst query', 'p50', 'p95'], rows),
    figuresHtml([recallPlot(recall)]),
  ].join('\n');
}

function resourcesHtml(result: BenchResult): string {
  if (result.resources.length === 0) return '';
  return `<h2>The host during the run</h2>\n${figuresHtml([cpuPlot(result), memoryPlot(result)])}`;
}

function comparisonHtml({ comparison }: BenchResult): string {
  if (comparison === null) return '';
  const rows = comparison.rows.map(({ title, before, now, unit, worse_percent, ok }) => [
    title,
    ...[valueText(before, unit), valueText(now, unit)],
    `${changeText(worse_percent)}${ok ? '' : ' (missed)'}`,
  ]);
  return `<h2>Beside ${escaped(comparison.with)}</h2>\n${tableHtml(['', 'before', 'now', 'change'], rows, 'named')}`;
}

function tableHtml(head: readonly string[], rows: readonly (readonly string[])[], kind = ''): string {
  const row = (cells: readonly string[], tag: 'th' | 'td'): string =>
    `<tr>${cells.map((each) => `<${tag}>${escaped(each)}</${tag}>`).join('')}</tr>`;
  const body = rows.map((cells) => row(cells, 'td')).join('\n');
  return `<div class="wide"><table class="${kind}">\n<thead>${row(head, 'th')}</thead>\n<tbody>\n${body}\n</tbody></table></div>`;
}

function figuresHtml(plots: readonly Plot[]): string {
  const figures = plots.flatMap((plot) => {
    const svg = plotSvg(plot);
    if (svg === '') return [];
    return [
      `<figure><figcaption>${escaped(plot.title)}</figcaption>\n${svg}\n${legendHtml(plot.series)}</figure>`,
    ];
  });
  return `<div class="plots">\n${figures.join('\n')}\n</div>`;
}

/** Text for an element; a number and its unit stay in one line. */
function escaped(text: string): string {
  return markupOf(text).replaceAll(/(\d) (ms|s|%|GiB)(?![A-Za-z])/g, '$1\u00a0$2');
}
