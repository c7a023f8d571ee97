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
  withoutSecrets(text, (value, line) => {
    if (/^\s*(?:[#;]|\/\/)/.test(line)) return;
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

function withoutSecrets(text: string, onSecret: (value: string, line: string) => void): string {
  return RULES.reduce(
    (left, { pattern }) =>
      left.replaceAll(pattern, (...match: unknown[]) => {
        const [offset, whole, groups] = match.slice(-3) as [number, string, Groups];
        const { keep = '', secret, rest = '' } = groups;
        onSecret(secret, lineAt(whole, offset));
        return `${keep}${MASK}${secret.endsWith('\n') ? '\n' : ''}${rest}`;
      }),
    text,
  );
}

interface Groups {
  keep?: string;
  secret: string;
  rest?: string;
}

/** The line of `text` in which `offset` lies, up to there. */
function lineAt(text: string, offset: number): string {
  return text.slice(text.lastIndexOf('\n', offset) + 1, offset + 2);
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
