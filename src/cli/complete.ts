import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { ArgumentHandler, Command as Completable, OptionHandler, RootCommand } from '@bomb.sh/tab';
import tab from '@bomb.sh/tab/commander';
import type { Command } from 'commander';
import { EXIT, type ExitCode } from '../errors.js';
import { buildProgram } from './program.js';
import type { Streams } from './terminal.js';

/** What a shell shall do with a position that takes a file: complete it by itself. */
const FILES = ':0';

/**
 * `vdb complete -- WORDS…`, which the completion scripts call: prints what the last word can become. Words
 * are as the shell has split them, so that `--only=0.4` may come in three.
 */
export async function complete(argv: readonly string[], streams: Streams): Promise<ExitCode> {
  const split = argv[0] === '--' ? argv.slice(1) : argv;
  const words = joined(split);
  const program = buildProgram(streams, async () => {});
  if (wantsFile(program, words) || namesFormatFile(split)) {
    streams.stdout.write(`${FILES}\n`);
    return EXIT.ok;
  }
  const root = tab(program);
  root.commands.delete('complete');
  shareGlobalOptions(root);
  completeLabs(root, labNames(streams.cwd));
  if (namesTasks(words)) await completeTasks(root, words.at(-1) ?? '');
  if (words.includes('check')) await completeChecks(root, words);
  setArgument(root.commands.get('completion'), 'shell', choices(['bash', 'zsh', 'fish']));
  completeSchedule(root.commands.get('backup schedule'));
  completeCapacity(root.commands.get('capacity'));
  setOption(root.commands.get('db keys issue'), 'scopes', choices(['read', 'read,write', 'admin']));
  root.parse([...words]);
  return EXIT.ok;
}

/** An `=` that stands alone separates an option from its value. */
function joined(words: readonly string[]): string[] {
  const last = words.at(-1) === '=' ? [''] : [];
  return [...words.filter((word) => word !== '='), ...last];
}

/** The options say so themselves: `--config <file>`, `--report <dir>`. */
function wantsFile(program: Command, words: readonly string[]): boolean {
  const [before = '', current = ''] = words.slice(-2);
  const options = [program, ...program.commands.flatMap(withBelow)]
    .flatMap((command) => command.options)
    .filter(({ flags }) => /<(file|dir)>/.test(flags))
    .flatMap(({ long, short }) => [long, short]);
  if (words.length > 1 && options.includes(before)) return true;
  return words.slice(0, -1).includes('apply') && !current.startsWith('-') && !before.startsWith('--');
}

function withBelow(command: Command): Command[] {
  return [command, ...command.commands.flatMap(withBelow)];
}

/** `--format junit=FILE`, which bash gives as three words behind the option. */
function namesFormatFile(split: readonly string[]): boolean {
  const value = split.slice(split.at(-1) === '=' ? -3 : -4);
  return value[0] === '--format' && value[2] === '=';
}

/** The options of the program are the same everywhere, with what they offer. */
function shareGlobalOptions(root: RootCommand): void {
  for (const command of root.commands.values()) {
    for (const [name, option] of root.options) command.options.set(name, option);
  }
}

function completeLabs(root: RootCommand, names: readonly string[]): void {
  setOption(root, 'lab', choices(names));
  for (const name of ['lab up', 'lab down', 'lab ssh'])
    setArgument(root.commands.get(name), 'name', choices(names));
}

function completeSchedule(command: Completable | undefined): void {
  setArgument(command, 'action', choices(['show', 'install', 'remove']));
  setOption(command, 'on', choices(['server', 'here']));
  setOption(command, 'with', choices(['timer', 'cron']));
}

function completeCapacity(command: Completable | undefined): void {
  setOption(command, 'quantization', choices(['none', 'scalar', 'binary', 'product']));
  setOption(command, 'compression', choices(['x4', 'x8', 'x16', 'x32', 'x64']));
  setOption(command, 'on-disk', choices(['vectors', 'vectors,payload', 'vectors,graph,payload', 'none']));
}

/** The lab hosts of this directory, by their directories: fast, and completion need not know more. */
function labNames(cwd: string): string[] {
  try {
    const entries = readdirSync(join(cwd, '.vdb', 'lab'), { withFileTypes: true });
    return entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
  } catch {
    return [];
  }
}

function namesTasks(words: readonly string[]): boolean {
  return words.some((word) => word === 'task' || /^--(only|skip|from)\b/.test(word));
}

/** The tasks are loaded only where one can be named. `--only` and `--skip` take several, with commas. */
async function completeTasks(root: RootCommand, word: string): Promise<void> {
  const { TASKS } = await import('../../tasks/index.js');
  const begun = listBegun(word);
  const offer = (prefix: string) => (suggest: (value: string, description: string) => void) => {
    for (const { id, title } of TASKS) suggest(`${prefix}${id}`, title);
  };
  const provision = root.commands.get('provision');
  for (const name of ['only', 'skip']) setOption(provision, name, offer(begun));
  setOption(provision, 'from', offer(''));
  for (const name of ['task show', 'task run', 'task rollback']) {
    setArgument(root.commands.get(name), 'id', offer(''));
  }
}

/** What stands before the last entry of a list with commas. */
function listBegun(word: string): string {
  return word.replace(/^--[\w-]+=/, '').replace(/[^,]*$/, '');
}

/** Sets, groups and ids, where a check can be named; the catalogue is loaded only there. */
async function completeChecks(root: RootCommand, words: readonly string[]): Promise<void> {
  const { CATALOGUE } = await import('../checks/catalogue/index.js');
  const { SET_NAMES } = await import('../checks/select.js');
  const groups = [...new Set(CATALOGUE.map(({ group }) => group))];
  const offer =
    (names: readonly string[], prefix = '') =>
    (suggest: (value: string, description: string) => void) => {
      const ids = CATALOGUE.map(({ id }) => id);
      for (const name of names) if (!ids.includes(name)) suggest(`${prefix}${name}`, 'group of checks');
      for (const { id, title } of CATALOGUE) suggest(`${prefix}${id}`, title);
    };
  const begun = listBegun(words.at(-1) ?? '');
  setArgument(root.commands.get('check'), 'group|id', offer([...SET_NAMES, ...groups]));
  setArgument(root.commands.get('check explain'), 'id', offer(groups));
  setOption(root.commands.get('check'), 'exclude', offer([...SET_NAMES, ...groups], begun));
  setOption(root.commands.get('check'), 'severity', choices(['warning', 'error', 'critical']));
  await completeFormats(root.commands.get('check'), begun);
  if (words.includes('validate')) await completeDocuments(root.commands.get('check validate'));
}

async function completeFormats(check: Completable | undefined, begun: string): Promise<void> {
  const { FORMATS } = await import('../ui/check/formats.js');
  setOption(check, 'format', choices(Object.keys(FORMATS).map((name) => `${begun}${name}`)));
}

async function completeDocuments(validate: Completable | undefined): Promise<void> {
  const { TASKS } = await import('../../tasks/index.js');
  const { documentsOf } = await import('../checks/documents/index.js');
  setArgument(validate, 'document', (suggest) => {
    for (const { id, title } of documentsOf(TASKS)) suggest(id, title);
  });
}

function choices(values: readonly string[]): (suggest: (value: string, description: string) => void) => void {
  return (suggest) => {
    for (const value of values) suggest(value, '');
  };
}

function setOption(command: Completable | undefined, name: string, handler: OptionHandler): void {
  const option = command?.options.get(name);
  if (option !== undefined) option.handler = handler;
}

function setArgument(command: Completable | undefined, name: string, handler: ArgumentHandler): void {
  const argument = command?.arguments.get(name);
  if (argument !== undefined) argument.handler = handler;
}
