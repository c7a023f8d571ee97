import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** A TCP relay to a port of this machine, whose connections a test can cut as a crash or a reboot would. */
export interface TestProxy {
  port: number;
  /** Connections accepted so far. */
  readonly accepted: number;
  /** Bytes that came from the other side so far. */
  readonly received: number;
  /** Drops every connection; new ones are relayed as before. */
  cut(): void;
  stop(): void;
}

/** `refuse` says for the n-th connection, counted from 1, whether it is dropped at once. */
export async function startProxy(
  to: number,
  refuse: (n: number) => boolean = () => false,
): Promise<TestProxy> {
  const sockets = new Set<Socket>();
  let accepted = 0;
  let received = 0;
  const server = createServer((socket) => {
    accepted++;
    if (refuse(accepted)) {
      socket.destroy();
      return;
    }
    const [near, far] = relay(socket, to);
    far.on('data', (chunk: Buffer) => {
      received += chunk.length;
    });
    sockets.add(near).add(far);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const cut = (): void => {
    for (const socket of sockets) socket.destroy();
    sockets.clear();
  };
  return {
    port: (server.address() as AddressInfo).port,
    get accepted() {
      return accepted;
    },
    get received() {
      return received;
    },
    cut,
    stop() {
      server.close();
      cut();
    },
  };
}

function relay(socket: Socket, to: number): [Socket, Socket] {
  const other = connect({ host: '127.0.0.1', port: to });
  other.on('error', () => socket.destroy());
  socket.on('error', () => other.destroy());
  socket.pipe(other).pipe(socket);
  return [socket, other];
}
