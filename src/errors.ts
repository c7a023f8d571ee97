/**
 * Exit codes of every command, the same in every output format (`vdb help exit-codes` prints them).
 */
export const EXIT = {
  ok: 0,
  failed: 1,
  usage: 2,
  notReady: 3,
  unreachable: 4,
  locked: 5,
  timeout: 6,
  interrupted: 130,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** What a person needs to act on a failure. Everything but `message` is optional. */
export interface ErrorDetails {
  /** Stable, dotted name for machines: `host.unreachable`, `config.unknown-key`. */
  code: string;
  exitCode: ExitCode;
  /** The host it happened on, as `user@address:port`. */
  host?: string;
  /** The step that failed, as people know it. */
  step?: string;
  /** The redacted command. */
  command?: string;
  /** The end of what the command said on stderr. */
  stderr?: string;
  /** What the failure means. */
  meaning?: string;
  /** What to do or run next. */
  next?: string;
  cause?: unknown;
}

/**
 * An error that is meant for the user. Anything else that reaches the top level is a bug in vdb and is
 * reported as one, with its stack.
 */
export class VdbError extends Error {
  override readonly name: string = 'VdbError';
  readonly details: ErrorDetails;

  constructor(message: string, details: ErrorDetails) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.details = details;
  }

  get exitCode(): ExitCode {
    return this.details.exitCode;
  }
}

/** The message of anything that was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
