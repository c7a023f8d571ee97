import { setTimeout as sleep } from 'node:timers/promises';
import { execa } from 'execa';
import { EXIT, VdbError } from '../errors.js';
import { killCommand } from './kill.js';
import { assertFits } from './limits.js';
import { type Running, supervise } from './running.js';
import { sessionOf } from './session.js';
import type { Transport } from './transport.js';

const TARGET = 'this machine';
const KILL_PATIENCE_MS = 4000;
const END_PATIENCE_MS = 1000;

/** This machine, without SSH, with the same meaning of every call. */
export function openLocal(): Transport {
  const sessions = new Set<Running>();
  return {
    target: TARGET,
    exec: (command, options = {}) => supervise(TARGET, options, async () => start(command)),
    open: async (command) => {
      const running = start(command);
      sessions.add(running);
      const forget = (): void => void sessions.delete(running);
      running.ended.then(forget, forget);
      return sessionOf(running);
    },
    forward: async (remotePort) => ({ port: remotePort, close: async () => {} }),
    close: async () => {
      await Promise.all([...sessions].map(endSession));
    },
  };
}

/** As sshd does when a connection closes: its input ends, and what does not end by that is killed. */
async function endSession(running: Running): Promise<void> {
  running.stdin.end();
  const ended = running.ended.then(
    () => true,
    () => true,
  );
  if (!(await Promise.race([ended, sleep(END_PATIENCE_MS, false)]))) await running.kill('');
}

/** In a session of its own, as sshd would do it, so that its children can be ended with it. */
function start(command: string): Running {
  assertFits(TARGET, command);
  const subprocess = execa('/bin/sh', ['-c', command], {
    detached: true,
    buffer: false,
    reject: false,
    stdin: 'pipe',
  });
  const ended = subprocess.then(({ exitCode, signal, cause }) => {
    if (exitCode === undefined) throw killed(signal, cause);
    return exitCode;
  });
  ended.catch(() => {});
  const kill = async (firstLine: string): Promise<void> => {
    if (subprocess.pid !== undefined) await killSession(killCommand(command, firstLine, subprocess.pid));
    await Promise.race([ended.catch(() => {}), sleep(1000)]);
    subprocess.stdout.destroy();
    subprocess.stderr.destroy();
  };
  return { stdin: subprocess.stdin, stdout: subprocess.stdout, stderr: subprocess.stderr, ended, kill };
}

async function killSession({ command, stdin }: { command: string; stdin: string }): Promise<void> {
  await execa('/bin/sh', ['-c', command], { input: stdin, reject: false, timeout: KILL_PATIENCE_MS });
}

function killed(signal: string | undefined, cause: unknown): VdbError {
  return new VdbError(`A local command was killed by ${signal ?? 'a signal'}`, {
    code: 'host.command-killed',
    exitCode: EXIT.failed,
    host: TARGET,
    meaning: 'Something on this machine ended it: often the kernel, for lack of memory.',
    cause,
  });
}
