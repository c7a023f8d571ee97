import type { Config } from '../../config/schema.js';
import { known, type Observation } from '../../host/probe.js';
import { sh } from '../../host/shell.js';
import { gatewayInstances, instanceUrl } from '../../services/gateway/instances.js';
import type { Site } from '../check.js';
import { oncePerSite } from '../once.js';

/** One request: its status, 0 where there was no answer, and how long it took. */
export interface Timed {
  status: number;
  seconds: number;
}

/** What the gateway did under a short load that the host itself made. */
export interface GatewayLoad {
  /** Searches that were sent at the same moment, and how long it took until all were answered. */
  together: { requests: Timed[]; seconds: number };
  /** Health while heavy searches ran, asked again and again. */
  health: Timed[];
  /** Searches of one client, one after the other. */
  oneClient: Timed[];
  /** The status of a search for one result too many. */
  tooMuch: number[];
}

/** How many searches are sent at once (the plan for the gateway says 20). */
export const TOGETHER = 20;
const HEAVY = 60;
const HEAVY_AT_ONCE = 5;
/** More than these are not sent to see a limit. */
export const MOST_OF_ONE_CLIENT = 300;

/** Searches that one client may make until the limit should be seen, and a few more. */
export function searchesOfOneClient({ gateway: { rate_limit } }: Config): number {
  return rate_limit.enabled ? Number.parseInt(rate_limit.search, 10) + 5 : TOGETHER;
}

/**
 * Looks at the first replica under load, once for all checks. Each request comes from an address of its own, in
 * loopback's network, which only the host itself can claim: so nobody's limit is used up. The key reaches curl
 * through its standard input.
 */
export const gatewayLoad = oncePerSite(async ({ host, context }: Site): Promise<Observation<GatewayLoad>> => {
  const { config, slot } = context;
  const [instance] = gatewayInstances(config, slot);
  const [collection] = Object.entries(config.collections);
  if (instance === undefined || collection === undefined)
    return { status: 'unknown', why: 'there is no collection to search in' };
  const requests = plan(config, instanceUrl(config, instance), collection[0], collection[1].size);
  const { stdout, exitCode } = await host.read(SCRIPT, {
    stdin: `${requests.map((each) => Buffer.from(each).toString('base64')).join('\n')}\n`,
    timeoutMs: 180_000,
  });
  if (stdout.startsWith('no-curl')) return { status: 'unknown', why: 'curl is not installed on the host' };
  if (exitCode !== 0) return { status: 'unknown', why: `the load could not be made: exit code ${exitCode}` };
  return readLoad(stdout);
});

/** Five inputs for curl: searches at once, heavy searches, health, searches of one client, and too much. */
function plan(config: Config, base: string, collection: string, size: number): string[] {
  const { limits, versioning } = config.gateway;
  const search = `${base}${versioning.enabled ? `/${versioning.prefix}` : ''}/vectors/search`;
  const body = (limit: number) => ({ collection, query_vector: vector(size), limit });
  const post = (limit: number, client: string) =>
    transfer(search, config.gateway.api_key, client, body(limit));
  const client = address();
  const single = Math.min(searchesOfOneClient(config), MOST_OF_ONE_CLIENT);
  return [
    times(TOGETHER, () => post(10, address())),
    times(HEAVY, () => post(limits.max_results_k, address())),
    transfer(`${base}/health`, undefined, address()),
    times(single, () => post(1, client)),
    post(limits.max_results_k + 1, address()),
  ];
}

function times(count: number, make: () => string): string {
  return Array.from({ length: count }, make).join('next\n');
}

function address(): string {
  const part = () => 1 + Math.floor(Math.random() * 250);
  return `127.${part()}.${part()}.${part()}`;
}

function vector(size: number): number[] {
  return Array.from({ length: size }, () => Number((Math.random() * 2 - 1).toFixed(4)));
}

/** One request as curl reads it from a file. */
function transfer(url: string, key: string | undefined, client: string, body?: unknown): string {
  const options: [string, string][] = [
    ['url', url],
    ['output', '/dev/null'],
    ['max-time', '20'],
    ['header', `X-Forwarded-For: ${client}`],
    ['write-out', '%{http_code} %{time_total}\\n'],
  ];
  if (key !== undefined) options.push(['header', `X-API-Key: ${key}`]);
  if (body !== undefined)
    options.push(['header', 'Content-Type: application/json'], ['data-raw', JSON.stringify(body)]);
  return options.map(([name, value]) => `${name} = "${value.replaceAll('"', '\\"')}"\n`).join('');
}

const SCRIPT = sh`
  command -v curl >/dev/null || { echo no-curl; exit 0; }
  export LC_ALL=C.UTF-8
  read -r together; read -r heavy; read -r health; read -r single; read -r much
  send() { printf '%s' "$1" | base64 -d | curl -q -s --noproxy '*' -Z --parallel-max "$2" -K - 2>/dev/null; }
  echo @@together; began=$EPOCHREALTIME
  send "$together" ${TOGETHER}
  echo "took $began $EPOCHREALTIME"
  echo @@health
  send "$heavy" ${HEAVY_AT_ONCE} >/dev/null & load=$!
  sleep 0.1
  while kill -0 $load 2>/dev/null; do send "$health" 1; sleep 0.02; done
  echo @@single
  send "$single" 1
  echo @@much
  send "$much" 1`;

/** Reads what curl wrote. Pure. */
export function readLoad(stdout: string): Observation<GatewayLoad> {
  const part = (name: string): string => stdout.split(`@@${name}\n`)[1]?.split('@@')[0] ?? '';
  const [, began, ended] = /^took (\S+) (\S+)$/m.exec(part('together')) ?? [];
  const together = timed(part('together'));
  const seconds = Number(ended) - Number(began);
  if (Number.isNaN(seconds) || together.length === 0)
    return { status: 'unknown', why: 'curl gave no answer' };
  return known<GatewayLoad>({
    together: { requests: together, seconds },
    health: timed(part('health')),
    oneClient: timed(part('single')),
    tooMuch: timed(part('much')).map(({ status }) => status),
  });
}

function timed(text: string): Timed[] {
  return [...text.matchAll(/^(\d{3}) ([\d.]+)$/gm)].map(([, status, seconds]) => ({
    status: Number(status),
    seconds: Number(seconds),
  }));
}
