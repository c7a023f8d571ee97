import { EXIT, VdbError } from '../errors.js';

/** argv takes 128 KiB per argument; what is longer would fail with a message that nobody understands. */
export const MAX_COMMAND_BYTES = 100_000;

/** Throws when `command` cannot be an argument of the host's login shell. */
export function assertFits(target: string, command: string): void {
  const bytes = Buffer.byteLength(command);
  if (bytes <= MAX_COMMAND_BYTES) return;
  throw new VdbError(
    `A command for ${target} is ${bytes} bytes long; at most ${MAX_COMMAND_BYTES} can be sent`,
    {
      code: 'host.command-too-long',
      exitCode: EXIT.failed,
      host: target,
      meaning: 'This is a bug in vdb: contents of that size travel on standard input.',
    },
  );
}
