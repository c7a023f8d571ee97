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

const NODE_EXPORTER_PORT = 9100;

/** Every port on the host that the configuration claims. */
export function listeners(config: Config): Listener[] {
  return [
    ...qdrantListeners(config),
    ...(config.postgres.enabled && isLoopback(config.postgres.host)
      ? [{ port: config.postgres.port, path: ['postgres', 'port'], what: 'PostgreSQL' }]
      : []),
    ...(config.redis.enabled ? [{ port: config.redis.port, path: ['redis', 'port'], what: 'Redis' }] : []),
    ...gatewayListeners(config),
    ...edgeListeners(config),
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

function edgeListeners({ networking: { edge, load_balancer } }: Config): Listener[] {
  if (!load_balancer) return [];
  const ports = [
    ['gateway_port', edge.gateway_port],
    ['gateway_grpc_port', edge.gateway_grpc_port],
    ['qdrant_http_port', edge.qdrant_http_port],
    ['qdrant_grpc_port', edge.qdrant_grpc_port],
  ] as const;
  return ports.flatMap(([key, port]) =>
    port === undefined ? [] : [{ port, path: ['networking', 'edge', key], what: `${key} of the edge` }],
  );
}

function monitoringListeners({ monitoring }: Config): Listener[] {
  const node = { port: NODE_EXPORTER_PORT, path: ['monitoring', 'node_exporter'], what: 'the node exporter' };
  const prometheus = {
    port: monitoring.prometheus_port,
    path: ['monitoring', 'prometheus_port'],
    what: 'Prometheus',
  };
  return [...(monitoring.metrics_enabled ? [prometheus] : []), ...(monitoring.node_exporter ? [node] : [])];
}

/** Each port of the edge that is configured, once. */
export function edgePorts({ networking: { edge } }: Config): number[] {
  const ports = [edge.gateway_port, edge.gateway_grpc_port, edge.qdrant_http_port, edge.qdrant_grpc_port];
  return [...new Set(ports.filter((port) => port !== undefined))];
}

/** Whether an address is this machine's own loopback interface. */
export function isLoopback(address: string): boolean {
  return address === 'localhost' || address === '::1' || address.startsWith('127.');
}
