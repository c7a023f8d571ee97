import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Document, parseDocument } from 'yaml';
import { loadConfig } from '../../../src/config/load.js';
import type { Config } from '../../../src/config/schema.js';
import type { Command } from '../../../src/host/command.js';
import { edgeFollows } from '../../../src/resources/edge-file.js';
import { edgeServices, renderHaproxy } from '../../../src/services/haproxy/config.js';
import { lowerFence, raiseFence } from '../../../src/services/haproxy/fence.js';
import { type LabHost, result } from '../../support/lab.js';
import { describeLab } from '../support/shared.js';
import { hostWithGateway, remove, WITHOUT_PYTHON } from '../support/site.js';
import { eventually } from './load.js';

const NAME = 'fence';
const PUBLIC = 6433;
const LOCAL = 6330;
const COLLECTION = 'fenced';

describeLab('the fence around the writes of Qdrant', () => {
  let host: LabHost;
  let config: Config;

  beforeAll(async () => {
    host = await hostWithGateway(NAME);
    await edit((document) => document.setIn(['networking', 'edge', 'qdrant_http_port'], PUBLIC));
    const first = await provision();
    expect(first, JSON.stringify(first)).toMatchObject({ failed: 0, exit_code: 0 });
    ({ config } = await loadConfig({ cwd: host.directory, env: {} }));
    const body = { name: COLLECTION, size: 3, distance: 'Cosine' };
    expect((await gateway('POST', '/v1/collections', body)).status).toBe(201);
  });
  afterAll(() => remove(NAME));

  async function edit(change: (document: Document) => void): Promise<void> {
    const file = join(host.directory, 'vdb.yaml');
    const document = parseDocument(await readFile(file, 'utf8'));
    change(document);
    await writeFile(file, document.toString());
  }
  const provision = async () => result(await host.vdb(`provision ${WITHOUT_PYTHON} --json`));
  const inside = async (script: string): Promise<string> => (await host.inside(script)).trim();
  const run = ({ script, stdin }: Command) => host.inside(script.source, stdin?.toString());

  function writeBackends(): string[] {
    return edgeServices(config).flatMap((service) => service.writeBackends);
  }
  const raise = () => run(raiseFence({ backends: writeBackends(), limitSeconds: 20 }));
  const lower = () => run(lowerFence({ backends: writeBackends(), slot: 'blue' }));

  /** A request from the host: status, `Retry-After` and body. */
  async function ask(url: string, header: string, method: string, body: unknown) {
    const script = `curl -sS -m 20 -H @/opt/qdrant/config/${header} -H 'content-type: application/json' -X ${method} \
      ${body === undefined ? '' : `--data '${JSON.stringify(body)}'`} -w '\\n%{http_code} %header{retry-after}' ${url}`;
    const lines = (await inside(script)).split('\n');
    const [status, retryAfter = ''] = (lines.pop() ?? '').split(' ');
    return { status: Number(status), retryAfter, body: JSON.parse(lines.join('\n')) };
  }
  const qdrant = (port: number, method: string, path: string, body?: unknown) =>
    ask(`http://127.0.0.1:${port}/collections/${COLLECTION}${path}`, '.admin-header', method, body);
  const gateway = (method: string, path: string, body?: unknown) =>
    ask(`http://127.0.0.1:8000${path}`, '.gateway-header', method, body);
  const upsert = (port: number, id: number) =>
    qdrant(port, 'PUT', '/points?wait=true', { points: [{ id, vector: [1, 0, 0] }] });
  const count = async (port: number) =>
    (await qdrant(port, 'POST', '/points/count', { exact: true })).body.result.count as number;
  const found = async () => {
    const body = { collection: COLLECTION, query_vector: [1, 0, 0], limit: 50 };
    const answer = await gateway('POST', '/v1/vectors/search', body);
    expect(answer.status).toBe(200);
    return answer.body.results.length as number;
  };

  test('the gateway reaches Qdrant through the edge, from its first start on', async () => {
    const url = await inside('grep ^QDRANT_URL /opt/qdrant/config/gateway-blue-1.env');
    expect(url).toBe(`QDRANT_URL=http://127.0.0.1:${LOCAL}`);
    expect(await provision()).toMatchObject({ changed: 0, exit_code: 0 });
    expect(await inside(`ss -Hltn 'sport = :${LOCAL}' | awk '{ print $4 }'`)).toBe(`127.0.0.1:${LOCAL}`);
  });

  test('while it is up, Qdrant is read from and not written to, at every door', async () => {
    for (const port of [PUBLIC, LOCAL]) expect((await upsert(port, port)).status).toBe(200);
    await raise();
    for (const port of [PUBLIC, LOCAL]) {
      expect(await upsert(port, 1)).toMatchObject({ status: 503, retryAfter: '5' });
      expect((await qdrant(port, 'DELETE', '')).status).toBe(503);
      expect(await count(port)).toBe(2);
    }
  });

  test('meanwhile the gateway searches, keeps what is written, and says what cannot be had now', async () => {
    expect(await found()).toBe(2);
    const point = { id: 'f3bb1c30-6a4f-4d59-a0c8-1df3c0b3b4a1', vector: [1, 0, 0] };
    const kept = await gateway('POST', '/v1/vectors/upsert', { collection: COLLECTION, points: [point] });
    expect(kept).toMatchObject({ status: 202, body: { indexing: 'pending' } });
    const made = await gateway('POST', '/v1/collections', { name: 'other', size: 3, distance: 'Cosine' });
    expect(made).toMatchObject({ status: 503, retryAfter: '5', body: { dependency: 'qdrant' } });
    expect(made.body.detail).toBe('qdrant: no server can take the request now');
    expect(await gateway('GET', '/readyz')).toMatchObject({ status: 200, body: { status: 'ready' } });
  });

  test('it is still up when HAProxy has been started again, once the file has followed', async () => {
    await run(edgeFollows(renderHaproxy(config, { fenced: true })));
    await inside('systemctl restart haproxy');
    expect((await upsert(PUBLIC, 1)).status).toBe(503);
    expect((await upsert(LOCAL, 1)).status).toBe(503);
    expect(await count(PUBLIC)).toBe(2);
  });

  test('lowered, it lets writes pass, also those that were kept', async () => {
    await lower();
    await run(edgeFollows(renderHaproxy(config)));
    expect((await upsert(PUBLIC, 1)).status).toBe(200);
    await eventually(async () => (await count(LOCAL)) === 4, 'what the gateway has kept is in Qdrant');
    expect(await found()).toBe(4);
    expect(await provision()).toMatchObject({ changed: 0, exit_code: 0 });
  });

  test('a write that runs when it is raised is finished first', async () => {
    const body = `{ printf '{"points":['; sleep 6; printf '{"id":7,"vector":[0,1,0]}]}'; }`;
    const running =
      inside(`touch /run/begins; ${body} | curl -sS -m 30 -o /dev/null -w '%{http_code}' -T - -X PUT \
      -H @/opt/qdrant/config/.admin-header -H 'content-type: application/json' \
      'http://127.0.0.1:${PUBLIC}/collections/${COLLECTION}/points?wait=true'`);
    await inside('until [ -e /run/begins ]; do sleep 0.1; done; sleep 1.5');
    const began = performance.now();
    await raise();
    expect(performance.now() - began).toBeGreaterThan(2000);
    expect(await running).toBe('200');
    expect(await count(PUBLIC)).toBe(5);
    expect((await upsert(PUBLIC, 8)).status).toBe(503);
  });

  test('one that was left up is lowered by a provisioning', async () => {
    expect((await upsert(PUBLIC, 8)).status).toBe(503);
    expect(await provision()).toMatchObject({ changed: 1, exit_code: 0 });
    expect((await upsert(PUBLIC, 8)).status).toBe(200);
    expect(await provision()).toMatchObject({ changed: 0, exit_code: 0 });
  });

  test('every check of the host passes with it lowered', async () => {
    const ended = await host.vdb('check gateway qdrant network --json');
    expect(ended.exitCode, ended.stdout).toBe(0);
  });
});
