/** The global options of `vdb` that a value follows; it could be the name of a command. */
const WITH_VALUE = ['--config', '--host', '--lab'];

/**
 * The words of a command line as the journal has it, quoted for a shell, without options: `backup`, `drill` of
 * `vdb --lab 'a b' backup drill --json`. The values of a command's own options are among them. Pure.
 */
export function commandWords(line: string): string[] {
  const [, ...words] = line.match(/(?:'[^']*'|\\.|[^\s'\\])+/g) ?? [];
  return words.filter((word, index) => !word.startsWith('-') && !WITH_VALUE.includes(words[index - 1] ?? ''));
}

/** The command in such a line: `backup` of `vdb --lab 'a b' backup`. Undefined where there is none. Pure. */
export function commandWord(line: string): string | undefined {
  return commandWords(line)[0];
}
