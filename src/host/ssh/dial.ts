import { connect } from 'node:net';
import type { Client } from 'ssh2';
import { messageOf } from '../../errors.js';
import type { Dialled } from '../transport.js';

/** Reasons of a router or a firewall, as the system and as sshd say them. */
const REJECTED = /^(EHOSTUNREACH|ENETUNREACH|EHOSTDOWN)$|no route to host|(network|host) is unreachable/i;
const REFUSED = /^ECONNREFUSED$|connection refused/i;
const SILENT = /^ETIMEDOUT$|timed out/i;

/** Tries to connect from this machine. Never rejects. */
export function dialDirectly(host: string, port: number, timeoutMs: number): Promise<Dialled> {
  return new Promise((resolve) => {
    const socket = connect({ host, port });
    const end = (dialled: Dialled): void => {
      clearTimeout(timer);
      socket.destroy();
      resolve(dialled);
    };
    const timer = setTimeout(() => end('silent'), timeoutMs);
    socket.once('connect', () => end('open'));
    socket.on('error', (error: NodeJS.ErrnoException) => end(dialledFor(error.code ?? error.message)));
  });
}

/** Tries to connect from the machine at the other end of `client`. Never rejects. */
export function dialThrough(client: Client, host: string, port: number, timeoutMs: number): Promise<Dialled> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve('silent'), timeoutMs);
    const end = (dialled: Dialled): void => {
      clearTimeout(timer);
      resolve(dialled);
    };
    try {
      client.forwardOut('127.0.0.1', 0, host, port, (error, channel) => {
        channel?.on('error', () => {});
        channel?.close();
        end(error ? dialledFor(error.message) : 'open');
      });
    } catch (error) {
      end({ error: messageOf(error) });
    }
  });
}

/** What an error of a connection says about the port: a code of the system, or what sshd says. Pure. */
export function dialledFor(reason: string): Dialled {
  if (REFUSED.test(reason)) return 'refused';
  if (REJECTED.test(reason)) return 'rejected';
  return SILENT.test(reason) ? 'silent' : { error: reason };
}
