import { EXIT, VdbError } from '../../errors.js';
import type { Host } from '../../host/host.js';
import { type Script, sh } from '../../host/shell.js';

/** Where a Qdrant answers on the host itself, and the file there that holds curl's `api-key: …` header. */
export interface QdrantOnHost {
  port: number;
  keyFile: string;
  /** How long to wait for it when it has ended. Without it: as long as systemd may take to bring it back. */
  returnSeconds?: number;
}

/** A request that only looks, whatever its method is. */
export interface Look {
  method?: 'GET' | 'POST';
  path: string;
  body?: unknown;
  /** Default 60. */
  timeoutSeconds?: number;
}

/** What Qdrant said. Status 0 means that it did not answer; `result` is that of its answer, where it has one. */
export interface Answered {
  status: number;
  result: unknown;
  /** Its own words of what was wrong, else the begin of what it said. */
  said: string;
}

/** curl for one request on loopback. `fail` is left to the caller. */
export const CURL = sh`curl -q -sS -g --noproxy '*' --connect-timeout 3`;

/** The address of a path of Qdrant's on the host. */
export function urlOnHost({ port }: QdrantOnHost, path: string): string {
  return `http://127.0.0.1:${port}${path}`;
}

/** Asks the Qdrant on the host. Throws only when the host itself cannot be asked. */
export async function lookOnHost(host: Host, qdrant: QdrantOnHost, look: Look): Promise<Answered> {
  const { body, timeoutSeconds = 60 } = look;
  const { stdout, stderr } = await host.read(lookScript(qdrant, look), {
    ...(body === undefined ? {} : { stdin: JSON.stringify(body) }),
    timeoutMs: (timeoutSeconds + 10) * 1000,
  });
  const [, text = '', status = '0'] = /^([\s\S]*)\n(\d{3})\n?$/.exec(stdout) ?? [];
  return answered(Number(status), text.trim() === '' ? stderr.trim() : text);
}

/** The `result` of an answer with status 200; null for 404. Throws `qdrant.request-failed` for any other. */
export async function resultOnHost<Result>(
  host: Host,
  qdrant: QdrantOnHost,
  look: Look,
): Promise<Result | null> {
  const { status, result, said } = await lookOnHost(host, qdrant, look);
  if (status === 404) return null;
  if (status === 200 && result !== undefined) return result as Result;
  throw new VdbError(`Qdrant answered ${status === 0 ? 'nothing' : status} to ${look.path}: ${said}`, {
    code: 'qdrant.request-failed',
    exitCode: EXIT.failed,
    host: host.target,
    next: 'vdb check qdrant',
  });
}

function lookScript(qdrant: QdrantOnHost, { method = 'GET', path, body, timeoutSeconds = 60 }: Look): Script {
  const data = body === undefined ? sh`` : sh`-H 'content-type: application/json' --data-binary @-`;
  return sh`${CURL} --max-time ${timeoutSeconds} -X ${method} -H ${`@${qdrant.keyFile}`} ${data} -w '\n%{http_code}\n' ${urlOnHost(qdrant, path)}`;
}

function answered(status: number, text: string): Answered {
  try {
    const { result, status: state } = JSON.parse(text) as { result?: unknown; status?: { error?: unknown } };
    const error = typeof state?.error === 'string' ? state.error : '';
    return { status, result, said: error };
  } catch {
    return { status, result: undefined, said: text.trim().slice(0, 300) };
  }
}
