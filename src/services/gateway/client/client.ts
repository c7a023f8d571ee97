import { randomUUID } from 'node:crypto';
import createClient, { type Client, type Middleware } from 'openapi-fetch';
import type { components, paths } from './openapi.js';
import { type Patience, patientFetch } from './patience.js';

export type { paths } from './openapi.js';

/** Where a gateway is, and how to speak to it. */
export interface GatewayAccess extends Patience {
  /** `http://127.0.0.1:8000`. */
  baseUrl: string;
  /** Goes into `X-API-Key`. */
  key?: string;
  /** The version in the paths; null for a gateway without versions. Default `v1`. */
  version?: string | null;
  /** In place of the global one: for tests, and for TLS by an agent of one's own. */
  fetch?: (request: Request) => Promise<Response>;
}

/** The document that every error of the gateway is (RFC 9457). */
export type Problem = components['schemas']['Problem'];

/** The version that the paths of the OpenAPI document bear. */
const DOCUMENTED = '/v1/';

/**
 * A client of the gateway whose paths, bodies and answers are typed from its OpenAPI document:
 * `await client.GET('/v1/libraries')`. Paths are those of the document whatever version, or none, the gateway has.
 */
export function gatewayClient(access: GatewayAccess): Client<paths, 'application/json'> {
  const { baseUrl, key, version = 'v1', fetch, ...patience } = access;
  const client = createClient<paths, 'application/json'>({
    baseUrl,
    fetch: patientFetch(patience, fetch),
    ...(key === undefined ? {} : { headers: { 'X-API-Key': key } }),
  });
  client.use(knownAgain, ofVersion(baseUrl, version));
  return client;
}

/** A POST has a name of its own, so that one that is sent again makes nothing twice. */
const knownAgain: Middleware = {
  onRequest({ request }) {
    if (request.method === 'POST' && !request.headers.has('idempotency-key'))
      request.headers.set('idempotency-key', randomUUID());
  },
};

function ofVersion(baseUrl: string, version: string | null): Middleware {
  const base = baseUrl.replace(/\/+$/, '');
  const prefix = version === null ? '/' : `/${version}/`;
  return {
    onRequest({ request }) {
      if (!request.url.startsWith(`${base}${DOCUMENTED}`) || prefix === DOCUMENTED) return undefined;
      return new Request(`${base}${prefix}${request.url.slice(base.length + DOCUMENTED.length)}`, request);
    },
  };
}

/** What the gateway said against a request; thrown by {@link answered}. */
export class GatewayProblem extends Error {
  readonly status: number;
  readonly problem: Partial<Problem>;

  constructor(status: number, problem: Partial<Problem>) {
    super(problem.detail ?? problem.title ?? `the gateway answers ${status}`);
    this.name = 'GatewayProblem';
    this.status = status;
    this.problem = problem;
  }
}

/** The data of an answer. Throws {@link GatewayProblem} for an error. */
export async function answered<Data>(
  request: Promise<{ data?: Data; error?: unknown; response: Response }>,
): Promise<Data> {
  const { data, error, response } = await request;
  if (response.ok) return data as Data;
  throw new GatewayProblem(response.status, typeof error === 'object' && error !== null ? error : {});
}
