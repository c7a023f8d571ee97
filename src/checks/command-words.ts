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

/** Whether such a line takes a backup; what else `vdb backup` does is done with sets that there are. Pure. */
export function takesBackup(line: string): boolean {
  const [command, next = 'create'] = commandWords(line);
  return command === 'backup' && next === 'create';
}
