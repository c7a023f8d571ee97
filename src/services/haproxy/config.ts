import { EDGE_METRICS_PORT } from '../../config/listeners.js';
import type { Config, SlotName } from '../../config/schema.js';
import { SLOTS } from '../../config/slots.js';
import { parseSize } from '../../config/units.js';
import { type Script, sh } from '../../host/shell.js';
import { template } from '../../templates.js';
import { gatewayInstances, reachedAt } from '../gateway/instances.js';

/** What HAProxy is started with. */
export const EDGE_CONFIGURATION = '/etc/haproxy/haproxy.cfg';

/** Certificate chain and key of the edge, in one file as HAProxy wants it. */
export const EDGE_CERTIFICATE = '/etc/haproxy/vdb-edge.pem';

/** Where a CA that is made on the host lies: `ca.pem`, to be handed to clients, and its key. */
export function ownCaDirectory({ paths }: Pick<Config, 'paths'>): string {
  return `${paths.root}/config/tls`;
}

/** The certificate of that CA. */
export function ownCaFile(config: Pick<Config, 'paths'>): string {
  return `${ownCaDirectory(config)}/ca.pem`;
}

/** One port of the edge and what is behind it. */
interface Door {
  /** Of frontend and backend. */
  name: string;
  port: number;
  binds: string[];
  /** Of the bind lines, with a leading space. */
  options: string;
  balance: 'leastconn' | 'first';
  /** Bytes that a body may announce. */
  maxBody: number;
  check: HealthCheck;
  serverOptions: string;
  servers: Server[];
}

/** What a server is asked again and again, and what it answers while it serves. */
interface HealthCheck {
  path: string;
  /** As `http-check send` has it. */
  request: string;
  status: number;
}

interface Server {
  name: string;
  address: string;
  options: string;
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

/**
 * A call over HTTP/2 as clients speak it, of a method that no server has: gRPC says so at once, and HTTP has 200 for
 * that. A health check proper needs a message in its body, which HAProxy cannot send: it holds NUL.
 */
const GRPC_HEALTH: HealthCheck = {
  path: '/vdb.edge/Alive',
  request:
    'meth POST uri /vdb.edge/Alive ver HTTP/2 hdr Host localhost hdr Content-Type application/grpc hdr TE trailers',
  status: 200,
};

/** Requests come from the operator's forwarded ports too, so loopback is always allowed. */
const LOOPBACK = ['127.0.0.0/8', '::1'];

/** Whether there is something for the edge to serve. */
export function edgeServes(config: Config): boolean {
  return config.networking.load_balancer && doors(config).length > 0;
}

/** The ports that the edge opens. */
export function servedPorts(config: Config): number[] {
  return doors(config).map(({ port }) => port);
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

/** Every address that the edge listens on, for each of its ports. */
export function publicDoors(config: Config): PublicDoor[] {
  const { edge, tls } = config.networking;
  if (!edgeServes(config)) return [];
  return doors(config).flatMap(({ name, port, check }) => {
    const grpc = name.endsWith('grpc');
    const { path, status } = grpc ? GRPC_HEALTH : check;
    return edge.bind.map((address) => {
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
  /** Of haproxy.cfg, one for each of its ports. */
  backends: string[];
  /** The slot that has their requests. */
  active: SlotName;
  /** How long servers that are enabled may take until their health checks pass. */
  limitSeconds: number;
}

/** The services of haproxy.cfg, and the slots that it gives their requests to. */
export function edgeServices(config: Config): EdgeService[] {
  const { gateway, qdrant } = config;
  const names = doors(config).map(({ name }) => name);
  const of = (name: EdgeService['name'], active: SlotName): EdgeService => {
    const backends = names.filter((backend) => backend.startsWith(name));
    return { name, active, backends, limitSeconds: upSeconds(config) };
  };
  return [of('gateway', gateway.active_slot), of('qdrant', qdrant.active_slot)].filter(
    ({ backends }) => backends.length > 0,
  );
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

/** The whole of haproxy.cfg. The active slot is the one that serves; the other is known and disabled. Pure. */
export function renderHaproxy(config: Config): string {
  const { gateway, networking, security } = config;
  return template('haproxy/haproxy.cfg', {
    maxConnections: gateway.max_connections,
    keepAliveSeconds: gateway.keep_alive_seconds,
    tls: networking.tls.mode !== 'off',
    allow: [...security.firewall.allow, ...LOOPBACK],
    requestsPerMinute: security.rate_limiting ? networking.edge.max_requests_per_minute : undefined,
    metricsPort: EDGE_METRICS_PORT,
    errors: ERRORS,
    health: healthOf(config),
    doors: doors(config),
  });
}

function doors(config: Config): Door[] {
  const { gateway, networking, qdrant } = config;
  const { edge } = networking;
  const found: Door[] = [];
  if (gateway.enabled) found.push(gatewayDoor(config, edge.gateway_port, 'http'));
  if (gateway.enabled && gateway.grpc_port !== null && edge.gateway_grpc_port !== undefined)
    found.push(gatewayDoor(config, edge.gateway_grpc_port, 'grpc'));
  if (edge.qdrant_http_port !== undefined) {
    found.push({
      ...qdrantDoor(config, 'qdrant_rest', edge.qdrant_http_port, 'http'),
      options: bindOptions(config, 'http'),
    });
  }
  if (edge.qdrant_grpc_port !== undefined && qdrant.artifact.from !== 'emulator') {
    const door = qdrantDoor(config, 'qdrant_grpc', edge.qdrant_grpc_port, 'grpc');
    found.push({ ...door, options: bindOptions(config, 'grpc'), serverOptions: ' proto h2' });
  }
  return found;
}

function gatewayDoor(config: Config, port: number, kind: 'http' | 'grpc'): Door {
  const { gateway } = config;
  const grpc = kind === 'grpc';
  return {
    name: grpc ? 'gateway_grpc' : 'gateway',
    port,
    binds: binds(config, port),
    options: bindOptions(config, kind),
    balance: 'leastconn',
    maxBody: parseSize(gateway.limits.max_body_size) ?? 0,
    check: grpc ? GRPC_HEALTH : gatewayHealth(config),
    serverOptions: grpc ? ' proto h2' : '',
    servers: SLOTS.flatMap((slot) => gatewayInstances(config, slot)).map((instance) => ({
      name: instance.name,
      address: `${reachedAt(gateway.bind)}:${grpc ? instance.grpcPort : instance.port}`,
      options: onlyIn(gateway.active_slot, instance.slot),
    })),
  };
}

/** The path of the documents for the gateway that comes with vdb; one of their own is asked what its contract says. */
function gatewayHealth({ gateway, networking }: Config): HealthCheck {
  if (gateway.artifact.from === 'reference') return answering(networking.health_check_path, 200);
  return answering(gateway.health.path, gateway.health.status);
}

function answering(path: string, status: number): HealthCheck {
  return { path, request: `meth GET uri ${path} ver HTTP/1.1 hdr Host localhost`, status };
}

/** Checked over REST always: it says more than an open gRPC port. */
function qdrantDoor(
  config: Config,
  name: string,
  port: number,
  kind: 'http' | 'grpc',
): Omit<Door, 'options'> {
  const { qdrant } = config;
  const address = reachedAt(qdrant.bind);
  return {
    name,
    port,
    binds: binds(config, port),
    balance: 'first',
    maxBody: qdrant.max_request_size_mb * 1024 * 1024,
    check: answering('/readyz', 200),
    serverOptions: '',
    servers: SLOTS.map((slot) => ({
      name: slot,
      address: `${address}:${qdrant.slots[slot][kind]}`,
      options: [
        kind === 'grpc' ? ` port ${qdrant.slots[slot].http} check-proto h1` : '',
        onlyIn(qdrant.active_slot, slot),
      ].join(''),
    })),
  };
}

/** Of a server in a slot: the one that is not active is known, and neither used nor asked for its health. */
function onlyIn(active: SlotName, slot: SlotName): string {
  return slot === active ? '' : ' disabled';
}

function bindOptions({ networking }: Config, kind: 'http' | 'grpc'): string {
  if (networking.tls.mode === 'off') return kind === 'grpc' ? ' proto h2' : '';
  return ` ssl crt ${EDGE_CERTIFICATE} alpn ${kind === 'grpc' ? 'h2' : 'h2,http/1.1'}`;
}

function binds({ networking: { edge } }: Config, port: number): string[] {
  return edge.bind.map((address) =>
    address.includes(':') ? `[${address}]:${port} v6only` : `${address}:${port}`,
  );
}
