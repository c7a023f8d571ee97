import type { Redactor } from '../host/redact.js';
import type { Terminal } from './context.js';

/** The streams and environment that a run of the program sees; tests pass their own. */
export interface Streams {
  env: NodeJS.ProcessEnv;
  cwd: string;
  stdin: { isTTY?: boolean };
  stdout: { isTTY?: boolean; columns?: number; write(text: string): unknown };
  stderr: { isTTY?: boolean; columns?: number; write(text: string): unknown };
}

/** What is assumed of a terminal that does not know its size. */
const ASSUMED = { columns: 80, rows: 24 } as const;

/**
 * A terminal that nobody has told its size, as a serial line or the pty of a program, says 0. What draws on it divides
 * by that, and clears infinitely many lines; so whoever asks this stream from now on hears {@link ASSUMED}.
 */
export function assumeSize(stream: { isTTY?: boolean; columns?: number; rows?: number }): void {
  if (stream.isTTY !== true) return;
  for (const name of ['columns', 'rows'] as const) {
    let told = stream[name];
    Object.defineProperty(stream, name, {
      ...{ configurable: true, enumerable: true },
      get: () => sized(told) ?? ASSUMED[name],
      set: (size: number | undefined) => {
        told = size;
      },
    });
  }
}

function sized(size: number | undefined): number | undefined {
  return size !== undefined && size > 0 ? size : undefined;
}

interface TerminalOptions {
  quiet: boolean;
  json: boolean;
  /** `--color` and `--no-color`; undefined when neither was given. */
  color: boolean | undefined;
}

/** The same streams, with every secret that `redactor` will have learned masked in what is written. */
export function maskedStreams(streams: Streams, redactor: Redactor): Streams {
  const masked = <S extends Streams['stdout']>(stream: S): Streams['stdout'] => ({
    ...(stream.isTTY === undefined ? {} : { isTTY: stream.isTTY }),
    ...(stream.columns === undefined ? {} : { columns: stream.columns }),
    write: (text) => stream.write(redactor.mask(text)),
  });
  return { ...streams, stdout: masked(streams.stdout), stderr: masked(streams.stderr) };
}

/** The terminal of a run. Each stream is judged by itself, colour is decided here and nowhere else. */
export function terminalOf(streams: Streams, options: TerminalOptions): Terminal {
  const { stdin, stdout, stderr, env } = streams;
  const errIsTty = stderr.isTTY === true;
  return {
    out: (text) => stdout.write(ended(text)),
    err: (text) => {
      if (!options.quiet) stderr.write(ended(text));
    },
    alert: (text) => stderr.write(ended(text)),
    outIsTty: stdout.isTTY === true,
    errIsTty,
    interactive: stdin.isTTY === true && errIsTty && !options.json,
    color: {
      out: wantsColor(env, options.color, stdout.isTTY === true),
      err: wantsColor(env, options.color, errIsTty),
    },
    columns: sized(stdout.columns) ?? sized(stderr.columns) ?? ASSUMED.columns,
  };
}

/** Flag over NO_COLOR over FORCE_COLOR over TERM=dumb over the stream being a terminal. */
export function wantsColor(env: NodeJS.ProcessEnv, flag: boolean | undefined, isTty: boolean): boolean {
  if (flag !== undefined) return flag;
  if (env.NO_COLOR !== undefined && env.NO_COLOR !== '') return false;
  if (env.FORCE_COLOR !== undefined) return env.FORCE_COLOR !== '0' && env.FORCE_COLOR !== 'false';
  return isTty && env.TERM !== 'dumb';
}

/** How long a line of a table may be: what goes into a pipe is not cut. */
export function lineWidth({ outIsTty, columns }: Terminal): number {
  return outIsTty ? columns : Number.POSITIVE_INFINITY;
}

function ended(text: string): string {
  return text.endsWith('\n') ? text : `${text}\n`;
}
