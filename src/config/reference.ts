/** A reference to a value that is kept elsewhere. */
export interface Reference {
  kind: string;
  /** The variable, file or command. */
  argument: string;
}

/** Plain text and references, in order. */
export type TextPart = string | Reference;

/**
 * Splits `prefix ${env:NAME} suffix` into its parts. Braces nest, so a command may contain them, and `$${`
 * stands for the characters `${`. Throws when a reference is not closed.
 */
export function parseReferences(text: string): TextPart[] {
  const parts: TextPart[] = [];
  let plain = '';
  let index = 0;
  while (index < text.length) {
    if (text.startsWith('$${', index)) {
      plain += '${';
      index += 3;
    } else if (text.startsWith('${', index)) {
      const end = closingBrace(text, index + 2);
      if (plain !== '') parts.push(plain);
      plain = '';
      parts.push(toReference(text.slice(index + 2, end)));
      index = end + 1;
    } else {
      plain += text[index];
      index += 1;
    }
  }
  return plain === '' && parts.length > 0 ? parts : [...parts, plain];
}

/** Whether text holds a reference or an escaped one. */
export function hasReference(text: string): boolean {
  return text.includes('${');
}

function closingBrace(text: string, start: number): number {
  let depth = 1;
  for (let index = start; index < text.length; index++) {
    if (text[index] === '{') depth += 1;
    if (text[index] === '}') depth -= 1;
    if (depth === 0) return index;
  }
  throw new Error('has a ${ that is not closed; write $${ where these characters are meant');
}

function toReference(body: string): Reference {
  const colon = body.indexOf(':');
  return colon < 0
    ? { kind: body, argument: '' }
    : { kind: body.slice(0, colon), argument: body.slice(colon + 1) };
}
