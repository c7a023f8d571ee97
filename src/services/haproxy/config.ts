import { challengePorts, EDGE_METRICS_PORT } from '../../config/listeners.js';
import type { Config, SlotName } from '../../config/schema.js';
import { type Script, sh } from '../../host/shell.js';
import { template } from '../../templates.js';
import { reachedAt } from '../gateway/instances.js';
import { type Backend, bindsAt, doors, GRPC_HEALTH } from './doors.js';

/** What HAProxy is started with. */
export const EDGE_CONFIGURATION = '/etc/haproxy/haproxy.cfg';

/** Where a CA that is made on the host lies: `ca.pem`, to be handed to clients, and its key. */
export function ownCaDirectory({ paths }: Pick<Config, 'paths'>): string {
  return `${paths.root}/config/tls`;
}

/** The certificate of that CA. */
export function ownCaFile(config: Pick<Config, 'paths'>): string {
  return `${ownCaDirectory(config)}/ca.pem`;
}

/** What clients get from the edge itself; the gateway's own errors have the same form (RFC 9457). */
const ERRORS = [
  { status: 403, title: 'this address is not on the allowlist' },
  { status: 413, title: 'the body is larger than is accepted' },
  { status: 429, title: 'too many requests from this address', retryAfter: 10 },
  { status: 502, title: 'the service gave no valid answer' },
  { status: 503, title: 'no server can take the request now', retryAfter: 5 },
  { status: 504, title: 'the service did not answer in time' },
].map(({ title, ...rest }) => ({ ...rest, body: JSON.stringify({ title, status: rest.status }) }));

/** In trouble it is asked more often than that, so that it is down, or back, within seconds. */
const TROUBLE_SECONDS = 2;

/** Checks in a row that make a server healthy. */
const RISE = 2;

/** Requests come from the operator's forwarded ports too, so loopback is always allowed. */
const LOOPBACK = ['127.0.0.0/8', '::1'];

/** Everybody may ask where challenges are asked: that must not take the connections of clients. */
const CHALLENGE_CONNECTIONS = 64;

/** Whether there is something for the edge to serve. */
export function edgeServes(config: Config): boolean {
  return config.networking.load_balancer && doors(config).length > 0;
}

/** The ports that the edge opens to clients. */
export function servedPorts(config: Config): number[] {
  return doors(config).flatMap(({ open, port }) => (open ? [port] : []));
}

/** What a client asks at a port of the edge to learn whether a server answers behind it. */
export interface PublicDoor {
  /** As in a URL. */
  address: string;
  port: number;
  tls: boolean;
  grpc: boolean;
  path: string;
  /** What is answered where a server does. */
  status: number;
}

/** Every address that the edge listens on for clients, for each of its ports. */
export function publicDoors(config: Config): PublicDoor[] {
  const { edge, tls } = config.networking;
  if (!edgeServes(config)) return [];
  return doors(config).flatMap(({ open, kind, port, backends }) => {
    const grpc = kind === 'grpc';
    const { path, status } = grpc ? GRPC_HEALTH : backends[0].check;
    const addresses = open ? edge.bind : [];
    return addresses.map((address) => {
      return { address: reachedAt(address), port, tls: tls.mode !== 'off', grpc, path, status };
    });
  });
}

/** Passes when HAProxy serves: its own page of metrics answers. */
export function edgeReady(): Script {
  return sh`curl -fsS -o /dev/null --max-time 5 ${`http://127.0.0.1:${EDGE_METRICS_PORT}/metrics`}`;
}

/** A service behind the edge that has slots. */
export interface EdgeService {
  name: 'gateway' | 'qdrant';
  /** Of haproxy.cfg, all that it has. */
  backends: string[];
  /** Those of them that have the writes alone; none where reads and writes go together. */
  writeBackends: string[];
  /** Where it is asked over HTTP. */
  door: { port: number; tls: boolean };
  /** The slot that has their requests. */
  active: SlotName;
  /** How long servers that are enabled may take until their health checks pass. */
  limitSeconds: number;
}

/** The edge's side of a service; undefined where there is none. */
export function findEdge(config: Config, service: EdgeService['name']): EdgeService | undefined {
  return edgeServes(config) ? edgeServices(config).find(({ name }) => name === service) : undefined;
}

/** The services of haproxy.cfg, and the slots that it gives their requests to. */
export function edgeServices(config: Config): EdgeService[] {
  const { gateway, networking, qdrant } = config;
  const of = (name: EdgeService['name'], active: SlotName): EdgeService[] => {
    const itsDoors = doors(config).filter(({ service }) => service === name);
    const asked = itsDoors.find(({ kind }) => kind === 'http');
    if (asked === undefined) return [];
    const own = itsDoors.flatMap(({ backends }) => backends);
    return [
      {
        door: { port: asked.port, tls: asked.open && networking.tls.mode !== 'off' },
        ...{ name, active, limitSeconds: upSeconds(config) },
        backends: namesOf(own),
        writeBackends: namesOf(own.filter(({ writes }) => writes)),
      },
    ];
  };
  return [...of('gateway', gateway.active_slot), ...of('qdrant', qdrant.active_slot)];
}

function namesOf(backends: readonly Backend[]): string[] {
  return backends.map(({ name }) => name);
}

/** The first check may be a whole interval away; then there are as many as make a server healthy. */
function upSeconds(config: Config): number {
  const { interval, trouble, timeout, rise } = healthOf(config);
  return interval + timeout + (rise - 1) * (trouble + timeout);
}

function healthOf({ monitoring }: Config) {
  const interval = monitoring.health_check_interval_seconds;
  return {
    interval,
    trouble: Math.min(interval, TROUBLE_SECONDS),
    timeout: monitoring.health_check_timeout_seconds,
    retries: monitoring.health_check_retries,
    rise: RISE,
  };
}

/** What the edge does at the moment, beside the configuration. */
export interface EdgeState {
  /** Writes to Qdrant are held back: see `raiseFence`. */
  fenced?: boolean;
}

/**
 * The whole of haproxy.cfg. The active slot is the one that serves; the other is known and disabled, and so are all
 * servers for writes while the edge is fenced. Pure.
 */
export function renderHaproxy(config: Config, { fenced = false }: EdgeState = {}): string {
  const { gateway, networking, qdrant, security } = config;
  const active = { gateway: gateway.active_slot, qdrant: qdrant.active_slot };
  const shown = doors(config);
  const challenge = challengeDoor(config);
  return template('haproxy/haproxy.cfg', {
    maxConnections: gateway.max_connections,
    // Clients that take all connections they may have leave those that the gateway answers them with.
    maxConnectionsInAll:
      gateway.max_connections * (shown.every(({ open }) => open) ? 1 : 2) + (challenge?.maxConnections ?? 0),
    keepAliveSeconds: gateway.keep_alive_seconds,
    tls: networking.tls.mode !== 'off',
    allow: [...security.firewall.allow, ...LOOPBACK],
    requestsPerMinute: security.rate_limiting ? networking.edge.max_requests_per_minute : undefined,
    metricsPort: EDGE_METRICS_PORT,
    errors: ERRORS,
    health: healthOf(config),
    challenge,
    doors: shown.map((door) => ({
      ...door,
      backends: door.backends.map((backend) => ({
        ...backend,
        servers: backend.servers.map((server) => ({
          ...server,
          disabled: server.slot !== active[door.service] || (fenced && backend.writes),
        })),
      })),
    })),
  });
}

/** Where a CA asks for a proof that the domain is the host's, without TLS and allowlist, and nothing else is. */
function challengeDoor(config: Config) {
  const ports = challengePorts(config);
  if (ports === null) return undefined;
  return {
    binds: bindsAt(config, ports.open),
    local: ports.local,
    maxConnections: CHALLENGE_CONNECTIONS,
  };
}
