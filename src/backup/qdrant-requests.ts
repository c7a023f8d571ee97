import { EXIT, VdbError } from '../errors.js';
import type { Host } from '../host/host.js';
import { type Script, sh } from '../host/shell.js';

/** Where a Qdrant answers on the host, and the file there that holds curl's header with its key. */
export interface Endpoint {
  port: number;
  keyFile: string;
}

/** A request that only looks. */
export interface QdrantRequest {
  method: 'GET' | 'POST';
  path: string;
  body?: unknown;
}

export interface QdrantAnswer {
  code: number;
  body: string;
}

/** A request may take this long: an exact count of a large collection does. */
const SECONDS = 600;

/**
 * Asks Qdrant on the host, on one connection of SSH, one request after the other. While it does not answer, as during
 * a restart, it is asked again for `patienceSeconds`. Throws `qdrant.silent`.
 */
export async function askQdrant(
  host: Host,
  endpoint: Endpoint,
  requests: readonly QdrantRequest[],
  patienceSeconds = 0,
): Promise<QdrantAnswer[]> {
  const { stdout, stderr, exitCode } = await host.read(requestsScript(endpoint, requests, patienceSeconds), {
    timeoutMs: (SECONDS * requests.length + patienceSeconds + 30) * 1000,
  });
  if (exitCode === 0) return answersOf(stdout, requests.length);
  throw new VdbError(`Qdrant does not answer on port ${endpoint.port}`, {
    code: 'qdrant.silent',
    exitCode: EXIT.failed,
    host: host.target,
    stderr: stderr.trim(),
    next: 'vdb check qdrant',
  });
}

/** The script of {@link askQdrant}: one line for each request, its status and its body. */
export function requestsScript(
  { port, keyFile }: Endpoint,
  requests: readonly QdrantRequest[],
  patienceSeconds: number,
): Script {
  const base = `http://127.0.0.1:${port}`;
  const each = requests.map(({ method, path, body }) => {
    const data =
      body === undefined
        ? sh``
        : sh`-H 'content-type: application/json' --data-binary ${JSON.stringify(body)}`;
    return sh`request -X ${method} ${data} ${base + path} || exit 1;`;
  });
  return sh`
    request() {
      local said
      until said=$(curl -q -sS -g --noproxy '*' --connect-timeout 3 --max-time ${SECONDS} -H ${`@${keyFile}`} -w '\n%{http_code}' "$@"); do
        [ "$SECONDS" -lt ${patienceSeconds} ] || return 1
        sleep 1
      done
      printf '%s %s\n' "\${said##*$'\n'}" "$(printf '%s' "\${said%$'\n'*}" | tr '\n' ' ')"
    }
    ${each}`;
}

function answersOf(stdout: string, count: number): QdrantAnswer[] {
  const answers = stdout
    .split('\n')
    .slice(0, -1)
    .map((line) => ({ code: Number(line.slice(0, 3)), body: line.slice(4) }));
  if (answers.length !== count) throw new Error(`${answers.length} answers of Qdrant to ${count} requests`);
  return answers;
}

/** The `result` of an answer; null for 404. Throws `qdrant.request-failed` for any other failure. */
export function resultOf<T>({ code, body }: QdrantAnswer, what: string): T | null {
  if (code === 404) return null;
  if (code === 200) return (JSON.parse(body) as { result: T }).result;
  throw new VdbError(`Qdrant could not ${what}: it answered ${code}`, {
    code: code === 401 || code === 403 ? 'qdrant.unauthorized' : 'qdrant.request-failed',
    exitCode: EXIT.failed,
    stderr: body.slice(0, 500),
    next: 'vdb check qdrant',
  });
}
