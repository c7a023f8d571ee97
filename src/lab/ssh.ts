import { EXIT, VdbError } from '../errors.js';
import { quote } from '../host/shell.js';
import { findOnPath } from './qdrant.js';
import { type LabStatus, labStatus } from './status.js';

export interface LabSshOptions {
  cwd: string;
  env: NodeJS.ProcessEnv;
  name: string;
  /** Run in place of a login shell: one word is shell source, several are a program and its arguments. */
  command: string[];
}

/**
 * Opens a session on a lab host with the operator's own `ssh`, on this process's terminal. Returns its exit
 * code. Throws `lab.not-running`, `lab.no-ssh-client`.
 */
export async function labSsh({ cwd, env, name, command }: LabSshOptions): Promise<number> {
  const status = await labStatus(cwd, name);
  const args = [...sshArguments(status), ...remoteCommand(command)];
  if ((await findOnPath('ssh', env)) === undefined) throw noClient(args);
  const { execa } = await import('execa');
  const result = await execa('ssh', args, { stdio: 'inherit', reject: false });
  return result.exitCode ?? EXIT.failed;
}

/** The arguments of `ssh` that reach a lab host, its key and only its key trusted. */
export function sshArguments({ name, state, record, paths }: LabStatus): string[] {
  if (record === undefined || !['running', 'starting'].includes(state)) throw notRunning(name, state);
  return [
    ...['-F', 'none', '-i', paths.identity, '-p', String(record.port)],
    ...['-o', `UserKnownHostsFile="${paths.knownHosts}"`, '-o', 'GlobalKnownHostsFile=none'],
    ...['-o', 'StrictHostKeyChecking=yes', '-o', 'IdentitiesOnly=yes'],
    `${record.user}@${record.address}`,
  ];
}

/** ssh joins words with spaces and lets a shell read the result, so words are quoted for it. */
export function remoteCommand(command: readonly string[]): string[] {
  if (command.length === 0) return [];
  return ['--', command.length === 1 ? command.join() : command.map(quote).join(' ')];
}

function notRunning(name: string, state: string): VdbError {
  return new VdbError(`The lab host "${name}" does not run: its state is ${state}`, {
    code: 'lab.not-running',
    exitCode: EXIT.failed,
    next: `start it with \`vdb lab up ${name}\``,
  });
}

function noClient(args: string[]): VdbError {
  return new VdbError('There is no ssh on PATH', {
    code: 'lab.no-ssh-client',
    exitCode: EXIT.failed,
    next: `install an OpenSSH client, or connect another one with: ${args.join(' ')}`,
  });
}
