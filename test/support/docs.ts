import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import MarkdownIt, { type Token } from 'markdown-it';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** The kinds of fences that a page of the documentation may have. */
const KINDS = ['sh', 'console', 'yaml', 'json', 'text', 'markdown', 'python', 'promql', 'ini'] as const;

/** A fence of a page, with what its info string says of it. */
export interface Block {
  kind: (typeof KINDS)[number];
  text: string;
  /** Line of the page that opens the fence, from 1. */
  line: number;
  /** `server`: to be run there, as root; a file name: what the text is a part of; otherwise empty. */
  place: string;
  /** How the last command of the block ends. */
  exit: number;
  /** Why no test can run it; null where one does. */
  notRun: string | null;
}

/** A piece of code within a sentence. */
export interface Inline {
  text: string;
  /** First line of the paragraph, or line of the table, from 1. */
  line: number;
}

/** What a reader of a page can copy from it. */
export interface Page {
  blocks: Block[];
  inline: Inline[];
}

const INFO =
  /^(?<kind>\S+)(?: (?<place>server|[\w.]+\.yaml))?(?: exit=(?<exit>\d+))?(?: not-run="(?<notRun>[^"]+)")?$/;

/**
 * The code of a page in Markdown.
 * @throws Error with the line for code that is indented instead of fenced, and for an info string that nobody would act on.
 */
export function codeOf(markdown: string): Page {
  const page: Page = { blocks: [], inline: [] };
  for (const { token, line } of tokensOf(markdown)) {
    if (token.type === 'code_block') throw new Error(`line ${line}: code is indented, not fenced`);
    if (token.type === 'fence')
      page.blocks.push({ ...read(token.info.trim(), line), text: token.content, line });
    for (const { type, content } of token.children ?? [])
      if (type === 'code_inline') page.inline.push({ text: content, line });
  }
  return page;
}

/** What a page consists of, each with its line, from 1. */
export function tokensOf(markdown: string): { token: Token; line: number }[] {
  let line = 1;
  return new MarkdownIt().parse(markdown, {}).map((token) => {
    // Cells of a table do not know where they are; their row does.
    line = token.map === null ? line : token.map[0] + 1;
    return { token, line };
  });
}

function read(info: string, line: number): Omit<Block, 'text' | 'line'> {
  const { kind, place = '', exit = '0', notRun = null } = INFO.exec(info)?.groups ?? {};
  const known = KINDS.find((name) => name === kind);
  if (known === undefined) throw new Error(`line ${line}: no such kind of fence: "${info}"`);
  return { kind: known, place, exit: Number(exit), notRun };
}

/** The pages that users read, by their paths from the root of the project. */
export async function pages(): Promise<string[]> {
  const names = await readdir(join(ROOT, 'docs'));
  return ['README.md', ...names.filter((name) => name.endsWith('.md')).map((name) => `docs/${name}`)];
}

/** The text of a page. */
export function pageText(path: string): Promise<string> {
  return readFile(join(ROOT, path), 'utf8');
}
