import { localQdrantPort } from '../../config/listeners.js';
import type { Config, SlotName } from '../../config/schema.js';
import { SLOTS } from '../../config/slots.js';
import { parseSize } from '../../config/units.js';
import { gatewayInstances, reachedAt } from '../gateway/instances.js';
import { GRPC_READS, REST_READ_METHODS, REST_READ_POSTS } from '../qdrant/reads.js';

/** Certificate chain and key of the edge, in one file as HAProxy wants it. */
export const EDGE_CERTIFICATE = '/etc/haproxy/vdb-edge.pem';

/** One port of the edge and what is behind it. */
export interface Door {
  /** Of the frontend, and of the backend that has its requests. */
  name: string;
  service: 'gateway' | 'qdrant';
  kind: Kind;
  port: number;
  /** For clients: with TLS, allowlist and limits. Otherwise on loopback, for what runs on the host. */
  open: boolean;
  binds: string[];
  /** Of the bind lines, with a leading space. */
  options: string;
  /** Bytes that a body may announce. */
  maxBody: number;
  /** Which requests are reads; null: it does not matter. */
  reads: Reads | null;
  /** The first one has the requests; where reads are told apart, the second one has the others. */
  backends: [Backend, ...Backend[]];
}

/** `grpc`: HTTP/2 to the end. */
type Kind = 'http' | 'grpc';

/** Lines of a frontend that name conditions, and how those make a read. */
interface Reads {
  acls: string[];
  condition: string;
}

/** The servers of both slots, under one way to choose and to check. */
export interface Backend {
  name: string;
  /** Has what may change something, and that alone. */
  writes: boolean;
  balance: 'leastconn' | 'first';
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
  slot: SlotName;
  address: string;
  options: string;
}

/**
 * A call over HTTP/2 as clients speak it, of a method that no server has: gRPC says so at once, and HTTP has 200 for
 * that. A health check proper needs a message in its body, which HAProxy cannot send: it holds NUL.
 */
export const GRPC_HEALTH: HealthCheck = {
  path: '/vdb.edge/Alive',
  request:
    'meth POST uri /vdb.edge/Alive ver HTTP/2 hdr Host localhost hdr Content-Type application/grpc hdr TE trailers',
  status: 200,
};

const READS: Record<Kind, Reads> = {
  http: {
    acls: [`looks method ${REST_READ_METHODS.join(' ')}`, `asks path -m reg '${REST_READ_POSTS}'`],
    condition: 'looks or METH_POST asks',
  },
  grpc: {
    acls: [
      `read path ${GRPC_HEALTH.path}`,
      ...Object.entries(GRPC_READS).map(
        ([service, calls]) => `read path ${calls.map((call) => `/${service}/${call}`).join(' ')}`,
      ),
    ],
    condition: 'read',
  },
};

/** What the edge listens on, where it is on. Pure. */
export function doors(config: Config): Door[] {
  const { gateway, networking, qdrant } = config;
  const { edge } = networking;
  const local = localQdrantPort(config);
  const grpc = gateway.grpc_port !== null && edge.gateway_grpc_port;
  const genuine = qdrant.artifact.from !== 'emulator' && edge.qdrant_grpc_port;
  return [
    ...(gateway.enabled ? [gatewayDoor(config, edge.gateway_port, 'http')] : []),
    ...(gateway.enabled && grpc ? [gatewayDoor(config, grpc, 'grpc')] : []),
    ...(edge.qdrant_http_port ? [qdrantDoor(config, 'qdrant_rest', edge.qdrant_http_port, 'http')] : []),
    ...(genuine ? [qdrantDoor(config, 'qdrant_grpc', genuine, 'grpc')] : []),
    ...(local === null ? [] : [localDoor(config, local)]),
  ];
}

function gatewayDoor(config: Config, port: number, kind: Kind): Door {
  const { gateway } = config;
  const grpc = kind === 'grpc';
  const name = grpc ? 'gateway_grpc' : 'gateway';
  return {
    ...{ name, service: 'gateway', reads: null, ...openAt(config, port, kind) },
    maxBody: parseSize(gateway.limits.max_body_size) ?? 0,
    backends: [
      {
        ...{ name, writes: false, balance: 'leastconn' },
        check: grpc ? GRPC_HEALTH : gatewayHealth(config),
        serverOptions: grpc ? ' proto h2' : '',
        servers: SLOTS.flatMap((slot) => gatewayInstances(config, slot)).map((instance) => ({
          name: instance.name,
          slot: instance.slot,
          address: `${reachedAt(gateway.bind)}:${grpc ? instance.grpcPort : instance.port}`,
          options: '',
        })),
      },
    ],
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

function qdrantDoor(config: Config, name: string, port: number, kind: Kind): Door {
  return { ...qdrantBehind(config, name, kind), ...openAt(config, port, kind) };
}

/** What runs on the host and uses Qdrant comes this way, so that a switch and a fence hold for it too. */
function localDoor(config: Config, port: number): Door {
  const binds = [`127.0.0.1:${port}`];
  return {
    ...qdrantBehind(config, 'qdrant_local', 'http'),
    ...{ kind: 'http', port, open: false, binds, options: '' },
  };
}

/** Reads and writes have backends of their own, as only writes can be held back then while reads go on. */
function qdrantBehind(
  config: Config,
  name: string,
  kind: Kind,
): Pick<Door, 'name' | 'service' | 'reads' | 'maxBody' | 'backends'> {
  const { max_request_size_mb } = config.qdrant;
  const backend = (write: boolean): Backend => ({
    ...{ name: write ? `${name}_write` : name, writes: write, balance: 'first' },
    ...{ check: answering('/readyz', 200), serverOptions: kind === 'grpc' ? ' proto h2' : '' },
    servers: qdrantServers(config, kind),
  });
  return {
    ...{ name, service: 'qdrant', reads: READS[kind] },
    maxBody: max_request_size_mb * 1024 * 1024,
    backends: [backend(false), backend(true)],
  };
}

/** Checked over REST always: it says more than an open gRPC port. */
function qdrantServers({ qdrant }: Config, kind: Kind): Server[] {
  const address = reachedAt(qdrant.bind);
  return SLOTS.map((slot) => ({
    ...{ name: slot, slot, address: `${address}:${qdrant.slots[slot][kind]}` },
    options: kind === 'grpc' ? ` port ${qdrant.slots[slot].http} check-proto h1` : '',
  }));
}

function openAt(config: Config, port: number, kind: Kind) {
  return { kind, port, open: true, binds: bindsAt(config, port), options: bindOptions(config, kind) };
}

function bindOptions({ networking }: Config, kind: Kind): string {
  if (networking.tls.mode === 'off') return kind === 'grpc' ? ' proto h2' : '';
  return ` ssl crt ${EDGE_CERTIFICATE} alpn ${kind === 'grpc' ? 'h2' : 'h2,http/1.1'}`;
}

/** A port at each address that the edge listens on for others, as a bind line has it. */
export function bindsAt({ networking: { edge } }: Pick<Config, 'networking'>, port: number): string[] {
  return edge.bind.map((address) =>
    address.includes(':') ? `[${address}]:${port} v6only` : `${address}:${port}`,
  );
}
