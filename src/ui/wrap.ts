/** `text` in lines of at most `width` columns, broken between words; a longer word stays whole. */
export function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= width)
      lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
}

/** Like {@link wrap}, but a word that is longer than a line is broken too. */
export function wrapWhole(text: string, width: number): string[] {
  if (!Number.isFinite(width)) return [text];
  const pieces = new RegExp(`.{1,${Math.max(1, width)}}`, 'gu');
  return wrap(text, width).flatMap((line) => (line.length <= width ? [line] : (line.match(pieces) ?? [])));
}

/**
 * A shell command in lines of at most `width` columns that can be copied as they are: broken between words, outside
 * of quotes, each line but the last continued by a backslash. A longer word stays whole.
 */
export function wrapCommand(command: string, width: number): string[] {
  if (command.length <= width || command.includes('\n')) return command.split('\n');
  const words = command.match(/(?:'[^']*'|"(?:\\.|[^"\\])*"|\\.|[^\s'"\\])+/g) ?? [];
  // A quote that is not closed would not come out as it went in.
  if (words.join(' ') !== command) return [command];
  const lines: string[] = [];
  for (const word of words) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= width - 2)
      lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines.map((line, index) => (index === lines.length - 1 ? line : `${line} \\`));
}
