import type { ChecklistLine, Evidence } from '../../checks/checklist.js';
import { printable } from '../../text.js';
import { type ChecklistView, commandText, NOTE, provenance, summary, WORD } from './checklist.js';
import { verdictLine } from './verdict.js';

const STYLE = `
:root { color-scheme: light dark; --text: #1c2024; --soft: #596068; --back: #fff; --card: #f5f6f8; --line: #d9dce1;
  --done: #17703a; --open: #b3261e; --unknown: #6d4a9e; }
@media (prefers-color-scheme: dark) {
  :root { --text: #e7e9ec; --soft: #a3abb5; --back: #15181c; --card: #1e2328; --line: #363d45;
    --done: #6fcf8e; --open: #ff8f84; --unknown: #c4a5f3; }
}
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 52rem; padding: 1.5rem 1rem 3rem; background: var(--back); color: var(--text);
  font: 1rem/1.5 system-ui, sans-serif; overflow-wrap: anywhere; }
h1 { margin: 0 0 .25rem; font-size: 1.5rem; line-height: 1.25; }
h2 { margin: 0; font-size: 1.0625rem; line-height: 1.35; flex: 1 1 12rem; }
p { margin: 0 0 .5rem; }
.soft, time { color: var(--soft); font-size: .875rem; }
.summary { font-size: 1.125rem; font-weight: 600; }
ol { list-style: none; margin: 1.5rem 0; padding: 0; }
ol > li { margin: 0 0 .75rem; padding: .75rem 1rem; background: var(--card); border: 1px solid var(--line);
  border-left: .3rem solid var(--state); border-radius: .375rem; break-inside: avoid; }
.done { --state: var(--done); } .open { --state: var(--open); } .unknown { --state: var(--unknown); }
header.line { display: flex; flex-wrap: wrap; align-items: baseline; gap: .125rem .75rem; }
time { margin-left: .375rem; }
.state { color: var(--state); font-weight: 600; white-space: nowrap; }
ul { margin: .375rem 0 0; padding-left: 1.125rem; list-style: disc; }
ul ::marker { color: var(--soft); }
ul li { margin: .125rem 0; }
ul li b { color: var(--state); font-weight: 600; }
code, pre { font: .875rem/1.45 ui-monospace, monospace; }
pre { margin: .375rem 0 0; padding: .5rem .75rem; overflow-x: auto; white-space: pre-wrap; background: var(--back);
  border: 1px solid var(--line); border-radius: .25rem; }
.next { margin: .5rem 0 0; }
@media (max-width: 30rem) { h2 { flex-basis: 100%; } }
@media print {
  :root { color-scheme: light; --text: #000; --soft: #444; --back: #fff; --card: #fff; --line: #999;
    --done: #0b5c2b; --open: #9b1c15; --unknown: #54358a; }
  body { max-width: none; padding: 0; font-size: 10.5pt; }
}
`;

/** The checklist as one page that needs nothing beside itself. */
export function checklistHtml({ report, lines, flags }: ChecklistView): string {
  const title = `Production readiness of ${escaped(report.host)}`;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<style>${STYLE}</style>
</head>
<body>
<main>
<h1>${title}</h1>
<p class="soft">${escaped(provenance(report))}</p>
<p class="summary">${escaped(summary(lines))}</p>
<p>${escaped(verdictLine(report))}</p>
<ol>
${lines.map((line, index) => lineHtml(line, index + 1, flags)).join('\n')}
</ol>
<p class="soft">${escaped(NOTE)}</p>
</main>
</body>
</html>`;
}

function lineHtml(line: ChecklistLine, number: number, flags: readonly string[]): string {
  const { title, status, date, evidence, next } = line;
  const when = date === undefined ? '' : ` <time datetime="${escaped(date)}">${escaped(date)}</time>`;
  return `<li class="${status}">
<header class="line"><h2>${number}. ${escaped(title)}</h2><span><span class="state">${WORD[status]}</span>${when}</span></header>
<ul>
${evidence.map(evidenceHtml).join('\n')}
</ul>${next === undefined ? '' : nextHtml(next, flags)}
</li>`;
}

function evidenceHtml({ status, text }: Evidence): string {
  const word = status === 'done' ? '' : `<b class="${status}">${WORD[status]}:</b> `;
  return `<li>${word}${escaped(text)}</li>`;
}

function nextHtml(next: NonNullable<ChecklistLine['next']>, flags: readonly string[]): string {
  if ('words' in next)
    return `\n<p class="next">To look: <code>${escaped(commandText(next, flags))}</code></p>`;
  const yaml = next.yaml.split('\n').map(escaped).join('\n');
  return `\n<p class="next">To confirm it, add to the configuration:</p>\n<pre>${yaml}</pre>`;
}

/** Text for an element or a quoted attribute. Leading blanks are kept: they mean something in YAML. */
function escaped(text: string): string {
  const [, blanks = '', rest = ''] = /^( *)(.*)$/s.exec(text) ?? [];
  return `${blanks}${printable(rest)}`
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;');
}
