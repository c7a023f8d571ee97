import { CommanderError } from 'commander';
import { CATALOGUE } from '../../../src/checks/catalogue/index.js';
import { selectChecks } from '../../../src/checks/select.js';
import { buildProgram } from '../../../src/cli/program.js';
import { VdbError } from '../../../src/errors.js';
import { codeOf } from '../../support/docs.js';
import { testStreams } from '../../support/streams.js';

/** A command line of a page that vdb would not take. */
export interface Refused {
  /** Of the page, from 1. */
  line: number;
  command: string;
  why: string;
}

/** A command line of a page: the words after `vdb`. */
interface Written {
  line: number;
  words: string[];
  /** Whether it names a command in a sentence, with as much of its arguments as matters there. */
  isMention: boolean;
}

/** The command lines of a page, in fences and in sentences, that the command line interface refuses. */
export async function refusedBy(markdown: string): Promise<Refused[]> {
  const refused: Refused[] = [];
  for (const { line, words, isMention } of commandLines(markdown)) {
    const why = await refusal(words, isMention);
    if (why !== undefined) refused.push({ line, command: ['vdb', ...words].join(' '), why });
  }
  return refused;
}

function commandLines(markdown: string): Written[] {
  const { blocks, inline } = codeOf(markdown);
  const typed = blocks.flatMap((block) =>
    typedIn(block.kind, block.text).flatMap(({ offset, text }) =>
      commandsIn(text).map((words) => ({ line: block.line + 1 + offset, words, isMention: false })),
    ),
  );
  const mentioned = inline
    .filter(({ text }) => text.startsWith('vdb '))
    .flatMap(({ text, line }) => meant(text).map((words) => ({ line, words, isMention: true })));
  return [...typed, ...mentioned];
}

/** The lines of a fence that are typed, with where they are; one that ends in `\` goes on in the next. */
function typedIn(kind: string, text: string): { offset: number; text: string }[] {
  const lines = text.split('\n').map((each, offset) => ({ offset, text: each }));
  const typed = lines.flatMap(({ offset, text: line }) => {
    if (kind === 'console') return line.startsWith('$ ') ? [{ offset, text: line.slice(2) }] : [];
    return kind === 'sh' ? [{ offset, text: line }] : [];
  });
  return typed.reduce<{ offset: number; text: string }[]>((all, { offset, text: line }) => {
    const last = all.at(-1);
    if (last?.text.endsWith('\\')) last.text = `${last.text.slice(0, -1)}${line}`;
    else all.push({ offset, text: line });
    return all;
  }, []);
}

const WORD = /'[^']*'|"(?:\\.|[^"\\])*"|\\.|[^\s;&|()<>'"\\]+/g;
/** What may stand before a command. */
const BEFORE = /^(if|then|else|do|while|until|!|time|[A-Za-z_]\w*=.*)$/;

/** The commands of vdb in a line of shell, each as its words. */
function commandsIn(line: string): string[][] {
  return simpleCommands(line).flatMap((words) => {
    const start = words.findIndex((word) => !BEFORE.test(word));
    return words[start] === 'vdb' ? [words.slice(start + 1)] : [];
  });
}

/** The simple commands of a line: what stands between `;`, `&&`, `|`, and within `$(…)` and `<(…)`. Redirections are left out. */
function simpleCommands(line: string): string[][] {
  const commands: string[][] = [[]];
  let rest = line;
  let word = '';
  const endWord = () => {
    if (word !== '') commands.at(-1)?.push(word);
    word = '';
  };
  while (rest !== '') {
    const redirection = word === '' ? /^\d*(>>|>&\d|>|<(?!\())\s*[^\s;&|]*/.exec(rest) : null;
    const separator = /^(\$\(|<\(|[;&|()])+/.exec(rest);
    const space = /^\s+/.exec(rest);
    if (word === '' && rest.startsWith('#')) break;
    const [token = ''] = redirection ?? separator ?? space ?? piece(rest);
    if (redirection === null && (separator !== null || space !== null)) endWord();
    if (redirection === null && separator !== null) commands.push([]);
    if (redirection === null && separator === null && space === null)
      word += token.replace(/^(['"])(.*)\1$/s, '$2');
    rest = rest.slice(token.length);
  }
  endWord();
  return commands;
}

function piece(text: string): [string] {
  WORD.lastIndex = 0;
  const [found] = WORD.exec(text) ?? [];
  return [found !== undefined && text.startsWith(found) ? found : text.charAt(0)];
}

/** What a mention stands for: `[…]` is there, `a|b` is one after the other, `…` is any value. */
function meant(text: string): string[][] {
  const words = (text.replaceAll(/[[\]]/g, '').match(/'[^']*'|"[^"]*"|\S+/g) ?? []).slice(1);
  return words.reduce<string[][]>(
    (all, word) => {
      const choices = /^['"]/.test(word) ? [word] : word.split('|').filter((choice) => choice !== '…');
      return all.flatMap((before) => {
        if (choices.length === 0) return [before.at(-1)?.startsWith('--') ? [...before, 'ANY'] : before];
        return choices.map((choice) => [...before, choice.replace(/…$/, '')]);
      });
    },
    [[]],
  );
}

/** What a mention may leave out. */
const LEFT_OUT = ['commander.missingArgument', 'commander.help'];

async function refusal(words: readonly string[], isMention: boolean): Promise<string | undefined> {
  const { streams } = testStreams();
  try {
    await buildProgram(streams, async (spec, _, args) => assertChecks(spec.name, args)).parseAsync(
      [...words],
      {
        from: 'user',
      },
    );
  } catch (error) {
    if (error instanceof VdbError) return error.message;
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode === 0 || (isMention && LEFT_OUT.includes(error.code))) return undefined;
    return error.message;
  }
  return undefined;
}

/** Throws where checks are named that there are not; a placeholder is in capitals. */
function assertChecks(command: string, args: readonly string[]): void {
  if (!/^check( explain)?$/.test(command)) return;
  const words = args.filter((word) => !/^[A-Z]+$/.test(word));
  if (words.length > 0) selectChecks(CATALOGUE, { words });
}
