export interface CommandScope {
  env: NodeJS.ProcessEnv;
  directory: string;
  timeoutMs: number;
}

/**
 * What a shell command on this machine writes to standard output, without the newline at its end. It runs in
 * a process group of its own, so that nothing of a pipeline is left when its time is up. Errors do not repeat
 * the command nor what it wrote: both may hold secrets.
 */
export async function runCommand(
  command: string,
  { env, directory, timeoutMs }: CommandScope,
): Promise<string> {
  const { execa } = await import('execa');
  const child = execa(command, {
    shell: true,
    detached: true,
    cwd: directory,
    env,
    extendEnv: false,
    stdin: 'ignore',
    stderr: 'ignore',
    reject: false,
    maxBuffer: 1_048_576,
  });
  let timedOut = false;
  const kill = () => killGroup(child.pid);
  const timer = setTimeout(() => {
    timedOut = true;
    kill();
  }, timeoutMs);
  process.once('exit', kill);
  const result = await child;
  clearTimeout(timer);
  process.removeListener('exit', kill);

  if (timedOut)
    throw new Error(
      `refers to a command that did not end within ${timeoutMs / 1000} seconds; run it by hand to see why`,
    );
  if (result.failed)
    throw new Error(`refers to a command that failed${exitOf(result.exitCode)}; run it by hand to see why`);
  if (result.stdout === '')
    throw new Error('refers to a command that wrote nothing; run it by hand to see why');
  return result.stdout;
}

function exitOf(code: number | undefined): string {
  return code === undefined ? '' : ` with exit code ${code}`;
}

function killGroup(pid: number | undefined): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    return;
  }
}
