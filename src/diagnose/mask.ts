import { Redactor } from '../host/redact.js';
import { RULES } from './rules.js';

const MASK = '[secret]';

/** Shorter values, and words that stand in every bundle, would mask ordinary text where they stand alone. */
const SHORTEST = 6;
const ORDINARY = /^(?:postgres|password|default|localhost|scram-sha-256|qdrant|replica|sentinel|required)$/i;

/** `text` without anything that looks like a secret: what stands where passwords, keys and tokens stand. Pure. */
export function maskSecrets(text: string): string {
  return withoutSecrets(text, () => {});
}

/**
 * The values that stand where secrets stand, as they would be written elsewhere: without quotes. Left out is what is
 * too short or too ordinary to be masked wherever it stands, and what stands in a comment. Pure.
 */
export function secretsIn(text: string): string[] {
  const found = new Set<string>();
  withoutSecrets(text, (value, inComment) => {
    if (inComment()) return;
    for (const each of value.split('\n').map(bare)) if (isTelling(each)) found.add(each);
  });
  return [...found];
}

/**
 * Texts without secrets: those that `known` knows, those that look like one, and these also where they stand alone,
 * in whichever of the texts. A text in which one is left is dropped whole.
 */
export function maskAll(texts: ReadonlyMap<string, string>, known: Redactor): Map<string, string> {
  const masked = new Map([...texts].map(([name, text]) => [name, known.mask(text)]));
  const seen = new Redactor();
  for (const text of masked.values()) for (const secret of secretsIn(text)) seen.add(secret);
  return new Map(
    [...masked].map(([name, text]) => {
      const clean = known.mask(seen.mask(maskSecrets(text)));
      const leaks = known.leaks(clean) || seen.leaks(clean);
      return [name, leaks ? 'This file is left out: a secret could not be masked in it.\n' : clean];
    }),
  );
}

function withoutSecrets(text: string, onSecret: (value: string, inComment: () => boolean) => void): string {
  return RULES.reduce((left, { pattern }) => {
    const inComment = commentsOf(left);
    return left.replaceAll(pattern, (...match: unknown[]) => {
      const [offset, , groups] = match.slice(-3) as [number, string, Groups];
      const { keep = '', secret, rest = '' } = groups;
      if (secret === undefined) return String(match[0]);
      onSecret(secret, () => inComment(offset));
      return `${keep}${MASK}${secret.endsWith('\n') ? '\n' : ''}${rest}`;
    });
  }, text);
}

interface Groups {
  keep?: string;
  secret?: string;
  rest?: string;
}

/**
 * Whether the line in which an offset of `text` lies is a comment. Asked for growing offsets: what lies before the last
 * one is not read again, so that a long line with many secrets takes no longer than many short ones.
 */
function commentsOf(text: string): (offset: number) => boolean {
  let read = 0;
  let isComment: boolean | undefined;
  let start = 0;
  return (offset) => {
    const end = text.slice(read, offset + 1).lastIndexOf('\n');
    if (end !== -1) {
      start = read + end + 1;
      isComment = undefined;
    }
    read = offset + 1;
    const mark = /[^\S\n]*(?:[#;]|\/\/)/y;
    mark.lastIndex = start;
    isComment ??= mark.test(text);
    return isComment;
  };
}

/** Without quotes, list marks and what separates it from the next value. */
function bare(value: string): string {
  return value
    .trim()
    .replace(/^-\s+/, '')
    .replace(/^\\*(["'])(.*?)\\*\1[,;}\])\s]*$/, '$2')
    .replace(/[,;]+$/, '');
}

function isTelling(value: string): boolean {
  const isReference = /^\$[{(\w]|^\/[\w./-]+$/.test(value);
  const isMask = value.includes(MASK) || MASK.includes(value);
  return value.length >= SHORTEST && !isReference && !isMask && !ORDINARY.test(value);
}
