import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import type { Client } from 'ssh2';
import type { Forwarding } from '../transport.js';

/** Makes `remotePort` of the host's loopback interface reachable on a random port of ours. */
export async function forward(client: Client, remotePort: number): Promise<Forwarding> {
  const sockets = new Set<Socket>();
  const server = createServer({ noDelay: true }, (socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
    bridge(client, socket, remotePort);
  });
  const close = async (): Promise<void> => {
    client.off('close', close);
    if (!server.listening) return;
    server.close();
    for (const socket of sockets) socket.destroy();
    await once(server, 'close');
  };
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  client.once('close', close);
  return { port: (server.address() as AddressInfo).port, close };
}

/** Nothing listening over there looks like nothing listening here: the connection closes. */
function bridge(client: Client, socket: Socket, remotePort: number): void {
  socket.on('error', () => socket.destroy());
  try {
    client.forwardOut('127.0.0.1', socket.remotePort ?? 0, '127.0.0.1', remotePort, (error, channel) => {
      if (error) {
        socket.destroy();
        return;
      }
      channel.on('error', () => socket.destroy());
      channel.once('close', () => socket.destroySoon());
      socket.once('close', () => channel.close());
      socket.pipe(channel).pipe(socket);
    });
  } catch {
    socket.destroy();
  }
}
