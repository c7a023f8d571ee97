import { printable } from '../../text.js';

/** Colours by what they mean, in light, in the dark and on paper, and what every page has in common. */
const STYLE = `
:root { color-scheme: light dark; --text: #1c2024; --soft: #596068; --back: #fff; --card: #f5f6f8; --line: #d9dce1;
  --good: #17703a; --bad: #b3261e; --unsure: #6d4a9e; --warn: #8a5300; --accent: #0b5cad; }
@media (prefers-color-scheme: dark) {
  :root { --text: #e7e9ec; --soft: #a3abb5; --back: #15181c; --card: #1e2328; --line: #363d45;
    --good: #6fcf8e; --bad: #ff8f84; --unsure: #c4a5f3; --warn: #f0b45c; --accent: #7db8f5; }
}
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 52rem; padding: 1.5rem 1rem 3rem; background: var(--back); color: var(--text);
  font: 1rem/1.5 system-ui, sans-serif; overflow-wrap: anywhere; }
h1 { margin: 0 0 .25rem; font-size: 1.5rem; line-height: 1.25; }
p { margin: 0 0 .5rem; }
.soft, time { color: var(--soft); font-size: .875rem; }
code, pre { font: .875rem/1.45 ui-monospace, monospace; }
@media print {
  :root { color-scheme: light; --text: #000; --soft: #444; --back: #fff; --card: #fff; --line: #999;
    --good: #0b5c2b; --bad: #9b1c15; --unsure: #54358a; --warn: #6b4000; --accent: #000; }
  body { max-width: none; padding: 0; font-size: 10.5pt; }
}
`;

/** A page as a whole: `title` is text, `style` and `body` are markup that is complete. */
export interface Shell {
  title: string;
  style: string;
  body: string;
}

/** A page that needs nothing beside itself, and that nothing on it can make load or run anything. */
export function pageShell({ title, style, body }: Shell): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escaped(title)}</title>
<style>${STYLE}${style}</style>
</head>
<body>
${body}
</body>
</html>`;
}

/** Text for an element or a quoted attribute. Leading blanks are kept: they mean something in YAML. */
export function escaped(text: string): string {
  const [, blanks = '', rest = ''] = /^( *)(.*)$/s.exec(text) ?? [];
  return `${blanks}${printable(rest)}`
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;');
}
