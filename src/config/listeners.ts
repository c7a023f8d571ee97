import type { ConfigPath } from './path.js';
import type { Config } from './schema.js';
import { gatewayPorts, SLOTS } from './slots.js';

/** A port that something of ours listens on. */
export interface Listener {
  port: number;
  /** Where the port is configured. */
  path: ConfigPath;
  /** What listens there, for messages. */
  what: string;
}

/** Where Prometheus finds the numbers of the edge, on loopback. */
export const EDGE_METRICS_PORT = 8404;

/** Where it finds those of the machine, of PostgreSQL and of Redis, on loopback. */
export const EXPORTER_PORTS = { node: 9100, postgres: 9187, redis: 9121 } as const;

/** Every port on the host that the configuration claims. First what cannot be moved: others have to give way. */
export function listeners(config: Config): Listener[] {
  return [
    ...edgeMetrics(config),
    ...qdrantListeners(config),
    ...(config.postgres.enabled && isLoopback(config.postgres.host)
      ? [{ port: config.postgres.port, path: ['postgres', 'port'], what: 'PostgreSQL' }]
      : []),
    ...(config.redis.enabled ? [{ port: config.redis.port, path: ['redis', 'port'], what: 'Redis' }] : []),
    ...gatewayListeners(config),
    ...edgeListeners(config),
    ...challengeListeners(config),
    ...monitoringListeners(config),
  ];
}

function qdrantListeners({ qdrant }: Config): Listener[] {
  return SLOTS.flatMap((slot) =>
    (['http', 'grpc', 'p2p'] as const).map((kind) => ({
      port: qdrant.slots[slot][kind],
      path: ['qdrant', 'slots', slot, kind],
      what: `${kind} of the ${slot} slot`,
    })),
  );
}

function gatewayListeners(config: Config): Listener[] {
  if (!config.gateway.enabled) return [];
  return SLOTS.flatMap((slot) =>
    Array.from({ length: config.gateway.replicas }, (_, index) => index).flatMap((index) => {
      const { port, grpcPort } = gatewayPorts(config, slot, index);
      const replica = `replica ${index + 1} of the gateway, slot ${slot}`;
      const at = (key: string): ConfigPath => ['gateway', slot === 'green' ? 'slot_offset' : key];
      return [
        { port, path: at('port'), what: replica },
        ...(grpcPort === null ? [] : [{ port: grpcPort, path: at('grpc_port'), what: `gRPC of ${replica}` }]),
      ];
    }),
  );
}

function edgeListeners(config: Config): Listener[] {
  if (!config.networking.load_balancer) return [];
  const local = localQdrantPort(config);
  const doors = [...edgeDoors(config), ...(local === null ? [] : [['qdrant_local_port', local] as const])];
  return doors.map(([key, port]) => {
    return { port, path: ['networking', 'edge', key], what: `${key} of the edge` };
  });
}

/**
 * The port on loopback at which the edge leads to the slot of Qdrant that serves, for the gateway; null: there is none,
 * for want of an edge or of a gateway.
 */
export function localQdrantPort({ gateway, networking }: Config): number | null {
  const { edge, load_balancer } = networking;
  return load_balancer && gateway.enabled ? edge.qdrant_local_port : null;
}

/** Where a CA asks whether the domain is the host's. */
export interface ChallengePorts {
  /** Of the edge, open to everybody. */
  open: number;
  /** On loopback, where certbot answers what the edge passes on; nothing listens there otherwise. */
  local: number;
}

/** The ports for http-01; null where certificates do not come from ACME, or there is no edge. */
export function challengePorts(config: Config): ChallengePorts | null {
  const { mode, acme } = config.networking.tls;
  if (mode !== 'acme' || edgeListeners(config).length === 0) return null;
  return { open: acme.http_port, local: acme.local_port };
}

function challengeListeners(config: Config): Listener[] {
  const ports = challengePorts(config);
  if (ports === null) return [];
  const at = (key: string): ConfigPath => ['networking', 'tls', 'acme', key];
  return [
    { port: ports.open, path: at('http_port'), what: 'challenges of ACME at the edge' },
    { port: ports.local, path: at('local_port'), what: 'certbot, which answers challenges' },
  ];
}

/** There wherever the edge is. */
function edgeMetrics(config: Config): Listener[] {
  if (edgeListeners(config).length === 0) return [];
  return [
    { port: EDGE_METRICS_PORT, path: ['networking', 'load_balancer'], what: 'the metrics of the edge' },
  ];
}

/** The ports of the edge that there is something behind, by their keys. */
function edgeDoors({ gateway, networking: { edge }, qdrant }: Config): [string, number][] {
  const behind = {
    gateway_port: gateway.enabled,
    gateway_grpc_port: gateway.enabled && gateway.grpc_port !== null,
    qdrant_http_port: true,
    qdrant_grpc_port: qdrant.artifact.from !== 'emulator',
  };
  return (Object.keys(behind) as (keyof typeof behind)[]).flatMap((key): [string, number][] => {
    const port = edge[key];
    return behind[key] && port !== undefined ? [[key, port]] : [];
  });
}

function monitoringListeners({ monitoring, postgres, redis }: Config): Listener[] {
  const { enabled, metrics_enabled, node_exporter, prometheus_port, alertmanager } = monitoring;
  const at = (port: number, what: string, ...key: string[]): Listener => {
    return { port, path: ['monitoring', ...key], what };
  };
  return [
    ...(metrics_enabled ? [at(prometheus_port, 'Prometheus', 'prometheus_port')] : []),
    ...(node_exporter ? [at(EXPORTER_PORTS.node, 'the node exporter', 'node_exporter')] : []),
    ...(enabled && alertmanager.enabled
      ? [at(alertmanager.port, 'Alertmanager', 'alertmanager', 'port')]
      : []),
    ...(enabled && postgres.enabled
      ? [at(EXPORTER_PORTS.postgres, 'the PostgreSQL exporter', 'enabled')]
      : []),
    ...(enabled && redis.enabled ? [at(EXPORTER_PORTS.redis, 'the Redis exporter', 'enabled')] : []),
  ];
}

/** Each port at which clients reach something behind the edge, once. */
export function edgePorts(config: Config): number[] {
  return [...new Set(edgeDoors(config).map(([, port]) => port))];
}

/** Whether an address is this machine's own loopback interface. */
export function isLoopback(address: string): boolean {
  return address === 'localhost' || address === '::1' || address.startsWith('127.');
}
