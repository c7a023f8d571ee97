import { setTimeout as sleep } from 'node:timers/promises';

/** How long a request may take, and how often it is sent again. */
export interface Patience {
  /** Of each attempt, in milliseconds. Default 10 000. */
  timeoutMs?: number;
  /** Attempts after the first. Default 3. */
  retries?: number;
  /** The longest that a `Retry-After` is followed, in milliseconds; one that asks for more is answered to the caller. Default 30 000. */
  longestWaitMs?: number;
  /** Ends everything. */
  signal?: AbortSignal;
}

/** Answers that say "not now" and, of this gateway, that nothing was done. */
const NOT_NOW = new Set([429, 503]);

const FIRST_WAIT_MS = 200;

/**
 * `fetch` that waits and sends again what was answered by 429 or 503. Only those are repeated: the gateway gives them
 * before it does anything, or for requests that it knows again (`Idempotency-Key`, ids that follow from the content).
 * A time-out or a lost connection is the caller's to judge.
 */
export function patientFetch(
  { timeoutMs = 10_000, retries = 3, longestWaitMs = 30_000, signal }: Patience = {},
  send: (request: Request) => Promise<Response> = fetch,
): (request: Request) => Promise<Response> {
  return async (request) => {
    for (let attempt = 0; ; attempt += 1) {
      const response = await within(timeoutMs, [request.signal, ...(signal ? [signal] : [])], async (limit) =>
        whole(await send(new Request(request.clone(), { signal: limit }))),
      );
      const wait = waitAfter(response, attempt);
      if (!NOT_NOW.has(response.status) || attempt >= retries || wait > longestWaitMs) return response;
      await sleep(wait, undefined, signal === undefined ? {} : { signal });
    }
  };
}

/**
 * What `work` gives, unless `ms` are over or one of `others` is aborted before; its signal is aborted then. The signal
 * alone does not do: what `AbortSignal.any` and `Request` make of it is collected as garbage in Node 20, and a request
 * that has lost its connection meanwhile then waits for ever.
 */
async function within<T>(
  ms: number,
  others: readonly AbortSignal[],
  work: (limit: AbortSignal) => Promise<T>,
): Promise<T> {
  const controller = new AbortController();
  const { signal } = controller;
  const aborted = new Promise<never>((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
  for (const other of others) {
    if (other.aborted) controller.abort(other.reason);
    other.addEventListener('abort', () => controller.abort(other.reason), { once: true });
  }
  const late = new DOMException(`no answer within ${ms / 1000} s`, 'TimeoutError');
  const timer = setTimeout(() => controller.abort(late), ms);
  try {
    return await Promise.race([work(signal), aborted]);
  } finally {
    clearTimeout(timer);
  }
}

/** The answer with its body read, so that a limit of time holds for both. */
async function whole(answer: Response): Promise<Response> {
  const { status, statusText, headers } = answer;
  const body = await answer.arrayBuffer();
  return new Response(body.byteLength === 0 ? null : body, { status, statusText, headers });
}

/** What `Retry-After` says (seconds, or a date); else longer each time, and not the same for all clients. */
function waitAfter({ headers }: Response, attempt: number): number {
  const said = headers.get('retry-after');
  if (said === null || said.trim() === '') return FIRST_WAIT_MS * 2 ** attempt * (0.5 + Math.random());
  const seconds = Number(said);
  const ms = Number.isNaN(seconds) ? Date.parse(said) - Date.now() : seconds * 1000;
  return Number.isNaN(ms) ? FIRST_WAIT_MS * 2 ** attempt : Math.max(0, ms);
}
