import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createServer as createTlsServer } from 'node:tls';
import { afterEach, describe, expect, it } from 'vitest';
import { askOver, Connection } from '../../../src/bench/load/connection.js';
import { selfSigned } from '../../support/self-signed.js';

let server: Server | undefined;
afterEach(() => server?.close());

const OK = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok';

/** A server that is told what to do with the request number so and so, over all connections. */
async function serving(onRequest: (socket: Socket, number: number) => void): Promise<Connection> {
  let number = 0;
  const listening = createServer((socket) => {
    socket.on('error', () => {});
    socket.on('data', () => onRequest(socket, number++));
  });
  server = listening;
  await new Promise<void>((resolve) => listening.listen(0, '127.0.0.1', resolve));
  const { port } = listening.address() as AddressInfo;
  return new Connection({ port, tls: false }, { timeoutMs: 500, keepsBodies: true });
}

const REQUEST = Buffer.from('GET / HTTP/1.1\r\nHost: x\r\n\r\n');

describe('a connection', () => {
  it('speaks TLS where the server does, and reads an answer that is longer than what it reads at once', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'vdb-tls-'));
    const files = { key: join(directory, 'key'), certificate: join(directory, 'certificate') };
    await selfSigned(files, '/CN=localhost');
    const [key, cert] = await Promise.all([readFile(files.key), readFile(files.certificate)]);
    await rm(directory, { recursive: true });
    const body = Array.from({ length: 50_000 }, (_, index) => index).join();
    const listening = createTlsServer({ key, cert }, (socket) => {
      socket.on('error', () => {});
      socket.on('data', () =>
        socket.write(`HTTP/1.1 200 OK\r\nContent-Length: ${body.length}\r\n\r\n${body}`),
      );
    });
    server = listening;
    await new Promise<void>((resolve) => listening.listen(0, '127.0.0.1', resolve));
    const { port } = listening.address() as AddressInfo;
    const connection = new Connection({ port, tls: true }, { timeoutMs: 5000, keepsBodies: true });
    for (let time = 0; time < 2; time++)
      expect(await askOver(connection, REQUEST)).toEqual({ status: 200, body, reusable: true });
    connection.close();
  });

  it('is used again, and made anew where the server says that it closes', async () => {
    const sockets = new Set<Socket>();
    const connection = await serving((socket, number) => {
      sockets.add(socket);
      socket.write(number === 1 ? OK.replace('OK', 'OK\r\nConnection: close') : OK);
    });
    for (let time = 0; time < 4; time++)
      expect(await askOver(connection, REQUEST)).toMatchObject({ status: 200, body: 'ok' });
    expect(sockets.size).toBe(2);
    connection.close();
  });

  it('that was closed while it was idle costs no request', async () => {
    const connection = await serving((socket, number) => {
      if (number === 1) socket.destroy();
      else socket.write(OK);
    });
    expect(await askOver(connection, REQUEST)).toMatchObject({ status: 200 });
    expect(await askOver(connection, REQUEST)).toMatchObject({ status: 200 });
    connection.close();
  });

  it('that is closed again is a failure, as is one that is closed in the middle of an answer', async () => {
    const connection = await serving((socket, number) => {
      if (number === 0) socket.write(OK);
      else if (number === 3) socket.end(OK.slice(0, -1));
      else socket.destroy();
    });
    await askOver(connection, REQUEST);
    expect(await askOver(connection, REQUEST)).toHaveProperty('failure');
    expect(await askOver(connection, REQUEST)).toEqual({
      failure: 'the connection was closed before the answer',
    });
    connection.close();
  });

  it('gives a request up after its time, and serves the next one', async () => {
    const connection = await serving((socket, number) => {
      if (number > 0) socket.write(OK);
    });
    const sweep = setInterval(() => connection.expire(), 50);
    expect(await askOver(connection, REQUEST)).toEqual({ failure: 'no answer within 0.5 s' });
    clearInterval(sweep);
    expect(await askOver(connection, REQUEST)).toMatchObject({ status: 200 });
    connection.close();
  });

  it('is not confused by a server that speaks something else', async () => {
    const connection = await serving((socket) => socket.write('SSH-2.0-x\r\n\r\n'));
    expect(await askOver(connection, REQUEST)).toEqual({ failure: 'the answer is no HTTP/1.1' });
    connection.close();
  });
});
