/**
 * Building shell source. Every value that enters a script goes through {@link quote}; nothing is ever
 * concatenated into a shell.
 */

/** Shell source that is already safe: the result of {@link sh}, or a constant fragment of ours. */
export class Script {
  readonly source: string;

  constructor(source: string) {
    this.source = source;
  }

  toString(): string {
    return this.source;
  }
}

export type Value = string | number | Script | readonly (string | number | Script)[];

/**
 * One word for a POSIX shell. zx's `quote` emits `$'…'`, which dash (the login shell of many service
 * accounts, and `/bin/sh` on Debian) prints literally, so the plain single-quoted form is used instead.
 */
export function quote(value: string): string {
  if (/^[\w@%+=:,./-]+$/.test(value)) return value;
  return `'${value.replaceAll("'", `'\\''`)}'`;
}

/**
 * One word for whatever the login shell is. fish takes a backslash inside single quotes for its own, so here
 * they stand outside of them, where every shell reads them alike.
 */
export function quoteForLogin(value: string): string {
  const escaped = (special: string): string => special.replaceAll(/./g, '\\$&');
  return `'${value.replaceAll(/['\\]+/g, (special) => `'${escaped(special)}'`)}'`;
}

function render(value: Value): string {
  if (value instanceof Script) return value.source;
  if (Array.isArray(value)) return value.map(render).join(' ');
  return quote(String(value));
}

/**
 * A script from a template: strings and numbers are quoted, arrays become words, scripts are spliced in.
 * Backslashes reach the shell as written; `\\${` and a backslashed backtick are for the shell's own use of them.
 */
export function sh(strings: TemplateStringsArray, ...values: Value[]): Script {
  return new Script(String.raw({ raw: strings.raw.map(literal) }, ...values.map(render)).trim());
}

/** Joins scripts so that the first failure ends the whole. */
export function all(...scripts: Script[]): Script {
  return new Script(scripts.map((script) => script.source).join(' &&\n'));
}

/** Indentation of the TypeScript source is not part of the script; here-documents are not used in `sh`. */
function literal(raw: string): string {
  return raw.replaceAll(/\n[ ]+/g, '\n').replaceAll(/\\([$`])/g, '$1');
}

/**
 * Takes the arguments of a script from its standard input, where {@link argumentsText} has put them: a list that grows with
 * what a host holds may be longer than a command can be.
 */
export const TAKE_ARGUMENTS = sh`mapfile -d '' -t arguments; set -- "\${arguments[@]}"`;

/** What a script that begins with {@link TAKE_ARGUMENTS} gets as its standard input. */
export function argumentsText(values: readonly (string | number)[]): string {
  return values.map((value) => `${value}\0`).join('');
}
