import { connect as connectTcp, Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { NodeSSH } from 'node-ssh';
import type { Client } from 'ssh2';
import type { Reach } from '../transport.js';
import { type Credentials, credentialsFor } from './auth.js';
import { dialDirectly, dialThrough } from './dial.js';
import { connectFailure, isTransient, type Progress } from './failures.js';
import { hostKeyGuard } from './host-key.js';
import { type Retry, retried } from './retry.js';
import type { Hop, SshTarget } from './target.js';

export interface ConnectOptions {
  /** Told before each new attempt. */
  onRetry?: (retry: Retry) => void;
}

/** An authenticated connection to a host whose key was verified. */
export interface Connection {
  /** `user@address:port`. */
  readonly label: string;
  readonly client: Client;
  readonly reach: Reach;
  isOpen(): boolean;
  /** What broke the connection, if anything is known. */
  lostBecause(): unknown;
  close(): Promise<void>;
}

const KEEPALIVE_MS = 15_000;
const KEEPALIVE_COUNT = 4;

/**
 * Connects through every hop in order. Connection failures are tried again a few times; a refused key, an
 * unknown name and a failed authentication never.
 */
export async function connect(target: SshTarget, options: ConnectOptions = {}): Promise<Connection> {
  return retried(() => connectHops(target.hops), isTransient, options.onRetry);
}

async function connectHops(hops: SshTarget['hops']): Promise<Connection> {
  const open: Connection[] = [];
  const close = async (): Promise<void> => {
    for (const connection of open.toReversed()) await connection.close();
  };
  try {
    for (const hop of hops) open.push(await connectHop(hop, open.at(-1)));
  } catch (error) {
    await close();
    throw error;
  }
  return { ...open.at(-1)!, close };
}

async function connectHop(hop: Hop, via: Connection | undefined): Promise<Connection> {
  const credentials = await credentialsFor(hop);
  const guard = await hostKeyGuard(hop);
  const progress: Progress = { handshake: false, credentials };
  const sock = await socketTo(hop, via).catch((error) => {
    throw connectFailure(hop, error, progress);
  });
  const { client, connecting } = startHandshake(hop, sock, credentials, guard);
  const connection = watched(hop.label, client);
  client.once('handshake', () => {
    progress.handshake = true;
  });
  try {
    await connecting;
  } catch (error) {
    client.destroy();
    throw guard.refusal() ?? connectFailure(hop, error, progress);
  } finally {
    if (progress.handshake) await guard.remember();
  }
  return { ...connection, reach: reachOf(hop, sock, via, guard.shown()) };
}

/** A hop behind others is dialled, and its name resolved, by the one before it. */
function reachOf(hop: Hop, sock: Duplex, via: Connection | undefined, shown: Buffer | undefined): Reach {
  const { address: name, port } = hop;
  const hostKey = shown ?? Buffer.alloc(0);
  if (via !== undefined) {
    const { client, label } = via;
    const dial: Reach['dial'] = (to, timeoutMs) => dialThrough(client, name, to, timeoutMs);
    return { name, address: name, port, via: label, hostKey, dial };
  }
  const address = (sock instanceof Socket ? sock.remoteAddress : undefined) ?? name;
  return { name, address, port, hostKey, dial: (to, timeoutMs) => dialDirectly(address, to, timeoutMs) };
}

function startHandshake(
  hop: Hop,
  sock: Duplex,
  credentials: Credentials,
  guard: Awaited<ReturnType<typeof hostKeyGuard>>,
): { client: Client; connecting: Promise<unknown> } {
  const ssh = new NodeSSH();
  const connecting = ssh.connect({
    sock,
    username: hop.user,
    authHandler: credentials.methods,
    hostVerifier: guard.verify,
    algorithms: { serverHostKey: guard.algorithms },
    keepaliveInterval: KEEPALIVE_MS,
    keepaliveCountMax: KEEPALIVE_COUNT,
    readyTimeout: hop.connectTimeoutMs,
  } as Parameters<NodeSSH['connect']>[0]);
  connecting.catch(() => {});
  return { client: ssh.connection!, connecting };
}

/** Nagle's algorithm would hold back every small command: 60 of them take 3 s with it and 0.2 s without. */
async function socketTo(hop: Hop, via: Connection | undefined): Promise<Duplex> {
  if (via === undefined) {
    return connectTcp({ host: hop.address, port: hop.port, noDelay: true });
  }
  return new Promise((resolve, reject) => {
    via.client.forwardOut('127.0.0.1', 0, hop.address, hop.port, (error, channel) =>
      error ? reject(error) : resolve(channel),
    );
  });
}

/** Without an `error` listener for its whole life, a keepalive that fails would end the process. */
function watched(label: string, client: Client): Omit<Connection, 'reach'> {
  let cause: unknown;
  let open = true;
  const closed = new Promise<void>((resolve) => {
    client.once('close', () => {
      open = false;
      resolve();
    });
  });
  client.on('error', (error) => {
    cause ??= error;
  });
  return {
    label,
    client,
    isOpen: () => open,
    lostBecause: () => cause,
    async close() {
      if (!open) return;
      client.end();
      const force = setTimeout(() => client.destroy(), 1000);
      await closed;
      clearTimeout(force);
    },
  };
}
