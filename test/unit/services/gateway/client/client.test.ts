import { setTimeout as sleep } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import {
  answered,
  GatewayProblem,
  gatewayClient,
} from '../../../../../src/services/gateway/client/client.js';

function collectGarbage(): void {
  setFlagsFromString('--expose-gc');
  (runInNewContext('gc') as () => void)();
}

/** A gateway that gives these answers, one after the other, and remembers what it was asked. */
function gateway(...answers: Response[]) {
  const asked: Request[] = [];
  const fetch = async (request: Request): Promise<Response> => {
    asked.push(request);
    return answers.shift() ?? Response.json({});
  };
  return { asked, fetch, baseUrl: 'http://gateway:8000' };
}

function problem(status: number, headers: Record<string, string> = {}): Response {
  const body = { title: 'not now', status, detail: 'no answer of qdrant' };
  return new Response(JSON.stringify(body), {
    status,
    headers: { 'content-type': 'application/problem+json', ...headers },
  });
}

describe('the client of the gateway', () => {
  it('asks the path of the document, with the key', async () => {
    const { asked, ...access } = gateway(Response.json({ items: [] }));
    await gatewayClient({ ...access, key: 'vdb_1_secret' }).GET('/v1/libraries');
    expect(asked[0]?.url).toBe('http://gateway:8000/v1/libraries');
    expect(asked[0]?.headers.get('x-api-key')).toBe('vdb_1_secret');
  });

  it.each([
    ['v2', 'http://gateway:8000/v2/libraries'],
    ['api/v1', 'http://gateway:8000/api/v1/libraries'],
    [null, 'http://gateway:8000/libraries'],
  ])('speaks to a gateway of version %s', async (version, url) => {
    const { asked, ...access } = gateway();
    await gatewayClient({ ...access, version }).GET('/v1/libraries');
    expect(asked[0]?.url).toBe(url);
  });

  it('leaves what has no version as it is', async () => {
    const { asked, ...access } = gateway();
    await gatewayClient({ ...access, version: null }).GET('/health');
    expect(asked[0]?.url).toBe('http://gateway:8000/health');
  });

  it.each([429, 503])('waits as long as it is told after %d, and sends the same again', async (status) => {
    const { asked, ...access } = gateway(
      problem(status, { 'retry-after': '0' }),
      Response.json({ results: [] }),
    );
    const body = { collection: 'docs', query_vector: [1, 0], limit: 1 };
    const { response } = await gatewayClient(access).POST('/v1/vectors/search', { body });
    expect(response.status).toBe(200);
    expect(await asked[1]?.json()).toEqual(body);
    expect(asked[1]?.headers.get('idempotency-key')).toBe(asked[0]?.headers.get('idempotency-key'));
  });

  it('gives up after the retries, with the problem of the gateway', async () => {
    const { asked, ...access } = gateway(...[1, 2, 3].map(() => problem(503, { 'retry-after': '0' })));
    const failure = answered(gatewayClient({ ...access, retries: 2 }).GET('/v1/libraries'));
    await expect(failure).rejects.toThrow('no answer of qdrant');
    await expect(failure).rejects.toBeInstanceOf(GatewayProblem);
    expect(asked).toHaveLength(3);
  });

  it('does not wait longer than it may', async () => {
    const { asked, ...access } = gateway(problem(429, { 'retry-after': '3600' }));
    const { response } = await gatewayClient(access).GET('/v1/libraries');
    expect(response.status).toBe(429);
    expect(asked).toHaveLength(1);
  });

  it.each([400, 401, 404, 422, 500])('does not repeat what was answered by %d', async (status) => {
    const { asked, ...access } = gateway(problem(status));
    await gatewayClient(access).GET('/v1/libraries');
    expect(asked).toHaveLength(1);
  });

  it('ends a request that takes too long', async () => {
    const never = (request: Request) =>
      new Promise<Response>((_, reject) => {
        request.signal.addEventListener('abort', () => reject(request.signal.reason));
      });
    const client = gatewayClient({ baseUrl: 'http://gateway', timeoutMs: 20, fetch: never });
    await expect(client.GET('/health')).rejects.toMatchObject({ name: 'TimeoutError' });
  });

  it('gives up on one that says nothing even after a collection of garbage', async () => {
    const never = (request: Request): Promise<Response> =>
      new Promise((_, reject) =>
        request.signal.addEventListener('abort', () => reject(request.signal.reason)),
      );
    const client = gatewayClient({ baseUrl: 'http://gateway', timeoutMs: 300, fetch: never });
    const asked = client.GET('/v1/libraries').catch((error: unknown) => error);
    await sleep(50);
    collectGarbage();
    expect(await Promise.race([asked, sleep(3000, 'waits for ever')])).toMatchObject({
      name: 'TimeoutError',
    });
  });

  it('names each thing that it makes, so that nothing is made twice', async () => {
    const { asked, ...access } = gateway();
    const client = gatewayClient(access);
    const body = { name: 'a', model: 'hermes' };
    await client.POST('/v1/libraries', { body });
    await client.POST('/v1/libraries', { body });
    const names = asked.map(({ headers }) => headers.get('idempotency-key'));
    expect(new Set(names).size).toBe(2);
    expect(names).not.toContain(null);
  });
});
