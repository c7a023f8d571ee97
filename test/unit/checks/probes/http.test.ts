import { spawnSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type HttpQuestion, localHttp } from '../../../../src/checks/probes/http.js';
import { ask, observe } from '../../../../src/host/probe.js';
import { localHost } from '../local-host.js';

const hasCurl = spawnSync('curl', ['--version']).status === 0;
let server: Server;
let port: number;
let directory: string;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'vdb-http-'));
  await writeFile(join(directory, 'key'), 'api-key: opensesame\n');
  server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk) => {
      body += chunk;
    });
    request.on('end', () => {
      const allowed = request.headers['api-key'] === 'opensesame';
      response.statusCode = allowed ? 200 : 401;
      response.end(allowed ? `${request.method} ${request.url} ${body}\nsecond line` : 'who are you?');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  port = (server.address() as AddressInfo).port;
});

afterAll(async () => {
  await new Promise((resolve) => server.close(resolve));
  await rm(directory, { recursive: true });
});

function asked(...questions: Partial<HttpQuestion>[]) {
  const probes = questions.map((question) => ask(localHttp, { port, path: '/', keyFile: null, ...question }));
  return observe(localHost(), probes);
}

describe.skipIf(!hasCurl)('localHttp', () => {
  it('asks as a stranger, with the key, and with a body, in one go and in order', async () => {
    const keyFile = join(directory, 'key');
    const answers = await asked({}, { keyFile, path: '/a' }, { keyFile, path: '/b', body: '{"it\'s":1}' });
    expect(answers).toEqual([
      { status: 'known', value: { status: 401, body: 'who are you?' } },
      { status: 'known', value: { status: 200, body: 'GET /a \nsecond line' } },
      { status: 'known', value: { status: 200, body: 'POST /b {"it\'s":1}\nsecond line' } },
    ]);
  });

  it('sees that nothing listens, also without the file with the key', async () => {
    const nobody = { port: 1, keyFile: join(directory, 'missing') };
    expect(await asked(nobody)).toEqual([{ status: 'known', value: null }]);
  });

  it('is unknown when something listens and the file with the key is missing', async () => {
    const keyFile = join(directory, 'missing');
    const [answer] = await asked({ keyFile });
    expect(answer).toMatchObject({ status: 'unknown', why: expect.stringContaining(keyFile) });
  });
});

describe('parsing an answer of localHttp', () => {
  const question = { port: 6333, path: '/', keyFile: null };

  it.each([
    ['@@ 28\n\n000\n', { status: 'known', value: { status: 'timeout', body: '' } }],
    ['@@ 7\n\n000\n', { status: 'known', value: null }],
    ['no-curl\n', { status: 'unknown', why: 'curl is not installed on the host' }],
    ['@@ 52\n\n000\n', { status: 'unknown', why: 'port 6333/: curl exit code 52' }],
    ['', { status: 'unknown', why: 'no answer for port 6333/' }],
  ])('reads %j', (stdout, expected) => {
    expect(localHttp.parse(stdout, [question])).toEqual([expected]);
  });
});
