import { tail } from '../../../text.js';

/** After each file that it could not restore, that this has no owner either. */
const UNOWNED = /: lchown .*: no such file or directory$/;

/** What restic said as people read it: the messages of its JSON, without the stacks that its authors want. Pure. */
export function resticWords(text: string, lines = 5): string {
  const said = text.split('\n').flatMap(messagesOf).join('\n').split('\n');
  const isFrame = (index: number): boolean => said[index]?.startsWith('\t') === true;
  const isNoise = (line: string): boolean => line.trim() === '' || UNOWNED.test(line);
  const words = said.filter((line, index) => !isNoise(line) && !isFrame(index) && !isFrame(index + 1));
  return tail([...new Set(words)].join('\n'), lines);
}

/** Its progress is no message. */
function messagesOf(line: string): string[] {
  if (!line.startsWith('{')) return [line];
  const read = parsed(line);
  if (read === undefined) return [line];
  const { message, error, item } = read;
  const what = typeof item === 'string' && item !== '' ? `${item}: ` : '';
  const words = message ?? (error as { message?: unknown } | null | undefined)?.message;
  return typeof words === 'string' ? [what + words] : [];
}

function parsed(line: string): Record<string, unknown> | undefined {
  try {
    return JSON.parse(line) as Record<string, unknown>;
  } catch {
    return undefined;
  }
}
