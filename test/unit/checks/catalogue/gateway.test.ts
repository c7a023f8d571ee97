import { describe, expect, it } from 'vitest';
import { readLoad, searchRate } from '../../../../src/checks/probes/gateway-load.js';
import { gatewayProcess } from '../../../../src/checks/probes/gateway-process.js';
import { known, type Observation } from '../../../../src/host/probe.js';
import { publicDoors } from '../../../../src/services/haproxy/config.js';
import { contextOf, judged as judgedOf } from '../support.js';

const GATEWAY = { enabled: true, api_key: 'Qw5nBv8xRt2mLp7s', replicas: 1, workers: 2 };

function contextWith(gateway: Record<string, unknown> = {}, sections: Record<string, unknown> = {}) {
  return contextOf({ gateway: { ...GATEWAY, ...gateway }, ...sections });
}

function judged(id: string, observations: Observation<unknown>[], context = contextWith()) {
  return judgedOf(id, observations, context);
}

function answer(status: number | 'timeout', body: unknown = ''): Observation<unknown> {
  return known({ status, body: typeof body === 'string' ? body : JSON.stringify(body) });
}

const up = { status: 'up', required: true, latency_ms: 1, reason: null };
const down = { status: 'down', required: true, latency_ms: 1, reason: 'no answer within 2 s' };

describe('all checks of the gateway', () => {
  it.each(['gateway.ready', 'gateway.auth', 'gateway.release', 'gateway.concurrency'])(
    '%s is skipped where there is none',
    (id) => {
      const off = contextOf({ gateway: { enabled: false } });
      expect(judged(id, [], off)).toMatchObject({ status: 'skip', seen: 'gateway.enabled is false' });
    },
  );

  it('that know the reference gateway are skipped for one of their own', () => {
    const own = contextWith({ artifact: { from: 'directory', path: '/srv/app' } });
    expect(judged('gateway.endpoints', [], own)).toMatchObject({ status: 'skip' });
    expect(judged('gateway.ready', [answer(200)], own).status).toBe('pass');
  });
});

describe('gateway.ready', () => {
  const body = (status: string, redis: unknown) => ({ status, dependencies: { postgres: up, redis } });

  it.each([
    ['passes when all dependencies are up', answer(200, body('ready', up)), 'pass', '/readyz answers 200'],
    ['warns of one that it can do without', answer(200, body('degraded', down)), 'warn', 'degraded: redis'],
    [
      'fails and names the dependency that is down, with its reason',
      answer(503, body('not ready', down)),
      'fail',
      'not ready: redis (no answer within 2 s)',
    ],
    ['fails without an explanation', answer(502, 'bad gateway'), 'fail', '/readyz answers 502'],
    ['fails in silence', known(null), 'fail', 'nothing listens on port 8001'],
    ['fails when it hangs', answer('timeout'), 'fail', 'does not answer in time'],
  ])('%s', (_, observation, status, seen) => {
    const result = judged('gateway.ready', [observation]);
    expect(result.status).toBe(status);
    expect(result.seen).toContain(seen);
  });

  it('has the server behind it repaired, not the gateway', () => {
    const result = judged('gateway.ready', [answer(503, body('not ready', down))]);
    expect(result.remedy).toContain('Repair the server that it names');
    expect(result.fix).toBeUndefined();
    expect(judged('gateway.ready', [known(null)]).fix).toBe('1.2');
  });

  it('judges each replica and names the one that is down', () => {
    const result = judged('gateway.ready', [answer(200), known(null)], contextWith({ replicas: 2 }));
    expect(result).toMatchObject({ status: 'fail', seen: 'blue-2: nothing listens on port 8002' });
  });

  it('follows the health contract of the configuration', () => {
    const context = contextWith({ health: { path: '/alive', status: 204 } });
    expect(judged('gateway.ready', [answer(204)], context).status).toBe('pass');
    expect(judged('gateway.ready', [answer(200)], context).status).toBe('fail');
  });
});

describe('gateway.edge', () => {
  it.each([
    ['passes when a client is answered', answer(200), 'pass', '8000/health'],
    ['fails where HAProxy does not run', known(null), 'fail', 'nothing listens on 127.0.0.1:8000'],
    ['fails while no replica serves', answer(503), 'fail', '/health answers 503 on port 8000'],
    ['fails when it hangs', answer('timeout'), 'fail', 'port 8000 does not answer in time'],
    ['is unknown while it refuses the host itself', answer(429), 'unknown', 'too many requests'],
  ])('%s', (_, observation, status, seen) => {
    const result = judged('gateway.edge', [observation]);
    expect(result.status).toBe(status);
    expect(result.seen).toContain(seen);
  });

  it('asks at every address and port, of Qdrant too', () => {
    const edge = { bind: ['0.0.0.0', '::'], gateway_grpc_port: 8100, qdrant_http_port: 8443 };
    const context = contextWith({}, { networking: { edge, tls: { mode: 'own-ca' } } });
    expect(publicDoors(context.config)).toMatchObject([
      { address: '127.0.0.1', port: 8000, tls: true, grpc: false, path: '/health' },
      { address: '[::1]', port: 8000 },
      { address: '127.0.0.1', port: 8100, tls: true, grpc: true },
      { address: '[::1]', port: 8100 },
      { address: '127.0.0.1', port: 8443, grpc: false, path: '/readyz' },
      { address: '[::1]', port: 8443 },
    ]);
    const all = [200, 200, 200, 200, 200].map((status) => answer(status));
    expect(judged('gateway.edge', [...all, answer(503)], context)).toMatchObject({
      status: 'fail',
      seen: '/readyz answers 503 on port 8443',
    });
  });

  it('is skipped where the edge has nothing to serve, and not for Qdrant alone', () => {
    const only = (networking: object) => contextOf({ gateway: { enabled: false }, networking });
    expect(judged('gateway.edge', [], only({})).seen).toBe('the edge has nothing to serve');
    expect(judged('gateway.edge', [answer(200)], only({ edge: { qdrant_http_port: 8443 } })).status).toBe(
      'pass',
    );
  });
});

describe('gateway.endpoints', () => {
  const healthy = answer(200, { data: { health: { status: 'healthy' } } });

  it('passes when each answers', () => {
    expect(judged('gateway.endpoints', [answer(200), answer(200), answer(200), healthy])).toMatchObject({
      status: 'pass',
      seen: '/health, /v1/health, /api/v1/health, /graphql',
    });
  });

  it('fails on the path that is not there', () => {
    const result = judged('gateway.endpoints', [answer(200), answer(404), answer(200), healthy]);
    expect(result).toMatchObject({ status: 'fail', seen: '/v1/health answers 404' });
  });

  it('does not take an answer of GraphQL for a healthy one', () => {
    const errors = answer(200, { errors: [{ message: 'no' }] });
    expect(judged('gateway.endpoints', [answer(200), answer(200), answer(200), errors]).status).toBe('fail');
  });

  it('asks without a version where there is none', () => {
    const context = contextWith({ versioning: { enabled: false } });
    expect(judged('gateway.endpoints', [answer(200), answer(200), healthy], context).seen).toBe(
      '/health, /api/health, /graphql',
    );
  });
});

describe('gateway.infrastructure', () => {
  const servers = answer(200, { status: 'healthy', outbox: { waiting: 0 } });
  const metrics = answer(200, '# TYPE gateway_requests counter\n');

  it.each([
    ['passes when both answer', [servers, metrics], 'pass', '/v1/infrastructure/health, /metrics'],
    ['fails when one is not there', [servers, answer(404)], 'fail', '/metrics answers 404'],
    ['is unknown while the key is refused', [answer(401), metrics], 'unknown', 'health answers 401'],
    ['is unknown while a server is away', [answer(503), metrics], 'unknown', 'health answers 503'],
    ['does not take any 200 for it', [servers, answer(200, 'hello')], 'fail', '/metrics does not hold'],
    ['nor for the servers', [answer(200, {}), metrics], 'fail', '/v1/infrastructure/health does not hold'],
    ['is unknown while it hangs', [answer('timeout'), metrics], 'unknown', 'does not answer in time'],
  ])('%s', (_, observations, status, seen) => {
    const result = judged('gateway.infrastructure', observations);
    expect(result.status).toBe(status);
    expect(result.seen).toContain(seen);
  });
});

describe('gateway.auth', () => {
  const refused = [answer(401), answer(401)];

  it.each([
    ['passes when a stranger gets 401 and the owner is let in', [...refused, answer(200)], 'pass'],
    ['fails when one path is open', [answer(200), answer(401), answer(200)], 'fail'],
    [
      'fails when a path answers something else, which says nothing of keys',
      [answer(404), answer(401), answer(200)],
      'fail',
    ],
    ['is unknown while it hangs', [answer('timeout'), answer(401), answer(200)], 'unknown'],
    ['fails when the configured key is refused', [...refused, answer(401)], 'fail'],
    ['fails when the configured key may not', [...refused, answer(403)], 'fail'],
    ['is unknown while keys cannot be looked up', [...refused, answer(503)], 'unknown'],
  ])('%s', (_, observations, status) => {
    expect(judged('gateway.auth', observations).status).toBe(status);
  });

  it('tells what to do about a key that was revoked', () => {
    expect(judged('gateway.auth', [...refused, answer(401)])).toMatchObject({
      ...{ seen: '/v1/keys answers 401 to the configured key', remedy: expect.stringContaining('keys list') },
    });
  });

  it('is skipped where keys are not demanded', () => {
    const open = contextWith({}, { security: { api_key_auth: false } });
    expect(judged('gateway.auth', [], open).status).toBe('skip');
  });
});

describe('what runs', () => {
  const process = (change: Record<string, unknown> = {}) =>
    known({ runs: '/opt/r1', release: '/opt/r1', workers: 2, restarts: 0, lost: 0, ...change });

  it.each([
    ['gateway.release', 'passes', {}, 'pass', 'runs from /opt/r1'],
    ['gateway.release', 'fails when it runs from another release', { runs: '/opt/r0' }, 'fail', '/opt/r0'],
    ['gateway.release', 'fails when the link is gone', { release: '' }, 'fail', 'points nowhere'],
    ['gateway.workers', 'passes', {}, 'pass', '2 workers'],
    ['gateway.workers', 'fails when one is missing', { workers: 1 }, 'fail', '1 workers'],
    ['gateway.workers', 'fails when one is too many', { workers: 3 }, 'fail', '3 workers'],
    [
      'gateway.workers',
      'warns of workers that died',
      { lost: 4 },
      'warn',
      '4 lost and replaced in the last hour',
    ],
    ['gateway.workers', 'is unknown where they could have died unseen', { lost: null }, 'unknown', 'the log'],
    ['gateway.workers', 'warns of restarts', { restarts: 3 }, 'warn', 'restarted 3 times'],
  ])('%s %s', (id, _, change, status, seen) => {
    const result = judged(id, [process(change)]);
    expect(result.status).toBe(status);
    expect(result.seen).toContain(seen);
  });

  it('fails where nothing runs', () => {
    expect(judged('gateway.workers', [known(null)])).toMatchObject({
      status: 'fail',
      seen: 'api-gateway@blue-1.service does not run',
    });
  });

  it('cannot be judged where the cores of the host are not known', () => {
    const context = { ...contextWith({ workers: 'auto' }), facts: { status: 'unknown', why: 'x' } as const };
    expect(judged('gateway.workers', [process()], context).status).toBe('unknown');
  });

  it('is read from the host, and garbage is unknown', () => {
    const question = { unit: 'api-gateway@blue-1.service', home: '/opt/g', workers: 2 };
    const read = (text: string) => gatewayProcess.parse(text, [question])[0];
    const running = { runs: '/opt/r1', release: '/opt/r1', workers: 2, restarts: 0 };
    expect(read('@@\n12\n0\n1\n2\n/opt/r1\n/opt/r1\n')).toEqual(known({ ...running, lost: 1 }));
    expect(read('@@\n12\n0\nunread\n2\n/opt/r1\n/opt/r1\n')).toEqual(known({ ...running, lost: null }));
    expect(read('@@\n0\n0\n0\n\n\n/opt/r1\n')).toEqual(known(null));
    expect(read('@@\nFailed to connect to bus\n')?.status).toBe('unknown');
    expect(read('')?.status).toBe('unknown');
  });
});

describe('gateway.search', () => {
  it.each([
    [
      'passes with as many hits as asked for',
      { collection: 'docs', points: 9, hits: 3, tookMs: 4.2 },
      'pass',
      '3 of docs in 4 ms',
    ],
    ['fails with fewer', { collection: 'docs', points: 9, hits: 2, tookMs: 4.2 }, 'fail', '2 of docs'],
    ['fails with what the gateway says', { failure: '422: no', status: 422 }, 'fail', '422: no'],
    ['blames no search for a refused key', { failure: '401: no key', status: 401 }, 'unknown', '401: no key'],
    ['nor for a server that is away', { failure: '503: qdrant', status: 503 }, 'unknown', '503: qdrant'],
    ['nor for silence', { failure: 'fetch failed', status: 0 }, 'unknown', 'fetch failed'],
    ['is skipped while there is nothing to find', { empty: 2 }, 'skip', 'none of 2 collections has 3 points'],
  ])('%s', (_, found, status, seen) => {
    const result = judged('gateway.search', [known(found)]);
    expect(result.status).toBe(status);
    expect(result.seen).toContain(seen);
  });
});

it('gateway.search asks for no more than there may be', () => {
  const context = contextWith({ limits: { max_results_k: 2 } });
  const found = known({ collection: 'docs', points: 9, hits: 2, tookMs: 4.2 });
  expect(judged('gateway.search', [found], context).status).toBe('pass');
});

describe('under load', () => {
  const good = (count: number, seconds = 0.1, status = 200) =>
    Array.from({ length: count }, () => ({ status, seconds }));
  const together = (seconds: number, requests = good(20)) => ({ requests, seconds });
  const load = (change: Record<string, unknown> = {}) =>
    known({
      alone: good(3, 0.05),
      together: [together(0.4), together(0.6)],
      health: good(10, 0.01),
      oneClient: [...good(30), ...good(5, 0.01, 429)],
      tooMuch: [422],
      ...change,
    });

  it.each([
    ['gateway.concurrency', 'passes', {}, 'pass', '20 searches in 0.40 s, one alone in 0.05 s'],
    [
      'gateway.concurrency',
      'takes the better of two tries',
      { together: [together(7), together(0.9)] },
      'pass',
      '0.90 s',
    ],
    [
      'gateway.concurrency',
      'fails when they take too long, whatever one takes',
      { alone: good(3, 4), together: [together(5.5), together(6)] },
      'fail',
      '20 searches in 5.50 s',
    ],
    [
      'gateway.concurrency',
      'fails when two workers answer them one after the other',
      { alone: good(3, 0.2), together: [together(2), together(2.1)] },
      'fail',
      '20 searches in 2.00 s, one alone in 0.20 s',
    ],
    [
      'gateway.concurrency',
      'passes when slow ones are answered together',
      { alone: good(3, 0.5), together: [together(2), together(2.1)] },
      'pass',
      '20 searches in 2.00 s',
    ],
    [
      'gateway.concurrency',
      'does not mind a queue that nobody feels',
      { alone: good(3, 0.04), together: [together(0.9), together(0.9)] },
      'pass',
      '0.90 s',
    ],
    [
      'gateway.concurrency',
      'fails when some fail',
      { together: [together(1, [...good(18), ...good(2, 1, 503)]), together(1)] },
      'fail',
      '2 of 43 failed: 503',
    ],
    [
      'gateway.concurrency',
      'fails when answers are missing',
      { together: [together(1, good(3)), together(1, good(3))] },
      'fail',
      '3 searches',
    ],
    ['gateway.latency', 'passes', {}, 'pass', 'within 10 ms'],
    [
      'gateway.latency',
      'fails when one of twenty is slow',
      { health: [...good(9, 0.01), ...good(1, 0.25)] },
      'fail',
      '250 ms',
    ],
    ['gateway.latency', 'is unknown when it hardly looked', { health: good(1) }, 'unknown', 'over before'],
    ['gateway.rate-limit', 'passes', {}, 'pass', '429 after 30 searches'],
    ['gateway.rate-limit', 'fails without a limit', { oneClient: good(35) }, 'fail', 'none of 35'],
    ['gateway.rate-limit', 'is unknown when few were answered', { oneClient: good(9) }, 'unknown', 'only 9'],
    [
      'gateway.rate-limit',
      'fails when it comes too early',
      { oneClient: good(35, 0.1, 429) },
      'fail',
      'after 0',
    ],
    ['gateway.limits', 'passes', {}, 'pass', '422'],
    ['gateway.limits', 'fails when too much is taken', { tooMuch: [200] }, 'fail', 'answered by 200'],
    ['gateway.limits', 'blames no setting for 503', { tooMuch: [503] }, 'unknown', 'answered by 503'],
    ['gateway.limits', 'nor for silence', { tooMuch: [0] }, 'unknown', 'answered by nothing'],
  ])('%s %s', (id, _, change, status, seen) => {
    const result = judged(id, [load(change)]);
    expect(result.status).toBe(status);
    expect(result.seen).toContain(seen);
  });

  it.each(['gateway.concurrency', 'gateway.latency', 'gateway.rate-limit'])(
    '%s blames no setting where no search is answered',
    (id) => {
      const failing = (status: number) =>
        load({
          ...{ alone: good(3, 0.1, status), together: [together(1, good(20, 0.1, status))] },
          ...{ health: good(10, 0.01, status), oneClient: good(35, 0.1, status), tooMuch: [status] },
        });
      for (const [status, said] of [
        [401, '401'],
        [503, '503'],
        [0, 'no answer'],
      ] as const)
        expect(judged(id, [failing(status)])).toMatchObject({
          ...{ status: 'unknown', seen: `no search is answered: ${said}` },
        });
    },
  );

  it('nothing is refused where there is no limit', () => {
    const off = contextWith({ rate_limit: { enabled: false } });
    expect(judged('gateway.rate-limit', [load({ oneClient: good(20) })], off).status).toBe('pass');
    expect(judged('gateway.rate-limit', [load()], off).status).toBe('fail');
  });

  it('expects the tighter of both rates that searches count against', () => {
    const tight = contextWith({ rate_limit: { search: '30/minute', default: '20/minute' } });
    const oneClient = [...good(20), ...good(5, 0.01, 429)];
    expect(judged('gateway.rate-limit', [load({ oneClient })], tight).status).toBe('pass');
    expect(judged('gateway.rate-limit', [load()], tight)).toMatchObject({
      ...{ status: 'fail', seen: '429 after 30 searches' },
    });
  });

  it.each([
    ['300 are sent', '5000/minute', '300/minute', undefined],
    ['thousands are not sent', '5000/hour', '5000/minute', '5000/hour would take 5000 searches to see'],
    ['a second is over too soon', '100/second', '300/minute', 'a limit of 100/second is not seen'],
    ['a second that allows more than the minute does not matter', '30/minute', '100/second', undefined],
  ])('of rates, %s', (_, search, rate, why) => {
    const context = contextWith({ rate_limit: { search, default: rate } });
    const { unseen } = searchRate(context.config);
    if (why === undefined) return expect(unseen).toBeUndefined();
    expect(unseen).toContain(why);
    expect(judged('gateway.rate-limit', [load()], context)).toMatchObject({ status: 'skip', seen: unseen });
  });

  it('is read from what curl wrote, and garbage is unknown', () => {
    const text = `@@alone
200 0.1
@@together
200 0.1
000 0.2
took 10.5 11
@@together
200 0.1
took 12 12.25
@@health
200 0.01
@@single
429 0.1
@@much
422 0.1
`;
    expect(readLoad(text)).toEqual(
      known({
        alone: [{ status: 200, seconds: 0.1 }],
        together: [
          { requests: [...good(1), { status: 0, seconds: 0.2 }], seconds: 0.5 },
          { requests: good(1), seconds: 0.25 },
        ],
        health: [{ status: 200, seconds: 0.01 }],
        oneClient: [{ status: 429, seconds: 0.1 }],
        tooMuch: [422],
      }),
    );
    expect(readLoad('curl: not found').status).toBe('unknown');
    expect(readLoad('@@alone\n@@together\n200 0.1\n').status).toBe('unknown');
  });
});
