/** The global options of `vdb` that a value follows; it could be the name of a command. */
const WITH_VALUE = ['--config', '--host', '--lab'];

/**
 * The command in a command line as the journal has it, quoted for a shell: `backup` of `vdb --lab 'a b' backup`.
 * Undefined where there is none. Pure.
 */
export function commandWord(line: string): string | undefined {
  const [, ...words] = line.match(/(?:'[^']*'|\\.|[^\s'\\])+/g) ?? [];
  for (let index = 0; index < words.length; index++) {
    const word = words[index] as string;
    if (!word.startsWith('-')) return word;
    if (WITH_VALUE.includes(word)) index++;
  }
  return undefined;
}
