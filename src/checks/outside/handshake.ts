import { connect as connectTcp } from 'node:net';
import { type ConnectionOptions, connect, type TLSSocket } from 'node:tls';

/** How a handshake ended: `failed` with the code of the error, ours or the one in the server's alert. */
export type Handshake<T> =
  | { status: 'agreed'; value: T }
  | { status: 'failed'; code: string; message: string }
  | { status: 'silent' };

const PATIENCE_MS = 5000;

/** Shakes hands with what listens on a port of this machine's loopback interface, and hangs up. Never rejects. */
export function shakeHands<T>(
  port: number,
  options: ConnectionOptions,
  read: (socket: TLSSocket) => T,
): Promise<Handshake<T>> {
  return new Promise((resolve) => {
    const raw = connectTcp({ host: '127.0.0.1', port, noDelay: true });
    const end = (handshake: Handshake<T>): void => {
      clearTimeout(timer);
      raw.destroy();
      resolve(handshake);
    };
    const failed = (error: NodeJS.ErrnoException): void =>
      end({ status: 'failed', code: error.code ?? '', message: error.message });
    const timer = setTimeout(() => end({ status: 'silent' }), PATIENCE_MS);
    raw.on('error', failed);
    try {
      const socket = connect({ ...options, socket: raw, rejectUnauthorized: false });
      socket.once('secureConnect', () => end({ status: 'agreed', value: read(socket) }));
      socket.on('error', failed);
    } catch (error) {
      failed(error as NodeJS.ErrnoException);
    }
  });
}
