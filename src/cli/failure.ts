import { EXIT, type ExitCode, messageOf, VdbError } from '../errors.js';
import { Redactor } from '../host/redact.js';
import type { CommandContext } from './context.js';
import { globalOptions } from './global-options.js';
import { type Streams, terminalOf } from './terminal.js';
import { wantsJson } from './usage.js';

/** Writes one event of `--json`; nothing in it can pass for another schema. */
export function writeEvent(streams: Streams, event: object): void {
  streams.stdout.write(`${JSON.stringify({ ...event, schema: 'vdb.event/1' })}\n`);
}

/** Shows whatever a command has thrown and gives its exit code. */
export async function reportFailure(error: unknown, context: CommandContext): Promise<ExitCode> {
  const { reportError } = await import('../ui/error.js');
  return reportError(asVdbError(error, context.global.verbose), context);
}

/** Shows an error that no command has thrown. Never throws: at worst, only the exit code tells of it. */
export async function reportStray(
  error: unknown,
  argv: readonly string[],
  streams: Streams,
): Promise<ExitCode> {
  try {
    return await reportFailure(error, bareContext(argv, streams));
  } catch {
    return EXIT.failed;
  }
}

/** Told without the parser: it may be the parser that failed. */
function bareContext(argv: readonly string[], streams: Streams): CommandContext {
  const global = globalOptions({ json: wantsJson(argv), verbose: argv.includes('--verbose') });
  return {
    ...{ global, argv, options: {}, args: [], redactor: new Redactor(), env: streams.env, cwd: streams.cwd },
    terminal: terminalOf(streams, { ...global, color: undefined }),
    emit: (event) => {
      if (global.json) writeEvent(streams, event);
    },
  };
}

/** What is not a `VdbError` is a bug of ours. */
export function asVdbError(error: unknown, verbose: boolean): VdbError {
  if (error instanceof VdbError) return error;
  const stack = verbose && error instanceof Error ? error.stack : undefined;
  return new VdbError(`Unexpected error: ${messageOf(error)}`, {
    code: 'internal',
    exitCode: EXIT.failed,
    meaning: 'This is a bug in vdb.',
    ...(stack === undefined
      ? { next: 'Run it again with --verbose and report what it says.' }
      : { stderr: stack }),
    cause: error,
  });
}
