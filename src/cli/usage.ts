import { CommanderError } from 'commander';
import { EXIT, type ExitCode } from '../errors.js';
import type { Streams } from './terminal.js';

/** Whether `--json` was given, told without the parser: it may be the parser that failed. */
export function wantsJson(argv: readonly string[]): boolean {
  const end = argv.indexOf('--');
  return argv.slice(0, end === -1 ? undefined : end).includes('--json');
}

/** An error for a command line that cannot be understood. */
export function usageError(message: string, next: string): CommanderError {
  return new CommanderError(EXIT.usage, 'vdb.usage', `error: ${message}\n(next: ${next})`);
}

/**
 * The exit code for what commander threw: 0 for help and version, else 2. With `--json`, writes the error as
 * the result event; without, commander has told the user already.
 */
export function usageExit(error: CommanderError, json: boolean, streams: Streams): ExitCode {
  if (error.exitCode === 0) return EXIT.ok;
  if (json) streams.stdout.write(`${JSON.stringify(usageEvent(error))}\n`);
  return EXIT.usage;
}

function usageEvent(error: CommanderError) {
  const [first = '', hint] = error.message.split('\n');
  const message = error.code === 'commander.help' ? 'No command was given' : first.replace(/^error: /, '');
  const next = hint?.replace(/^\((?:next: )?(.*)\)$/, '$1') ?? 'vdb --help';
  return {
    schema: 'vdb.event/1',
    type: 'result',
    status: 'failed',
    exit_code: EXIT.usage,
    error: { code: 'usage', message, next },
  };
}
