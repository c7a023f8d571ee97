import { known, type Observation, type ProbeKind } from '../../host/probe.js';
import { sh } from '../../host/shell.js';

/** How a server on the host's loopback interface answers a request that a web page of another site makes. */
export interface CorsAnswer {
  /** The origin that the browser is told to let read the answer; null for none. */
  allowed: string | null;
}

/** A name that cannot exist: https://www.rfc-editor.org/rfc/rfc6761 section 6.4. */
const ORIGIN = 'http://vdb-check.invalid';
const CURL_REFUSED = 7;
const CURL_TIMEOUT = 28;

/** The answer of each port to a request with an Origin; null where nothing listens. */
export const corsAnswer: ProbeKind<number, CorsAnswer> = {
  name: 'cors-answer',
  script: (ports) => sh`
    command -v curl >/dev/null || { echo no-curl; exit 0; }
    for port in ${ports}; do
    head=$(curl -q -sS -g --noproxy '*' -m 8 -D - -o /dev/null -H ${`Origin: ${ORIGIN}`} "http://127.0.0.1:$port/" 2>/dev/null)
    printf '@@ %s\n%s\n' $? "$head"
    done`,
  parse: (stdout, ports) => {
    if (stdout.startsWith('no-curl'))
      return ports.map(() => ({ status: 'unknown', why: 'curl is not installed on the host' }));
    const answers = stdout.split(/^@@ /m).slice(1);
    return ports.map((port, index) => answerOf(port, answers[index] ?? ''));
  },
};

function answerOf(port: number, text: string): Observation<CorsAnswer> {
  const [head = '', status = '', ...headers] = text.trimEnd().split(/\r?\n/);
  const code = Number(head);
  if (head === '' || Number.isNaN(code)) return { status: 'unknown', why: `no answer for port ${port}` };
  if (code === CURL_REFUSED) return known<CorsAnswer>(null);
  if (code === CURL_TIMEOUT) return { status: 'unknown', why: 'Qdrant does not answer in time' };
  if (code !== 0) return { status: 'unknown', why: `port ${port}: curl exit code ${code}` };
  if (!/^HTTP\/\S+ \d{3}/.test(status)) return { status: 'unknown', why: `port ${port} does not speak HTTP` };
  const allowed = headers.find((line) => /^access-control-allow-origin:/i.test(line));
  return known({ allowed: allowed === undefined ? null : allowed.replace(/^[^:]*:\s*/, '') });
}
