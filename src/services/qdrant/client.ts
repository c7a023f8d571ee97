import type { QdrantClient } from '@qdrant/js-client-rest';
import { EXIT, messageOf, VdbError } from '../../errors.js';

/** A Qdrant that is reachable from here: a forwarded port on the operator's loopback interface. */
export interface QdrantAccess {
  port: number;
  apiKey: string;
  /** Limit for each request. Default 30 s. */
  timeoutMs?: number;
}

/**
 * The official client. It is loaded only here, because it takes 100 ms, and the key is given as a header,
 * because the client warns on the terminal about a key without TLS, which an SSH tunnel does not need.
 */
export async function qdrantClient({
  port,
  apiKey,
  timeoutMs = 30_000,
}: QdrantAccess): Promise<QdrantClient> {
  const { QdrantClient } = await import('@qdrant/js-client-rest');
  return new QdrantClient({
    url: `http://127.0.0.1:${port}`,
    headers: { 'api-key': apiKey },
    timeout: timeoutMs,
    checkCompatibility: false,
  });
}

/** A failed request in the terms of vdb: what was asked, what Qdrant answered, what to do. */
export function qdrantError(what: string, cause: unknown): VdbError {
  const status = statusOf(cause);
  return new VdbError(`Qdrant could not ${what}: ${reasonOf(cause)}`, {
    code: status === 401 || status === 403 ? 'qdrant.unauthorized' : 'qdrant.request-failed',
    exitCode: status === undefined ? EXIT.unreachable : EXIT.failed,
    ...explanation(status),
    cause,
  });
}

function explanation(status: number | undefined): { meaning?: string; next?: string } {
  if (status === 401 || status === 403) {
    return {
      meaning: 'It runs with another API key than the configured one.',
      next: 'vdb provision --only 1.1',
    };
  }
  if (status === undefined) return { meaning: 'It did not answer.', next: 'vdb check qdrant' };
  return {};
}

function statusOf(error: unknown): number | undefined {
  if (typeof error !== 'object' || error === null) return undefined;
  if ('status' in error && typeof error.status === 'number') return error.status;
  const match = /^Unexpected Response: (\d{3})/.exec(messageOf(error));
  return match === null ? undefined : Number(match[1]);
}

/** Qdrant's own words where the client kept them; they never hold the key. */
function reasonOf(error: unknown): string {
  const data = typeof error === 'object' && error !== null && 'data' in error ? error.data : undefined;
  const answer = data as { status?: { error?: unknown } } | string | null | undefined;
  if (typeof answer === 'string') return answer.slice(0, 200);
  const reason = answer?.status?.error;
  return typeof reason === 'string' ? reason : (messageOf(error).split('\n')[0] ?? '');
}
