import { StringDecoder } from 'node:string_decoder';

const MASK = '[secret]';

/**
 * Knows the secrets of a run and removes them from everything that leaves it: output, logs, plans, diffs,
 * journals, error messages.
 */
export class Redactor {
  readonly #secrets = new Set<string>();

  /** Registers a value. Values shorter than four characters would mask ordinary text and are refused. */
  add(secret: string): void {
    if (secret.length >= 4) this.#secrets.add(secret);
  }

  /** `text` without any registered secret, also where it appears base64- or URL-encoded or quoted for a shell. */
  mask(text: string): string {
    let masked = text;
    for (const form of this.forms()) {
      if (masked.includes(form)) masked = masked.replaceAll(form, MASK);
    }
    return masked;
  }

  /** Whether `text` contains a registered secret. */
  leaks(text: string): boolean {
    return this.forms().some((form) => text.includes(form));
  }

  /**
   * Every form in which a secret may stand somewhere. Longest first, so that a secret that contains another is masked
   * whole.
   */
  forms(): string[] {
    const encoded = [...this.#secrets].flatMap((secret) => [
      secret,
      Buffer.from(secret).toString('base64'),
      encodeURIComponent(secret),
      JSON.stringify(secret).slice(1, -1),
    ]);
    const forms = encoded.flatMap((form) => [form, inQuotes(form), inQuotes(inQuotes(form))]);
    return [...new Set(forms)].sort((a, b) => b.length - a.length);
  }
}

/** As it stands in a quoted word of shell source; twice so where a script hands a script to another shell. */
function inQuotes(text: string): string {
  return text.replaceAll("'", `'\\''`);
}

/**
 * Splits a byte stream into lines; a character or a secret that is cut by a chunk border arrives whole.
 */
export class LineSplitter {
  readonly #decoder = new StringDecoder('utf8');
  readonly #onLine: (line: string) => void;
  #rest = '';

  constructor(onLine: (line: string) => void) {
    this.#onLine = onLine;
  }

  push(chunk: Uint8Array): void {
    const lines = (this.#rest + this.#decoder.write(Buffer.from(chunk))).split('\n');
    this.#rest = lines.pop() ?? '';
    for (const line of lines) this.#onLine(line);
  }

  end(): void {
    const last = this.#rest + this.#decoder.end();
    this.#rest = '';
    if (last !== '') this.#onLine(last);
  }
}
