import { runProgram } from './program.js';

process.stdout.on('error', endQuietlyOnEpipe);
process.stderr.on('error', endQuietlyOnEpipe);

process.exitCode = await runProgram(process.argv.slice(2), {
  env: process.env,
  cwd: process.cwd(),
  stdin: process.stdin,
  stdout: process.stdout,
  stderr: process.stderr,
});

/** `vdb … | head` closes the pipe early: that is not a failure. */
function endQuietlyOnEpipe(error: NodeJS.ErrnoException): void {
  if (error.code === 'EPIPE') process.exit(process.exitCode ?? 0);
  throw error;
}
