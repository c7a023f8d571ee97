import { setTimeout as sleep } from 'node:timers/promises';
import type { Client, ClientChannel } from 'ssh2';
import { EXIT, messageOf, VdbError } from '../../errors.js';

/** Opening a channel is repeated this often: sshd may free a session's slot later than it says. */
const OPEN_ATTEMPTS = 8;

/** How the command in a channel ended: `code` is missing when the channel closed without a word about it. */
export interface Exit {
  code?: number | null;
  signal?: string;
}

/** A command in a channel of its own. */
export interface Started {
  channel: ClientChannel;
  closed: Promise<Exit>;
}

/** Starts `command` in a channel of its own. Nothing has run when this rejects. */
export async function openChannel(client: Client, command: string): Promise<Started> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await startOnce(client, command);
    } catch (error) {
      if (attempt === OPEN_ATTEMPTS || !/open failed|open failure/i.test(messageOf(error))) throw error;
      await sleep(Math.min(20 * 2 ** attempt, 500) * (0.5 + Math.random()));
    }
  }
}

function startOnce(client: Client, command: string): Promise<Started> {
  return new Promise((resolve, reject) => {
    client.exec(command, (error, channel) =>
      error ? reject(error) : resolve({ channel, closed: exitOf(channel) }),
    );
  });
}

/**
 * To be called at once: the exit code of a fast command arrives in the same packet as the channel, before
 * anything that awaits the channel continues.
 */
function exitOf(channel: ClientChannel): Promise<Exit> {
  return new Promise((resolve) => {
    let exit: Exit = {};
    channel.once('exit', (code: number | null, signal?: string) => {
      exit = { code, ...(signal === undefined ? {} : { signal }) };
    });
    channel.once('close', () => resolve(exit));
  });
}

/** The exit code, or the error of a command that has none: its connection died or it was killed. */
export function exitCodeOf(target: string, { code, signal }: Exit, lost: () => Error): number {
  if (code === undefined) throw lost();
  if (code === null) throw killed(target, signal);
  return code;
}

function killed(target: string, signal = 'a signal'): VdbError {
  return new VdbError(`A command on ${target} was killed by ${signal}`, {
    code: 'host.command-killed',
    exitCode: EXIT.failed,
    host: target,
    meaning: 'Something on the host ended it: often the kernel, for lack of memory.',
  });
}
