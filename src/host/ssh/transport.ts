import { setTimeout as sleep } from 'node:timers/promises';
import { EXIT, messageOf, VdbError } from '../../errors.js';
import type { Interruption } from '../interruption.js';
import { announced, announcementFilter, killCommand } from '../kill.js';
import { assertFits } from '../limits.js';
import { type Running, supervise } from '../running.js';
import { sessionOf } from '../session.js';
import { ConnectionLostError, type Transport } from '../transport.js';
import { exitCodeOf, openChannel } from './channel.js';
import { type Connection, type ConnectOptions, connect } from './connect.js';
import { forward } from './forward.js';
import { slots } from './slots.js';
import type { SshTarget } from './target.js';

const MAX_CHANNELS = 4;
const KILL_PATIENCE_MS = 4000;
const ANNOUNCE_PATIENCE_MS = 1000;
const CLOSE_PATIENCE_MS = 1000;

/**
 * Connects and returns the way to run commands there. Throws `VdbError`: `host.unreachable`,
 * `host.auth-failed`, `host.key-unknown`, `host.key-changed`, `host.key-revoked`.
 */
export async function connectSsh(target: SshTarget, options: ConnectOptions = {}): Promise<Transport> {
  const connection = await connect(target, options);
  const limited = slots(MAX_CHANNELS);
  return {
    target: target.label,
    reach: connection.reach,
    exec: (command, execOptions = {}) =>
      supervise(target.label, execOptions, (interruption) =>
        limited(
          () => startIn(connection, command, interruption),
          (running) => running.ended,
        ),
      ),
    open: async (command) => sessionOf(await start(connection, command)),
    forward: (remotePort) => forward(connection.client, remotePort),
    close: connection.close,
  };
}

async function startIn(
  connection: Connection,
  command: string,
  interruption: Interruption,
): Promise<Running> {
  if (interruption.hasHappened) await interruption.happened;
  return start(connection, command);
}

async function start(connection: Connection, command: string): Promise<Running> {
  const { label } = connection;
  assertFits(label, command);
  const { command: announcing, marker } = announced(command);
  const { channel, closed } = await openChannel(connection.client, announcing).catch((error) => {
    throw connection.isOpen() ? refused(label, error) : new ConnectionLostError(label, error);
  });
  const lost = (): Error => new ConnectionLostError(label, connection.lostBecause());
  const ended = closed.then((exit) => exitCodeOf(label, exit, lost));
  ended.catch(() => {});
  let announce: (session: number) => void = () => {};
  const session = new Promise<number>((resolve) => {
    announce = resolve;
  });
  const stderr = channel.stderr.pipe(announcementFilter(marker, (id) => announce(id)));
  const kill = async (firstLine: string): Promise<void> => {
    const over = ended.then(noop, noop);
    const id = await Promise.race([session, over, sleep(ANNOUNCE_PATIENCE_MS)]);
    if (typeof id === 'number') await killRemotely(connection, killCommand(command, firstLine, id));
    await Promise.race([over, sleep(CLOSE_PATIENCE_MS)]);
    channel.close();
  };
  return { stdin: channel, stdout: channel, stderr, ended, kill };
}

function noop(): void {}

/** Over a channel of its own: the command's own channel does not reach the processes behind it. */
async function killRemotely(
  { client }: Connection,
  { command, stdin }: { command: string; stdin: string },
): Promise<void> {
  try {
    const { channel, closed } = await openChannel(client, command);
    channel.resume();
    channel.stderr.resume();
    channel.end(stdin);
    await Promise.race([closed, sleep(KILL_PATIENCE_MS)]);
  } catch {
    // The connection is gone too: the host's own time limits and the busy lock remain.
  }
}

function refused(label: string, cause: unknown): VdbError {
  return new VdbError(`${label} refused to run a command: ${messageOf(cause)}`, {
    code: 'host.exec-refused',
    exitCode: EXIT.unreachable,
    host: label,
    meaning: 'The connection stands, but sshd does not start a command for this account.',
    next: 'Look at MaxSessions and ForceCommand in sshd_config, and at the log of sshd on the host.',
    cause,
  });
}
