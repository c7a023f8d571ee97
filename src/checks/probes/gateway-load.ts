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
  /** Searches one after the other, with nothing beside them. */
  alone: Timed[];
  /** Searches that were sent at the same moment, and how long it took until all were answered; tried twice. */
  together: { requests: Timed[]; seconds: number }[];
  /** Health while heavy searches ran, asked again and again. */
  health: Timed[];
  /** Searches of one client, one after the other. */
  oneClient: Timed[];
  /** The status of a search for one result too many. */
  tooMuch: number[];
}

/** How many searches are sent at once (the plan for the gateway says 20). */
export const TOGETHER = 20;
/** A search that people make: as many results as are asked for where nothing is said, or as there may be. */
const RESULTS = 10;
const ALONE = 3;
const HEAVY = 60;
const HEAVY_AT_ONCE = 5;
const HEAVY_SECONDS = 3;
/** More than these are not sent to see a limit. */
const MOST_OF_ONE_CLIENT = 300;
/** In a request that is sent several times: another number each time, so that no answer is one from the cache. */
const ROUND = '@round@';

/** The rate that a client who only searches uses up first, and why requests one after the other do not show it. */
export interface SearchRate {
  rate: string;
  searches: number;
  unseen?: string;
}

/** Searches count against their own rate and against that of all requests. */
export function searchRate({ gateway: { rate_limit } }: Config): SearchRate {
  const rates = [rate_limit.search, rate_limit.default].map((rate) => ({
    rate,
    searches: Number.parseInt(rate, 10),
  }));
  const tighter = rates.reduce((one, other) => (other.searches < one.searches ? other : one));
  const unseen = unseenBecause(tighter);
  return unseen === undefined ? tighter : { ...tighter, unseen };
}

function unseenBecause({ rate, searches }: SearchRate): string | undefined {
  if (rate.endsWith('/second')) return `a limit of ${rate} is not seen by searches one after the other`;
  if (searches > MOST_OF_ONE_CLIENT) return `${rate} would take ${searches} searches to see`;
  return undefined;
}

/** Searches of one client until the limit should be seen, and a few more. */
function searchesOfOneClient(config: Config): number {
  if (!config.gateway.rate_limit.enabled) return TOGETHER;
  const { searches, unseen } = searchRate(config);
  return unseen === undefined ? searches + 5 : 0;
}

/**
 * Looks at the first replica under load, once for all checks. Each request comes from an address of its own, in
 * loopback's network, which only the host itself can claim: so nobody's limit is used up. The key reaches curl
 * through its standard input.
 */
export const gatewayLoad = oncePerSite(async ({ host, context }: Site): Promise<Observation<GatewayLoad>> => {
  const { config } = context;
  const [instance] = gatewayInstances(config);
  const [collection] = Object.entries(config.collections);
  if (instance === undefined || collection === undefined)
    return { status: 'unknown', why: 'there is no collection to search in' };
  const requests = plan(config, instanceUrl(config, instance), collection[0], collection[1].size);
  const { stdout, exitCode } = await host.read(SCRIPT, {
    stdin: `${requests.map((each) => Buffer.from(each).toString('base64')).join('\n')}\n`,
    timeoutMs: 300_000,
  });
  if (stdout.startsWith('no-curl')) return { status: 'unknown', why: 'curl is not installed on the host' };
  if (exitCode !== 0) return { status: 'unknown', why: `the load could not be made: exit code ${exitCode}` };
  return readLoad(stdout);
});

/** Six inputs for curl: searches alone, searches at once, heavy searches, health, searches of one client, and too much. */
function plan(config: Config, base: string, collection: string, size: number): string[] {
  const { limits, versioning, api_key: key } = config.gateway;
  const search = `${base}${versioning.enabled ? `/${versioning.prefix}` : ''}/vectors/search`;
  const post = (limit: number, client: string) =>
    transfer(search, key, client, { collection, query_vector: vector(size), limit });
  const client = address();
  const few = Math.min(RESULTS, limits.max_results_k);
  return [
    times(ALONE, () => post(few, address())),
    times(TOGETHER, () => post(few, address())),
    times(HEAVY, () => post(limits.max_results_k, address())),
    transfer(`${base}/health`, undefined, address()),
    times(searchesOfOneClient(config), () => post(1, client)),
    post(limits.max_results_k + 1, address()),
  ];
}

function times(count: number, make: () => string): string {
  return Array.from({ length: count }, make).join('next\n');
}

/** Somebody else in each round. */
function address(): string {
  const part = () => 1 + Math.floor(Math.random() * 250);
  return `127.${part()}.${part()}.${ROUND}`;
}

/** Another one in each round. */
function vector(size: number): (number | string)[] {
  return [ROUND, ...Array.from({ length: size - 1 }, () => Number((Math.random() * 2 - 1).toFixed(4)))];
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
    options.push(['header', 'Content-Type: application/json'], ['data-raw', numbered(JSON.stringify(body))]);
  return options.map(([name, value]) => `${name} = "${value.replaceAll('"', '\\"')}"\n`).join('');
}

/** The round as a number that no other round has: 0.17, 0.107. */
function numbered(json: string): string {
  return json.replace(`"${ROUND}"`, `0.${ROUND}7`);
}

const SCRIPT = sh`
  command -v curl >/dev/null || { echo no-curl; exit 0; }
  export LC_ALL=C.UTF-8
  read -r alone; read -r together; read -r heavy; read -r health; read -r single; read -r much
  send() {
  printf '%s' "$1" | base64 -d | sed "s/${ROUND}/$4/g" | \
    timeout "$3" curl -q -s --noproxy '*' -Z --parallel-max "$2" -K - 2>/dev/null
  }
  echo @@alone
  send "$alone" 1 60 1
  for round in 1 2; do
  echo @@together; began=$EPOCHREALTIME
  send "$together" ${TOGETHER} 30 $round
  echo "took $began $EPOCHREALTIME"
  done
  echo @@health
  {
  end=$((SECONDS + ${HEAVY_SECONDS})); round=0
  while [ $SECONDS -lt $end ]; do
  round=$((round % 250 + 1)); send "$heavy" ${HEAVY_AT_ONCE} $((end - SECONDS)) $round
  done
  } >/dev/null & load=$!
  sleep 0.1
  while kill -0 $load 2>/dev/null; do send "$health" 1 20 1; sleep 0.02; done
  echo @@single
  send "$single" 1 60 1
  echo @@much
  send "$much" 1 20 1
  true`;

/** Reads what curl wrote. Pure. */
export function readLoad(stdout: string): Observation<GatewayLoad> {
  const parts = (name: string): string[] =>
    stdout
      .split(`@@${name}\n`)
      .slice(1)
      .map((text) => text.split('@@')[0] ?? '');
  const all = (name: string): Timed[] => parts(name).flatMap(timed);
  const together = parts('together').map((text) => ({ requests: timed(text), seconds: secondsIn(text) }));
  const read =
    together.length > 0 && together.every(({ requests, seconds }) => requests.length > 0 && seconds > 0);
  if (!read) return { status: 'unknown', why: 'curl gave no answer' };
  return known<GatewayLoad>({
    alone: all('alone'),
    together,
    health: all('health'),
    oneClient: all('single'),
    tooMuch: all('much').map(({ status }) => status),
  });
}

function secondsIn(text: string): number {
  const [, began, ended] = /^took (\S+) (\S+)$/m.exec(text) ?? [];
  return Number(ended) - Number(began);
}

function timed(text: string): Timed[] {
  return [...text.matchAll(/^(\d{3}) ([\d.]+)$/gm)].map(([, status, seconds]) => ({
    status: Number(status),
    seconds: Number(seconds),
  }));
}
