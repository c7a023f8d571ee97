import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { exchangeCommand, MOVED_ON, NAMELESS } from '../../../../src/backup/restore/switch.js';

const NAME = "o'dd näme";
const PATH = `/collections/${encodeURIComponent(NAME)}`;
const telemetry = (operation: number) =>
  JSON.stringify({
    result: {
      collections: [
        ['other', 99],
        [NAME, operation],
      ].map(([id, number]) => ({
        ...{ id, init_time_ms: 1, config: {} },
        shards: [{ id: 0, local: { update_queue: { length: 0, op_num: number } } }],
        transfers: [],
      })),
    },
  });

let directory: string;
let server: Server;
let asked: string[];
let remove: (response: ServerResponse) => void;
let isThere: () => boolean;

/** As much of Qdrant as the exchange asks. */
function answer({ method, url }: IncomingMessage, response: ServerResponse): void {
  asked.push(`${method} ${url?.split('?')[0]}`);
  if (url?.startsWith('/telemetry')) response.end(telemetry(7));
  else if (url?.endsWith('/count')) response.end('{"result":{"count":5}}');
  else if (method === 'DELETE') remove(response);
  else if (url?.startsWith('/collections/aliases')) response.end('{"result":true}');
  else {
    response.statusCode = isThere() ? 200 : 404;
    response.end('{}');
  }
}

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'vdb-exchange-'));
  writeFileSync(join(directory, 'header'), 'api-key: x\n');
  asked = [];
  isThere = () => true;
  remove = (response) => {
    isThere = () => false;
    response.end('{"result":true}');
  };
  server = createServer(answer);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});

afterEach(() => {
  server.close();
  server.closeAllConnections();
  rmSync(directory, { recursive: true, force: true });
});

function exchange(operations: string | null = '"op_num":7', points = 5): Promise<number | null> {
  const { port } = server.address() as AddressInfo;
  const qdrant = { port, keyFile: join(directory, 'header'), returnSeconds: 3 };
  const moves = [{ alias: NAME, to: 'restored' }];
  const { script, stdin } = exchangeCommand(qdrant, { name: NAME, points, operations, moves });
  const child = spawn('bash', ['-c', script.source], { stdio: ['pipe', 'ignore', 'ignore'] });
  child.stdin.end(stdin);
  return new Promise((resolve) => child.on('close', resolve));
}

const did = (what: string) => asked.filter((each) => each.startsWith(what)).length;

describe('the exchange of a collection', () => {
  it('sets the alias once the collection is gone', async () => {
    expect(await exchange()).toBe(0);
    expect(asked.slice(-3)).toEqual([`DELETE ${PATH}`, `GET ${PATH}`, 'POST /collections/aliases']);
  });

  it('does nothing where the collection was written to since it was copied, though it has as many points', async () => {
    expect(await exchange('"op_num":6')).toBe(MOVED_ON);
    expect(await exchange(null, 4)).toBe(MOVED_ON);
    expect(did('DELETE')).toBe(0);
  });

  it('follows a removal to its end that Qdrant has not answered', async () => {
    remove = (response) => {
      const gone = performance.now() + 1000;
      isThere = () => performance.now() < gone;
      response.destroy();
    };
    expect(await exchange()).toBe(0);
    expect(did('POST /collections/aliases')).toBe(1);
  });

  it('says that the name may mean nothing where nobody knows whether the collection goes', async () => {
    remove = (response) => response.destroy();
    expect(await exchange()).toBe(NAMELESS);
    expect(did('DELETE')).toBe(1);
  });

  it('leaves everything as it was where Qdrant refuses', async () => {
    remove = (response) => {
      response.statusCode = 403;
      response.end('{}');
    };
    expect(await exchange()).toBe(1);
    expect(did('POST /collections/aliases')).toBe(0);
  });
});
