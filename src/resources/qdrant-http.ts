import type { Command } from '../host/command.js';
import { ask, known, type Observation, type Probe, type ProbeKind, pending } from '../host/probe.js';
import { type Script, sh } from '../host/shell.js';

/** Where a Qdrant answers on the host itself, and the file there that holds curl's `api-key: …` header. */
export interface QdrantEndpoint {
  port: number;
  keyFile: string;
}

interface Question extends QdrantEndpoint {
  path: string;
}

const CURL = sh`curl -q -sS -g --noproxy '*' --connect-timeout 3`;
const FRAME = /^([\s\S]*?)\n:vdb (\d{3})\n/;

/** GET requests: all that go to one Qdrant are one curl on one connection. */
const gets: ProbeKind<Question, unknown> = {
  name: 'qdrant',
  script: (questions) => sh`
    command -v curl >/dev/null || { echo absent; exit 0; }
    echo ready
    ${endpointsOf(questions).map((endpoint) => requests(endpoint, pathsOf(questions, endpoint)))}`,
  parse: (stdout, questions) => {
    if (stdout.startsWith('absent')) return questions.map(() => pending('curl is not installed yet'));
    const answers = framed(stdout.slice(stdout.indexOf('\n') + 1), questions);
    return questions.map(
      (question) => answers.get(keyOf(question)) ?? { status: 'unknown', why: 'no answer' },
    );
  },
  // Two answers that take their longest; more of them is a server that hangs.
  timeoutSeconds: 32,
};

/** Asks Qdrant for `path`; the observation is the `result` of its answer, or null when it says 404. */
export function qdrantGet<Have>({ port, keyFile }: QdrantEndpoint, path: string): Probe<Have> {
  return ask(gets as ProbeKind<Question, Have>, { port, keyFile, path });
}

function requests({ port, keyFile }: QdrantEndpoint, paths: readonly string[]): Script {
  const urls = paths.map((path) => url(port, path));
  return sh`
    if [ -r ${keyFile} ]; then
    ${CURL} --max-time 15 -H ${`@${keyFile}`} -w '\n:vdb %{http_code}\n' ${urls} 2>/dev/null || true
    else
    for _ in ${paths}; do printf 'keyless\n:vdb 000\n'; done
    fi;`;
}

function framed(stdout: string, questions: readonly Question[]): Map<string, Observation<unknown>> {
  const answers = new Map<string, Observation<unknown>>();
  let rest = stdout;
  for (const endpoint of endpointsOf(questions)) {
    for (const path of pathsOf(questions, endpoint)) {
      const [frame = '', body = '', code = ''] = FRAME.exec(rest) ?? [];
      rest = rest.slice(frame.length);
      if (code !== '') answers.set(keyOf({ ...endpoint, path }), answer(Number(code), body));
    }
  }
  return answers;
}

function answer(code: number, body: string): Observation<unknown> {
  if (code === 0) {
    return pending(
      body.includes('keyless') ? "Qdrant's key is not on the host yet" : 'Qdrant does not answer yet',
    );
  }
  if (code === 404) return known(null);
  if (code === 401 || code === 403)
    return { status: 'unknown', why: 'Qdrant refuses the key: it runs with another' };
  if (code !== 200)
    return { status: 'unknown', why: `Qdrant answered ${code}: ${body.trim().slice(0, 200)}` };
  return known((JSON.parse(body) as { result: unknown }).result);
}

function endpointsOf(questions: readonly Question[]): QdrantEndpoint[] {
  const byPort = new Map(questions.map(({ port, keyFile }) => [`${port} ${keyFile}`, { port, keyFile }]));
  return [...byPort.values()];
}

function pathsOf(questions: readonly Question[], { port, keyFile }: QdrantEndpoint): string[] {
  const own = questions.filter((question) => question.port === port && question.keyFile === keyFile);
  return [...new Set(own.map(({ path }) => path))];
}

function keyOf({ port, keyFile, path }: Question): string {
  return `${port} ${keyFile} ${path}`;
}

function url(port: number, path: string): string {
  return `http://127.0.0.1:${port}${path}`;
}

/** A request that changes Qdrant. Its body travels on stdin; an error of Qdrant's ends up on stderr. */
export function qdrantCommand(
  { port, keyFile }: QdrantEndpoint,
  request: { title: string; method: 'PUT' | 'POST' | 'PATCH' | 'DELETE'; path: string; body?: unknown },
  timeoutSeconds = 120,
): Command {
  const { title, method, path, body } = request;
  const data = body === undefined ? sh`` : sh`-H 'content-type: application/json' --data-binary @-`;
  return {
    title,
    timeoutSeconds: timeoutSeconds + 10,
    ...(body === undefined ? {} : { stdin: JSON.stringify(body) }),
    script: sh`
      answer=$(${CURL} --max-time ${timeoutSeconds} --fail-with-body -X ${method} -H ${`@${keyFile}`} ${data} ${url(port, path)}) || {
        code=$?
        printf '%s\n' "$answer" >&2
        exit $code
      }`,
  };
}
