import type { Block, Cell, Finding, Meter, Page, Section, Tone } from './model.js';
import { escaped, pageShell } from './shell.js';
import { PAGE_STYLE } from './style.js';

/** Masks and escapes one text. */
type Say = (text: string) => string;

/** The page as HTML. `mask` takes the secrets out of every text before it is escaped: afterwards they would not be known. */
export function pageHtml(page: Page, mask: (text: string) => string): string {
  const say: Say = (text) => escaped(mask(text));
  const { title, provenance, verdict, sections, note } = page;
  const body = `<header class="top">
<h1>${say(title)}</h1>
<p class="soft">${say(provenance)}</p>
<p class="verdict${classOf(verdict.tone)}"><strong>${say(verdict.word)}</strong> ${say(verdict.text)}</p>
</header>
<nav aria-label="Sections"><ul>
${sections.map((section) => `<li><a href="#${section.id}">${say(section.title)}</a></li>`).join('\n')}
</ul></nav>
<main>
${sections.map((section) => sectionHtml(section, say)).join('\n')}
</main>
<footer><p class="soft">${say(note)}</p></footer>`;
  return pageShell({ title: mask(title), style: PAGE_STYLE, body });
}

function classOf(tone: Tone | undefined): string {
  return tone === undefined ? '' : ` ${tone}`;
}

function sectionHtml({ id, title, blocks }: Section, say: Say): string {
  return `<section id="${id}" aria-labelledby="${id}-title">
<h2 id="${id}-title">${say(title)}</h2>
${blocks.map((block) => blockHtml(block, say)).join('\n')}
</section>`;
}

function blockHtml(block: Block, say: Say): string {
  switch (block.kind) {
    case 'text':
      return `<p class="text${classOf(block.tone)}">${say(block.text)}</p>`;
    case 'facts':
      return `<dl>\n${block.facts.map(([label, value]) => `<div><dt>${say(label)}</dt><dd>${cellHtml(value, say)}</dd></div>`).join('\n')}\n</dl>`;
    case 'table':
      return tableHtml(block, say);
    case 'findings':
      return block.findings.map((finding) => findingHtml(finding, say)).join('\n');
    case 'meters':
      return `<figure class="meters">\n<figcaption>${say(block.caption)}</figcaption>\n${block.meters.map((meter) => meterHtml(meter, say)).join('\n')}\n</figure>`;
    case 'line':
      return lineHtml(block, say);
    case 'folded':
      return `<details>\n<summary>${say(block.summary)}</summary>\n${block.blocks.map((each) => blockHtml(each, say)).join('\n')}\n</details>`;
  }
}

function cellHtml(cell: Cell, say: Say): string {
  if (typeof cell === 'string') return say(cell);
  return cell.tone === undefined ? say(cell.text) : `<b class="${cell.tone}">${say(cell.text)}</b>`;
}

/** A cell with no more than this is kept on one line. */
const SHORT = 20;

/** What a cell is laid out by: a number, short, or nothing to say. */
function layoutOf(cell: Cell, isNumber: boolean): string {
  const text = typeof cell === 'string' ? cell : cell.text;
  const classes = [
    ...(isNumber ? ['number'] : []),
    ...(text.length <= SHORT ? ['short'] : []),
    ...(text === '-' ? ['none'] : []),
  ];
  return classes.length === 0 ? '' : ` class="${classes.join(' ')}"`;
}

/** Roles are said, because a table that is laid out as cards on a telephone would lose them. */
function tableHtml(
  { caption, head, rows, numbers = [] }: Extract<Block, { kind: 'table' }>,
  say: Say,
): string {
  const heads = head.map(
    (text, column) =>
      `<th scope="col" role="columnheader"${layoutOf(text, numbers.includes(column))}>${say(text)}</th>`,
  );
  const cell = (value: Cell, column: number): string => {
    const layout = layoutOf(value, numbers.includes(column));
    return column === 0
      ? `<th scope="row" role="rowheader"${layout}>${cellHtml(value, say)}</th>`
      : `<td role="cell" data-label="${say(head[column] ?? '')}"${layout}>${cellHtml(value, say)}</td>`;
  };
  return `<table role="table">
<caption>${say(caption)}</caption>
<thead role="rowgroup"><tr role="row">${heads.join('')}</tr></thead>
<tbody role="rowgroup">
${rows.map((row) => `<tr role="row">${row.map(cell).join('')}</tr>`).join('\n')}
</tbody>
</table>`;
}

function findingHtml({ title, id, word, tone, sayings }: Finding, say: Say): string {
  const lines = sayings.map(({ label, text, isCommand }) => {
    const value = isCommand ? `<code>${say(text)}</code>` : say(text);
    return label === ''
      ? `<div><dd>${value}</dd></div>`
      : `<div><dt>${say(label)}</dt><dd>${value}</dd></div>`;
  });
  return `<article class="finding ${tone}">
<h3>${say(title)}</h3>
<p class="soft"><b class="${tone}">${say(word)}</b> <code>${say(id)}</code></p>
<dl>
${lines.join('\n')}
</dl>
</article>`;
}

/** Drawn with at most its whole width; the text says how much it is. */
function meterHtml({ label, share, text, tone }: Meter, say: Say): string {
  const width = Math.min(100, Math.max(0, share * 100)).toFixed(1);
  return `<div class="meter"><span class="label">${say(label)}</span><span class="text">${say(text)}</span><span class="track" aria-hidden="true"><span class="bar ${tone}" style="width:${width}%"></span></span></div>`;
}

const WIDTH = 600;
const HEIGHT = 80;

function lineHtml({ text, values }: Extract<Block, { kind: 'line' }>, say: Say): string {
  const instants = values.map(({ at }) => at);
  const [from, until] = [Math.min(...instants), Math.max(...instants)];
  const most = Math.max(1, ...values.map(({ value }) => value));
  const place = ({ at, value }: { at: number; value: number }): string => {
    const x = ((at - from) / Math.max(1, until - from)) * WIDTH;
    const y = HEIGHT - (value / most) * HEIGHT;
    return `${x.toFixed(1)},${y.toFixed(1)}`;
  };
  return `<figure class="line">
<svg viewBox="-4 -4 ${WIDTH + 8} ${HEIGHT + 8}" preserveAspectRatio="none" role="img" aria-label="${say(text)}"><polyline points="${values.map(place).join(' ')}" fill="none" stroke="currentColor" stroke-width="2" vector-effect="non-scaling-stroke"/></svg>
<figcaption>${say(text)}</figcaption>
</figure>`;
}
