/** Prose as Markdown; what stands between backticks is left as it is. */
export function prose(text: string): string {
  return text
    .split(/(`[^`]*`)/)
    .map((part, index) => (index % 2 === 1 ? part : part.replaceAll(/[\\*_[\]<|]/g, '\\$&')))
    .join('');
}

/** The same within a cell of a table, which `|` would end even there. */
export function cell(text: string): string {
  return prose(text).replaceAll(/(?<!\\)\|/g, '\\|');
}

/** A value as code within a cell of a table. */
export function code(text: string): string {
  const fence = text.includes('`') ? '``' : '`';
  return `${fence}${text.replaceAll('|', '\\|')}${fence}`;
}
