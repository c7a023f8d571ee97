import { known, type Observation, type ProbeKind } from '../../host/probe.js';
import { type Script, sh } from '../../host/shell.js';

/** How patiently an endpoint is asked. */
export interface Patience {
  /** Seconds that one answer may take. */
  timeout: number;
  /** Failures in a row until it counts as down. */
  retries: number;
}

/** Where is asked, and what is answered while it serves. */
export interface EndpointQuestion {
  /** With the scheme http, https, grpc, grpcs or tcp. */
  endpoint: string;
  /** null: that a connection is accepted is all. */
  status: number | null;
}

/** Whether it answered as it should, and how it did last. */
export interface EndpointAnswer {
  healthy: boolean;
  /** An HTTP status, `connected`, or `nothing`. */
  said: string;
}

/** Asks each endpoint on the host, all at the same time, again and again as `patience` has it. */
export function endpointsKind({ timeout, retries }: Patience): ProbeKind<EndpointQuestion, EndpointAnswer> {
  return {
    name: 'endpoints',
    timeoutSeconds: (timeout + 1) * retries + 10,
    script: (questions) => sh`
      http() { curl -q -k -s -g --noproxy '*' -o /dev/null -m ${timeout} -w '%{http_code}' "$@"; }
      tcp() { timeout ${timeout} bash -c ': </dev/tcp/"$1"/"$2"' - "$@" 2>/dev/null && echo connected; }
      ask() {
      place=$1 wanted=$2; shift 2
      for try in ${Array.from({ length: retries }, (_, index) => index)}; do
      [ "$try" = 0 ] || sleep 1
      said=$("$@")
      [ "$said" != "$wanted" ] || { echo "$place healthy $said"; return; }
      done
      case $said in ''|000) said=nothing ;; esac
      echo "$place down $said"
      }
      ${questions.map((question, index) => sh`ask ${index} ${question.status ?? 'connected'} ${asked(question)} &`)}
      wait`,
    parse: (stdout, questions) => {
      const lines = new Map(
        stdout.split('\n').map((line) => [line.split(' ')[0] ?? '', line.split(' ').slice(1)]),
      );
      return questions.map((_, index) => answerOf(lines.get(String(index))));
    },
  };
}

function answerOf([verdict, said = 'nothing']: string[] = []): Observation<EndpointAnswer> {
  if (verdict !== 'healthy' && verdict !== 'down') return { status: 'unknown', why: 'it was not asked' };
  return known({ healthy: verdict === 'healthy', said });
}

/** A call of a method that no server has: gRPC says so, and HTTP has 200 for that. */
const GRPC = ['-X', 'POST', '-H', 'Content-Type: application/grpc', '-H', 'TE: trailers'];

/** From loopback, which no allowlist turns away. */
function asked({ endpoint }: EndpointQuestion): Script {
  const { protocol, hostname, port } = new URL(endpoint);
  if (protocol === 'tcp:') return sh`tcp ${hostname.replaceAll(/[[\]]/g, '')} ${port}`;
  if (protocol === 'grpc:')
    return sh`http --http2-prior-knowledge ${GRPC} ${endpoint.replace('grpc', 'http')}`;
  if (protocol === 'grpcs:') return sh`http --http2 ${GRPC} ${endpoint.replace('grpcs', 'https')}`;
  return sh`http ${endpoint}`;
}
