import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { greets, networkOf, waitForSsh } from '../../../src/lab/ready.js';

describe('readiness', () => {
  let server: Server | undefined;
  afterEach(() => server?.close());

  const listen = async (onConnection: (socket: Socket) => void): Promise<number> => {
    server = createServer(onConnection).listen(0, '127.0.0.1');
    await once(server, 'listening');
    return (server.address() as AddressInfo).port;
  };

  it('is a greeting, not an accepted connection', async () => {
    expect(await greets(await listen((socket) => socket.end()))).toBe(false);
  });

  it('is the greeting of SSH, not of something else', async () => {
    expect(await greets(await listen((socket) => socket.end('HTTP/1.1 200 OK\r\n\r\n')))).toBe(false);
  });

  it('is waited for', async () => {
    let connections = 0;
    const port = await listen((socket) =>
      ++connections < 3 ? socket.destroy() : socket.end('SSH-2.0-test\r\n'),
    );
    await waitForSsh(port, 5000);
    expect(connections).toBe(3);
  });

  it('is not waited for without end', async () => {
    const port = await listen((socket) => socket.destroy());
    await expect(waitForSsh(port, 250)).rejects.toMatchObject({
      details: { code: 'lab.no-ssh', exitCode: 6 },
    });
  });
});

describe('the network of a host', () => {
  it.each([
    ['10.0.2.100/24', '10.0.2.0/24'],
    ['172.17.5.9/16', '172.17.0.0/16'],
    ['192.0.2.77/26', '192.0.2.64/26'],
    ['255.255.255.255/32', '255.255.255.255/32'],
  ])('of %s is %s', (address, network) => {
    expect(networkOf(address)).toBe(network);
  });
});
