import { EXIT, VdbError } from '../errors.js';
import { askOver, Connection, type Endpoint } from './load/connection.js';
import { messageOf } from './load/message.js';

/** What Qdrant is asked beside the load: over connections of the same kind, so that times can be compared. */
export interface Api {
  /** The `result` of the answer. Throws `bench.qdrant` where it is refused, or nothing answers. */
  ask<Result = unknown>(
    method: 'GET' | 'POST' | 'PUT' | 'DELETE' | 'PATCH',
    path: string,
    body?: unknown,
  ): Promise<Result>;
  /** The version that the server says it has, with what it says beside. */
  greeting(): Promise<string>;
  close(): void;
}

/** Writing a batch or removing a collection may take long. */
const TIMEOUT_MS = 120_000;

/** One connection, so one request after the other; what comes meanwhile waits. */
export function openApi(endpoint: Endpoint, apiKey: string): Api {
  const connection = new Connection(endpoint, { timeoutMs: TIMEOUT_MS, keepsBodies: true });
  const sweep = setInterval(() => connection.expire(), 1000).unref();
  let last: Promise<unknown> = Promise.resolve();
  const exchange = async <Answer>(
    method: Parameters<Api['ask']>[0],
    path: string,
    body?: unknown,
  ): Promise<Answer> => {
    const { bytes } = messageOf({ method, path, headers: { 'api-key': apiKey }, body });
    const outcome = await askOver(connection, bytes);
    if ('failure' in outcome) throw unanswered(method, path, outcome.failure);
    if (outcome.status >= 300) throw refused(method, path, outcome);
    return JSON.parse(outcome.body) as Answer;
  };
  const inTurn = <Result>(work: () => Promise<Result>): Promise<Result> => {
    const next = last.then(work);
    last = next.catch(() => {});
    return next;
  };
  return {
    ask: <Result>(...request: Parameters<Api['ask']>) =>
      inTurn(async () => (await exchange<{ result: Result }>(...request)).result),
    greeting: () => inTurn(async () => (await exchange<{ version: string }>('GET', '/')).version),
    close() {
      clearInterval(sweep);
      connection.close();
    },
  };
}

/** `/collections/{name}`, encoded. */
export function pathOf(collection: string): string {
  return `/collections/${encodeURIComponent(collection)}`;
}

function unanswered(method: string, path: string, failure: string): VdbError {
  return new VdbError(`Qdrant did not answer ${method} ${path}: ${failure}`, {
    code: 'bench.qdrant',
    exitCode: EXIT.failed,
    next: 'vdb check qdrant',
  });
}

function refused(method: string, path: string, { status, body }: { status: number; body: string }): VdbError {
  return new VdbError(`Qdrant answered ${method} ${path} by ${status}: ${reasonOf(body)}`, {
    code: 'bench.qdrant',
    exitCode: EXIT.failed,
    next: 'vdb check qdrant',
  });
}

function reasonOf(body: string): string {
  try {
    const { status } = JSON.parse(body) as { status?: { error?: string } };
    return status?.error ?? body.slice(0, 200);
  } catch {
    return body.slice(0, 200);
  }
}
