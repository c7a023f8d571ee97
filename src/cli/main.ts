import { EXIT } from '../errors.js';
import { runProgram } from './program.js';
import { assumeSize } from './terminal.js';

for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', endWithoutStream);
  assumeSize(stream);
}

process.exitCode = await runProgram(process.argv.slice(2), {
  env: process.env,
  cwd: process.cwd(),
  stdin: process.stdin,
  stdout: process.stdout,
  stderr: process.stderr,
});

// What was left under way, such as a connection to a host that does not answer, is not waited for.
if (process.exitCode === EXIT.interrupted) process.exit();

/** `vdb … | head` closes the pipe early: that is not a failure. What cannot be written otherwise, as on a full disk, is. */
function endWithoutStream(error: NodeJS.ErrnoException): void {
  if (error.code === 'EPIPE') process.exit(process.exitCode ?? 0);
  process.stderr.write(`vdb: the output could not be written: ${error.message}\n`);
  process.exit(EXIT.failed);
}
