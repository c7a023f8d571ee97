import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  askModels,
  dimensionOf,
  readAnswers,
} from '../../../../../src/checks/catalogue/models/embeddings.js';
import type { Site } from '../../../../../src/checks/check.js';
import { localHost } from '../../local-host.js';
import { contextOf } from '../../support.js';

describe('the dimension of an answer', () => {
  it.each([
    ['{"embeddings":[[1,2,3]]}', 3],
    ['{"data":[{"embedding":[1,2]}],"model":"m"}', 2],
    ['{"embedding":[0.5]}', 1],
    ['[[1,-2e-3,3,4]]', 4],
    ['{"embeddings":[[1],[2]]}', null],
    ['{"embeddings":[]}', null],
    ['{"embedding":[]}', null],
    ['{"embedding":["1"]}', null],
    ['{"embedding":[null]}', null],
    ['{"data":[{}]}', null],
    ['{"error":"no such model"}', null],
    ['[1,2,3]', null],
    ['null', null],
    ['<html>', null],
    ['', null],
  ])('%s is %j', (body, dimension) => {
    expect(dimensionOf(body)).toBe(dimension);
  });
});

describe('asking the models', () => {
  let server: Server;
  let address: string;
  const asked: { authorization: string | undefined; body: string }[] = [];

  beforeAll(async () => {
    server = createServer((request, response) => {
      let body = '';
      request.on('data', (chunk) => (body += chunk));
      request.on('end', () => {
        asked.push({ authorization: request.headers.authorization, body });
        if (request.url === '/slow') return;
        response.statusCode = request.url === '/broken' ? 503 : 200;
        response.end(request.url === '/huge' ? 'x'.repeat(3_000_000) : '{"embedding":[1,2,3]}\n');
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    address = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  });

  afterAll(() => {
    server.closeAllConnections();
    server.close();
  });

  function ask(urls: Record<string, string>) {
    const models = Object.fromEntries(
      Object.entries(urls).map(([name, url]) => [name, { url, timeout_seconds: 1, collection: 'docs' }]),
    );
    const site = { host: localHost(), context: contextOf({ models }) } as unknown as Site;
    return askModels(site);
  }

  it('gives each its own answer, whatever the others do', async () => {
    const answers = await ask({
      slow: `http://${address}/slow`,
      good: `http://us%22er:pa%5Css@${address}/good`,
      broken: `http://${address}/broken`,
      huge: `http://${address}/huge`,
      closed: 'http://127.0.0.1:1/',
    });
    expect(answers).toMatchObject({
      status: 'known',
      value: {
        slow: { status: null, why: 'no answer in time', dimension: null },
        good: { status: 200, dimension: 3 },
        broken: { status: 503 },
        huge: { status: null, why: 'curl exit code 23', dimension: null },
        closed: { status: null, why: 'nothing listens there' },
      },
    });
    const good = asked.find(({ authorization }) => authorization !== undefined);
    expect(Buffer.from(String(good?.authorization).slice(6), 'base64').toString()).toBe('us"er:pa\\ss');
    expect(JSON.parse(good?.body ?? '')).toEqual({ model: 'good', input: ['vdb check'] });
  });

  it('is an error where the host says nothing of a model, or garbage', () => {
    expect(() => readAnswers('', ['m'])).toThrow('nothing of model m');
    expect(() => readAnswers('bash: curl: error\n', ['m'])).toThrow('nothing of model m');
  });
});
