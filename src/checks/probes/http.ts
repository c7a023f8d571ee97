import { known, type Observation, type ProbeKind } from '../../host/probe.js';
import { type Script, sh } from '../../host/shell.js';
import type { PublicDoor } from '../../services/haproxy/config.js';

/** A request that the host makes to itself. */
export interface HttpQuestion {
  port: number;
  path: string;
  /** File on the host with the header that carries the key; null asks as a stranger. */
  keyFile: string | null;
  /** Asks with a key that is empty, which a server whose own key is empty takes for the right one. */
  emptyKey?: true;
  /** Makes it a POST with this JSON. */
  body?: string;
  /** Asks what is meant for clients, at one of the host's own addresses. */
  door?: Pick<PublicDoor, 'address' | 'tls' | 'grpc'>;
}

export interface HttpAnswer {
  /** `timeout`: something listens, but it did not answer within eight seconds. */
  status: number | 'timeout';
  body: string;
}

const CURL_REFUSED = 7;
const CURL_TIMEOUT = 28;
const SECONDS_EACH = 8;

/**
 * What answers on the host's loopback interface, asked by curl there, so that no port has to be open and no
 * key leaves the host. The value is null when nothing listens on the port. After a request that got no answer
 * in time the next gets a second, and after that the others are not sent: a server that hangs must not cost
 * the whole probe.
 */
export const localHttp: ProbeKind<HttpQuestion, HttpAnswer> = {
  name: 'local-http',
  timeoutSeconds: 60,
  script: (questions) => sh`
    command -v curl >/dev/null || { echo no-curl; exit 0; }
    limit=${SECONDS_EACH} hung=0
    fetch() { curl -q -sS -g --noproxy '*' -m "$limit" "$@"; }
    keyless() {
    fetch -o /dev/null "$1" 2>/dev/null
    [ $? -eq ${CURL_REFUSED} ] && printf '@@ %s\n' ${CURL_REFUSED} || printf '@@ nokey\n'
    }
    ask() {
    key=$1; shift
    [ -z "$key" ] || [ -r "$key" ] || { keyless "\${@: -1}"; return; }
    [ $hung -lt 2 ] || { printf '@@ %s\n' ${CURL_TIMEOUT}; return; }
    answer=$(fetch -w '\n%{http_code}' \${key:+-H "@$key"} "$@" 2>/dev/null)
    code=$?
    [ $code -eq ${CURL_TIMEOUT} ] && { hung=$((hung + 1)); limit=1; } || { hung=0; limit=${SECONDS_EACH}; }
    printf '@@ %s\n%s\n' $code "$answer"
    }
    ${questions.map((question) => sh`${request(question)};`)}`,
  parse: (stdout, questions) => {
    if (stdout.startsWith('no-curl')) {
      return questions.map(() => ({ status: 'unknown', why: 'curl is not installed on the host' }));
    }
    const answers = stdout.split(/^@@ /m).slice(1);
    return questions.map((question, index) => answerOf(question, answers[index]));
  },
};

function request({ port, path, keyFile, emptyKey, body, door }: HttpQuestion): Script {
  const { address = '127.0.0.1', tls = false } = door ?? {};
  const url = `${tls ? 'https' : 'http'}://${address}:${port}${path}`;
  const post = body === undefined ? [] : ['-H', 'Content-Type: application/json', '--data-raw', body];
  const empty = emptyKey ? ['-H', 'api-key;'] : [];
  return sh`ask ${keyFile ?? sh`''`} ${empty} ${post} ${door === undefined ? [] : asClient(door)} ${url}`;
}

/** From loopback, which no allowlist turns away. Whether a certificate is believed is told elsewhere. */
function asClient({ address, tls, grpc }: NonNullable<HttpQuestion['door']>): string[] {
  const call = ['-X', 'POST', '-H', 'Content-Type: application/grpc', '-H', 'TE: trailers'];
  return [
    ...['-k', '--interface', address.startsWith('[') ? '::1' : '127.0.0.1'],
    ...(grpc ? [tls ? '--http2' : '--http2-prior-knowledge', ...call] : []),
  ];
}

function answerOf({ port, path, keyFile }: HttpQuestion, text = ''): Observation<HttpAnswer> {
  const where = `port ${port}${path}`;
  const unknown = (why: string): Observation<HttpAnswer> => ({ status: 'unknown', why });
  if (text.startsWith('nokey')) return unknown(`there is no ${keyFile} on the host to ask with`);
  const [head = '', ...lines] = text.trimEnd().split('\n');
  const code = Number(head);
  if (head === '' || Number.isNaN(code)) return unknown(`no answer for ${where}`);
  if (code === CURL_REFUSED) return known<HttpAnswer>(null);
  if (code === CURL_TIMEOUT) return known({ status: 'timeout', body: '' });
  if (code !== 0) return unknown(`${where}: curl exit code ${code}`);
  return known({ status: Number(lines.pop()), body: lines.join('\n') });
}
