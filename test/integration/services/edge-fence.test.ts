import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import { type ClientHttp2Session, connect, createServer as createHttp2 } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { edgeFollows } from '../../../src/resources/edge-file.js';
import { edgeSlots } from '../../../src/resources/edge-slots.js';
import { type EdgeService, edgeServices, renderHaproxy } from '../../../src/services/haproxy/config.js';
import { lowerFence, raiseFence } from '../../../src/services/haproxy/fence.js';
import { RUNTIME_SOCKET } from '../../../src/services/haproxy/runtime.js';
import { runsAsWritten } from '../../../src/services/haproxy/switch.js';
import { QDRANT, testConfig } from '../../support/config.js';
import { freePort, type LocalEdge, localEdge, NO_HAPROXY } from '../../support/edge.js';
import { converge } from '../../support/root-host.js';

if (NO_HAPROXY !== undefined) console.warn(`skipped: ${NO_HAPROXY}`);

/** A slot of something that answers every request with the name of its slot, and holds one at `/held`. */
interface Slot {
  http: number;
  grpc: number;
  held: (() => void)[];
  close(): void;
}

interface Answer {
  status: number;
  by: string;
  retryAfter: string | undefined;
}

const UPSERT = '/collections/documents/points?wait=true';
const QUERY = '/collections/documents/points/query';

describe.skipIf(NO_HAPROXY)('the edge in front of Qdrant', () => {
  let edge: LocalEdge;
  let slots: Record<'blue' | 'green', Slot>;
  let ports: { rest: number; grpc: number; local: number; gateway: number };
  let qdrant: EdgeService;
  let session: ClientHttp2Session;
  let text: (state?: { fenced: boolean }) => string;

  const raise = (limitSeconds = 10) =>
    edge.host.run(raiseFence({ backends: qdrant.writeBackends, limitSeconds }));
  const lower = () => edge.host.run(lowerFence({ backends: qdrant.writeBackends, slot: 'blue' }));
  const matches = async () =>
    (await edge.host.read(runsAsWritten('/etc/haproxy/haproxy.cfg'))).exitCode === 0;

  function rest(method: string, path: string, port = ports.rest): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const asked = request({ host: '127.0.0.1', port, method, path, agent: false }, (response) => {
        let by = '';
        response.setEncoding('utf8').on('data', (part: string) => (by += part));
        response.on('end', () =>
          resolve({ status: response.statusCode ?? 0, by, retryAfter: response.headers['retry-after'] }),
        );
      });
      asked.on('error', reject).end();
    });
  }

  async function grpc(path: string): Promise<Answer> {
    const stream = session.request({ ':method': 'POST', ':path': path, 'content-type': 'application/grpc' });
    const [headers] = (await once(stream.end(), 'response')) as [Record<string, string>];
    let by = '';
    for await (const part of stream.setEncoding('utf8')) by += part;
    return { status: Number(headers[':status']), by, retryAfter: headers['retry-after'] };
  }

  beforeAll(async () => {
    slots = { blue: await slot('blue'), green: await slot('green') };
    ports = {
      ...{ rest: await freePort(), grpc: await freePort() },
      ...{ local: await freePort(), gateway: await freePort() },
    };
    const metrics = await freePort();
    const config = testConfig({
      qdrant: {
        ...QDRANT,
        slots: {
          blue: { http: slots.blue.http, grpc: slots.blue.grpc, p2p: 1 },
          green: { http: slots.green.http, grpc: slots.green.grpc, p2p: 2 },
        },
      },
      gateway: { enabled: true, api_key: 'Qw5nBv8xRt2mLp7s', max_connections: 50 },
      networking: {
        edge: {
          ...{ bind: ['127.0.0.1'], gateway_port: ports.gateway, qdrant_local_port: ports.local },
          ...{ qdrant_http_port: ports.rest, qdrant_grpc_port: ports.grpc },
        },
      },
    });
    edge = localEdge(ports.rest);
    text = (state) =>
      renderHaproxy(config, state)
        .replaceAll(/^ +(log|user|group|chroot) .*\n/gm, '')
        .replace(RUNTIME_SOCKET, edge.socket)
        .replace('127.0.0.1:8404', `127.0.0.1:${metrics}`);
    qdrant = edgeServices(config).find(({ name }) => name === 'qdrant') as EdgeService;
  });
  afterAll(async () => {
    session.destroy();
    await edge.stop();
    for (const each of Object.values(slots)) each.close();
  });
  beforeEach(async () => {
    await edge.halt();
    writeFileSync(edge.configuration, text());
    await edge.start();
    session?.destroy();
    session = connect(`http://127.0.0.1:${ports.grpc}`);
    session.on('error', () => undefined);
  });

  test('writes are answered by the edge itself while it is fenced, at every door, and reads go on', async () => {
    await raise();
    for (const port of [ports.rest, ports.local]) {
      for (const [method, path] of [
        ['PUT', UPSERT],
        ['POST', '/collections/documents/points/delete'],
        ['POST', '/collections/documents/snapshots'],
        ['DELETE', '/collections/documents'],
      ] as const) {
        const answer = await rest(method, path, port);
        expect(answer, `${method} ${path}`).toMatchObject({ status: 503, retryAfter: '5' });
        expect(JSON.parse(answer.by)).toMatchObject({ title: 'no server can take the request now' });
      }
      for (const [method, path] of [
        ['GET', '/collections'],
        ['POST', QUERY],
        ['POST', '/collections/documents/points'],
        ['POST', `${QUERY}?timeout=3`],
      ] as const) {
        expect(await rest(method, path, port), `${method} ${path}`).toMatchObject({
          status: 200,
          by: 'blue',
        });
      }
    }
    expect(await grpc('/qdrant.Points/Upsert')).toMatchObject({ status: 503, retryAfter: '5' });
    for (const path of ['/qdrant.Points/Query', '/vdb.edge/Alive', '/grpc.health.v1.Health/Check']) {
      expect(await grpc(path), path).toMatchObject({ status: 200, by: 'blue' });
    }
    await lower();
    expect(await rest('PUT', UPSERT)).toMatchObject({ status: 200, by: 'blue' });
    expect(await rest('PUT', UPSERT, ports.local)).toMatchObject({ status: 200, by: 'blue' });
    expect(await grpc('/qdrant.Points/Upsert')).toMatchObject({ status: 200, by: 'blue' });
  });

  test('a write that runs finishes, and the fence waits for it; what comes after is held back', async () => {
    const running = rest('PUT', '/held');
    while (slots.blue.held.length === 0) await sleep(10);
    let up = false;
    const raising = raise().then(() => {
      up = true;
    });
    while ((await rest('PUT', UPSERT)).status !== 503) await sleep(20);
    await sleep(700);
    expect(up).toBe(false);
    for (const answer of slots.blue.held.splice(0)) answer();
    expect(await running).toMatchObject({ status: 200, by: 'blue' });
    await raising;
    expect((await rest('PUT', UPSERT)).status).toBe(503);
  });

  test('where a write does not finish in time, there is no fence', async () => {
    const running = rest('PUT', '/held');
    while (slots.blue.held.length === 0) await sleep(10);
    await expect(raise(1)).rejects.toMatchObject({
      details: { stderr: 'still running after 1 s: qdrant_rest_write/blue (1)' },
    });
    expect(await rest('PUT', UPSERT)).toMatchObject({ status: 200 });
    for (const answer of slots.blue.held.splice(0)) answer();
    expect(await running).toMatchObject({ status: 200 });
  });

  test('a read that runs is not waited for', async () => {
    const running = rest('GET', '/held');
    while (slots.blue.held.length === 0) await sleep(10);
    await raise(1);
    for (const answer of slots.blue.held.splice(0)) answer();
    expect(await running).toMatchObject({ status: 200 });
  });

  test('the file follows a fence, and so it is up after a start; it is lowered from there too', async () => {
    writeFileSync(edge.stamp, '');
    await raise();
    expect(await matches()).toBe(false);
    await edge.host.run(edgeFollows(text({ fenced: true })));
    expect(await matches()).toBe(true);
    await edge.halt();
    await edge.start();
    expect((await rest('PUT', UPSERT)).status).toBe(503);
    expect((await rest('POST', QUERY)).status).toBe(200);
    await raise();
    await lower();
    expect(await rest('PUT', UPSERT)).toMatchObject({ status: 200, by: 'blue' });
  });

  test.each([
    ['raised', false],
    ['raised before a start', true],
  ])('a fence that was left %s is lowered by a run', async (_, restarted) => {
    if (restarted) {
      await edge.halt();
      writeFileSync(edge.configuration, text({ fenced: true }));
      await edge.start();
    } else await raise();
    const { before, after } = await converge(edge.host, edgeSlots(qdrant));
    expect(before?.summary).toBe('give the requests to blue');
    expect(after).toBeNull();
    expect((await rest('PUT', UPSERT)).status).toBe(200);
  });
});

async function slot(name: string): Promise<Slot> {
  const held: (() => void)[] = [];
  const http = createServer((asked: IncomingMessage, response: ServerResponse) => {
    asked.resume();
    if (asked.url === '/held') held.push(() => void response.end(name));
    else response.end(name);
  });
  const grpc = createHttp2((_, response) => void response.end(name));
  for (const server of [http, grpc]) await once(server.listen(0, '127.0.0.1'), 'listening');
  const portOf = (server: { address(): unknown }): number => (server.address() as AddressInfo).port;
  return {
    ...{ http: portOf(http), grpc: portOf(grpc), held },
    close: () => {
      http.closeAllConnections();
      http.close();
      grpc.close();
    },
  };
}
