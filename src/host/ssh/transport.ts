import { setTimeout as sleep } from 'node:timers/promises';
import type { ClientChannel } from 'ssh2';
import { EXIT, messageOf, VdbError } from '../../errors.js';
import type { Interruption } from '../interruption.js';
import { announced, announcementFilter, killCommand } from '../kill.js';
import { assertFits } from '../limits.js';
import { type Running, supervise } from '../running.js';
import { sessionOf } from '../session.js';
import { ConnectionLostError, type Transport } from '../transport.js';
import { exitOf, openChannel } from './channel.js';
import { type Connection, type ConnectOptions, connect } from './connect.js';
import { forward } from './forward.js';
import { slots } from './slots.js';
import type { SshTarget } from './target.js';

const MAX_CHANNELS = 4;
const KILL_PATIENCE_MS = 4000;

/**
 * Connects and returns the way to run commands there. Throws `VdbError`: `host.unreachable`,
 * `host.auth-failed`, `host.key-unknown`, `host.key-changed`, `host.key-revoked`.
 */
export async function connectSsh(target: SshTarget, options: ConnectOptions = {}): Promise<Transport> {
  const connection = await connect(target, options);
  const limited = slots(MAX_CHANNELS);
  return {
    target: target.label,
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
  const channel = await openChannel(connection.client, announcing).catch((error) => {
    throw connection.isOpen() ? refused(label, error) : new ConnectionLostError(label, error);
  });
  const lost = (): Error => new ConnectionLostError(label, connection.lostBecause());
  const ended = exitOf(label, channel, lost);
  ended.catch(() => {});
  let session: number | undefined;
  const stderr = channel.stderr.pipe(
    announcementFilter(marker, (id) => {
      session = id;
    }),
  );
  const kill = async (firstLine: string): Promise<void> => {
    if (session !== undefined) await killRemotely(connection, killCommand(command, firstLine, session));
    await Promise.race([ended.catch(() => {}), sleep(session === undefined ? 0 : 1000)]);
    channel.close();
  };
  return { stdin: channel, stdout: channel, stderr, ended, kill };
}

/** Over a channel of its own: the command's own channel does not reach the processes behind it. */
async function killRemotely(
  { client }: Connection,
  { command, stdin }: { command: string; stdin: string },
): Promise<void> {
  try {
    const channel = await openChannel(client, command);
    channel.resume();
    channel.stderr.resume();
    channel.end(stdin);
    await Promise.race([closed(channel), sleep(KILL_PATIENCE_MS)]);
  } catch {
    // The connection is gone too: the host's own time limits and the busy lock remain.
  }
}

function closed(channel: ClientChannel): Promise<void> {
  return new Promise((resolve) => channel.once('close', () => resolve()));
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
