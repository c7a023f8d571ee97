import { setTimeout as sleep } from 'node:timers/promises';
import type { Client, ClientChannel } from 'ssh2';
import { EXIT, messageOf, VdbError } from '../../errors.js';

/** Opening a channel is repeated this often: sshd may free a session's slot later than it says. */
const OPEN_ATTEMPTS = 8;

/** Starts `command` in a channel of its own. Nothing has run when this rejects. */
export async function openChannel(client: Client, command: string): Promise<ClientChannel> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await startOnce(client, command);
    } catch (error) {
      if (attempt === OPEN_ATTEMPTS || !/open failed|open failure/i.test(messageOf(error))) throw error;
      await sleep(Math.min(20 * 2 ** attempt, 500) * (0.5 + Math.random()));
    }
  }
}

function startOnce(client: Client, command: string): Promise<ClientChannel> {
  return new Promise((resolve, reject) => {
    client.exec(command, (error, channel) => (error ? reject(error) : resolve(channel)));
  });
}

/**
 * The exit code of the command in `channel`. `lost` makes the error for a channel that closed without one;
 * a command that was killed by a signal on the host rejects too.
 */
export function exitOf(target: string, channel: ClientChannel, lost: () => Error): Promise<number> {
  return new Promise((resolve, reject) => {
    let outcome: (() => void) | undefined;
    channel.once('exit', (code: number | null, signal?: string) => {
      outcome = () => (code === null ? reject(killed(target, signal)) : resolve(code));
    });
    channel.once('close', () => (outcome ? outcome() : reject(lost())));
  });
}

function killed(target: string, signal = 'a signal'): VdbError {
  return new VdbError(`A command on ${target} was killed by ${signal}`, {
    code: 'host.command-killed',
    exitCode: EXIT.failed,
    host: target,
    meaning: 'Something on the host ended it: often the kernel, for lack of memory.',
  });
}
