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
      const limits = [AbortSignal.timeout(timeoutMs), request.signal, ...(signal ? [signal] : [])];
      const response = await send(new Request(request.clone(), { signal: AbortSignal.any(limits) }));
      const wait = waitAfter(response, attempt);
      if (!NOT_NOW.has(response.status) || attempt >= retries || wait > longestWaitMs) return response;
      await response.body?.cancel();
      await sleep(wait, undefined, signal === undefined ? {} : { signal });
    }
  };
}

/** What `Retry-After` says (seconds, or a date); else longer each time, and not the same for all clients. */
function waitAfter({ headers }: Response, attempt: number): number {
  const said = headers.get('retry-after');
  if (said === null || said.trim() === '') return FIRST_WAIT_MS * 2 ** attempt * (0.5 + Math.random());
  const seconds = Number(said);
  const ms = Number.isNaN(seconds) ? Date.parse(said) - Date.now() : seconds * 1000;
  return Number.isNaN(ms) ? FIRST_WAIT_MS * 2 ** attempt : Math.max(0, ms);
}
