/** The look of a page of sections: tables that become cards on a telephone, and everything open on paper. */
export const PAGE_STYLE = `
body { max-width: 64rem; }
.good { --tone: var(--good); } .bad { --tone: var(--bad); } .warn { --tone: var(--warn); } .unsure { --tone: var(--unsure); }
b.good, b.bad, b.warn, b.unsure, p.good, p.bad, p.warn, p.unsure { color: var(--tone); font-weight: 600; }
header.top { margin: 0 0 1rem; }
p.verdict strong { display: block; color: var(--tone); font-size: 1.25rem; line-height: 1.3; }
p.verdict { margin: .75rem 0 0; color: var(--text); font-weight: 400; padding: .625rem .875rem; border: 1px solid var(--line); border-left: .3rem solid var(--tone);
  border-radius: .375rem; background: var(--card); }
nav ul { display: flex; flex-wrap: wrap; gap: .25rem 1rem; margin: 0; padding: .5rem 0; list-style: none;
  border-block: 1px solid var(--line); }
nav a { display: inline-block; padding: .25rem 0; }
a { color: var(--accent); text-underline-offset: .15em; }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
section { margin: 2rem 0 0; scroll-margin-top: 1rem; }
h2 { margin: 0 0 .625rem; font-size: 1.25rem; line-height: 1.3; }
h3 { margin: 0; font-size: 1rem; line-height: 1.35; }
figure { margin: .75rem 0 1rem; }
figcaption, caption { padding: 0 0 .375rem; color: var(--soft); font-size: .875rem; text-align: start; }
dl { margin: 0 0 .75rem; }
dl > div { display: grid; grid-template-columns: minmax(6rem, 10rem) minmax(0, 1fr); gap: 0 .75rem; padding: .125rem 0; }
dt { color: var(--soft); }
dd { margin: 0; grid-column: 2; }
table { width: 100%; margin: .25rem 0 1rem; border-collapse: collapse; font-variant-numeric: tabular-nums; }
th, td { padding: .375rem .75rem .375rem 0; border-bottom: 1px solid var(--line); text-align: start; vertical-align: top; }
th:last-child, td:last-child { padding-right: 0; }
thead th { color: var(--soft); font-size: .8125rem; font-weight: 600; white-space: nowrap; }
tbody th { font-weight: 600; }
.short { white-space: nowrap; }
.number { padding-right: 1.5rem; text-align: end; }
tr { break-inside: avoid; }
.finding { margin: 0 0 .75rem; padding: .625rem .875rem; border: 1px solid var(--line); border-left: .3rem solid var(--tone);
  border-radius: .375rem; background: var(--card); break-inside: avoid; }
.finding p { margin: 0 0 .25rem; }
.finding dl { margin: 0; font-size: .9375rem; }
.finding dl > div { grid-template-columns: 5.5rem minmax(0, 1fr); }
details { margin: .25rem 0 .75rem; }
summary { padding: .25rem 0; color: var(--accent); cursor: pointer; }
.meter { display: grid; grid-template-columns: 1fr auto; gap: 0 .75rem; margin: 0 0 .625rem; }
.meter .text { color: var(--soft); text-align: end; font-variant-numeric: tabular-nums; }
.track { grid-column: 1 / -1; height: .625rem; border-radius: .3125rem; background: var(--card); border: 1px solid var(--line);
  overflow: hidden; }
.bar { display: block; height: 100%; background: var(--tone); }
.line { margin-top: 1.25rem; color: var(--accent); }
.line svg { display: block; width: 100%; height: 5rem; border-bottom: 1px solid var(--line); }
.line figcaption { padding: .375rem 0 0; }
footer { margin: 2.5rem 0 0; padding: .75rem 0 0; border-top: 1px solid var(--line); }
@media (max-width: 56rem) {
  thead { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
  thead tr, thead th { display: block; width: 1px; overflow: hidden; }
  table, tbody, caption { display: block; }
  tbody tr { display: block; margin: 0 0 .625rem; padding: .5rem .75rem; border: 1px solid var(--line);
    border-radius: .375rem; background: var(--card); }
  tbody th { display: block; padding: 0 0 .25rem; border: 0; white-space: normal; }
  td { display: grid; grid-template-columns: minmax(5rem, 7rem) minmax(0, 1fr); gap: 0 .5rem; padding: .125rem 0; border: 0;
    white-space: normal; }
  td::before { content: attr(data-label); color: var(--soft); font-size: .875rem; }
  td.none { display: none; }
  .number { text-align: start; }
}
@media (max-width: 40rem) {
  dl > div { grid-template-columns: minmax(5rem, 7rem) minmax(0, 1fr); }
  .meter { grid-template-columns: 1fr; }
  .meter .text { text-align: start; }
}
@media print {
  nav { display: none; }
  section { break-inside: auto; }
  h2 { break-after: avoid; }
  summary { list-style: none; color: var(--soft); }
  details::details-content { display: block; content-visibility: visible; block-size: auto; }
  .bar, .track, .verdict, .finding { print-color-adjust: exact; }
}
`;
