import {
  challengePorts,
  listeners as claimed,
  EDGE_METRICS_PORT,
  edgePorts,
  isLoopback,
  localQdrantPort,
} from '../config/listeners.js';
import type { Config, SlotName } from '../config/schema.js';
import { SLOTS } from '../config/slots.js';
import { gatewayInstances } from '../services/gateway/instances.js';

/** A socket that the configuration names. */
export interface Entry {
  port: number;
  /** Where it may listen: an address, `loopback` alone, or `any`. */
  on: string;
  what: string;
  /** Whether its absence is a finding: of what a task of this release starts. */
  required: boolean;
}

/** The TCP sockets that may listen on the host, and those that must. Pure. */
export function manifest(config: Config, slot: SlotName, sshPorts: readonly number[]): Entry[] {
  return [
    ...sshPorts.map((port) => ({ port, on: 'any', what: 'SSH', required: true })),
    ...SLOTS.flatMap((each) => qdrantEntries(config, each, each === slot)),
    ...(config.postgres.enabled ? [postgresEntry(config)] : []),
    ...(config.redis.enabled
      ? [{ port: config.redis.port, on: 'loopback', what: 'Redis', required: true }]
      : []),
    ...SLOTS.flatMap((each) => gatewayEntries(config, each)),
    ...edgeEntries(config),
    ...monitoringEntries(config),
  ];
}

/** The slot that is not active runs during a deployment only. */
function qdrantEntries({ qdrant }: Config, slot: SlotName, active: boolean): Entry[] {
  const { http, grpc, p2p } = qdrant.slots[slot];
  const on = isLoopback(qdrant.bind) ? 'loopback' : qdrant.bind;
  const genuine = qdrant.artifact.from !== 'emulator';
  const entry = (port: number, kind: string, opens: boolean): Entry => {
    return { port, on, what: `${kind} of Qdrant, slot ${slot}`, required: active && opens };
  };
  return [
    entry(http, 'REST', true),
    entry(grpc, 'gRPC', genuine),
    entry(p2p, 'cluster port', genuine && qdrant.cluster.enabled),
  ];
}

/** `postgres.settings` may say otherwise than the keys of their own. */
function postgresEntry({ postgres }: Config): Entry {
  const { listen_addresses: elsewhere, port = postgres.port } = postgres.settings;
  const named = isLoopback(postgres.host) ? 'loopback' : postgres.host;
  const on = elsewhere === undefined && (named === 'loopback' || isAddress(named)) ? named : 'any';
  return { port: Number(port), on, what: 'PostgreSQL', required: true };
}

function isAddress(host: string): boolean {
  return /^[\d.]+$|:/.test(host);
}

/** As with Qdrant; whether a gateway of their own offers gRPC is not known. */
function gatewayEntries(config: Config, slot: SlotName): Entry[] {
  const { enabled, bind, active_slot, artifact } = config.gateway;
  if (!enabled) return [];
  const on = isLoopback(bind) ? 'loopback' : bind;
  return gatewayInstances(config, slot).flatMap(({ name, port, grpcPort }) => {
    const required = slot === active_slot;
    const http = { port, on, what: `gateway ${name}`, required };
    if (grpcPort === null) return [http];
    const offered = artifact.from === 'reference';
    return [http, { port: grpcPort, on, what: `gRPC of gateway ${name}`, required: required && offered }];
  });
}

/** Certbot answers challenges only while it obtains a certificate. */
function edgeEntries(config: Config): Entry[] {
  const certbot = challengePorts(config)?.local;
  const own = [EDGE_METRICS_PORT, localQdrantPort(config), certbot];
  return claimed(config).flatMap(({ port, path: [section], what }) =>
    section === 'networking'
      ? [{ port, on: own.includes(port) ? 'loopback' : 'any', what, required: port !== certbot }]
      : [],
  );
}

/** Where vdb does not bring it, monitoring may run, and is not missed. */
function monitoringEntries(config: Config): Entry[] {
  const required = config.monitoring.enabled;
  return claimed(config).flatMap(({ port, path: [section], what }) =>
    section === 'monitoring' ? [{ port, on: 'loopback', what, required }] : [],
  );
}

/** Ports of the documents that never answer from outside, whatever the configuration says. */
const ALWAYS_CLOSED = [6333, 6334, 6335, 5432, 6379, 9090];

/** The ports that must not answer from outside: all but SSH and those that the edge opens. Ascending, pure. */
export function closedPorts(config: Config, sshPorts: readonly number[]): number[] {
  const open = new Set([...sshPorts, ...edgePorts(config), challengePorts(config)?.open]);
  const slots = SLOTS.flatMap((slot) => {
    const { http, grpc, p2p } = config.qdrant.slots[slot];
    return [http, grpc, p2p];
  });
  const ports = [...ALWAYS_CLOSED, ...slots, ...claimed(config).map(({ port }) => port)];
  if (config.postgres.enabled) ports.push(postgresEntry(config).port);
  return [...new Set(ports)].filter((port) => !open.has(port)).sort((a, b) => a - b);
}
