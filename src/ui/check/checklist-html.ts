import type { ChecklistLine, Evidence } from '../../checks/checklist.js';
import { escaped, pageShell } from '../page/shell.js';
import { type ChecklistView, commandText, NOTE, provenance, summary, WORD } from './checklist.js';
import { verdictLine } from './verdict.js';

const STYLE = `
:root { --done: var(--good); --open: var(--bad); --unknown: var(--unsure); }
h2 { margin: 0; font-size: 1.0625rem; line-height: 1.35; flex: 1 1 12rem; }
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
pre { margin: .375rem 0 0; padding: .5rem .75rem; overflow-x: auto; white-space: pre-wrap; background: var(--back);
  border: 1px solid var(--line); border-radius: .25rem; }
.next { margin: .5rem 0 0; }
@media (max-width: 30rem) { h2 { flex-basis: 100%; } }
`;

/** The checklist as one page that needs nothing beside itself. */
export function checklistHtml({ report, lines, flags }: ChecklistView): string {
  const title = `Production readiness of ${report.host}`;
  const body = `<main>
<h1>${escaped(title)}</h1>
<p class="soft">${escaped(provenance(report))}</p>
<p class="summary">${escaped(summary(lines))}</p>
<p>${escaped(verdictLine(report))}</p>
<ol>
${lines.map((line, index) => lineHtml(line, index + 1, flags)).join('\n')}
</ol>
<p class="soft">${escaped(NOTE)}</p>
</main>`;
  return pageShell({ title, style: STYLE, body });
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
