import type { Config, SlotName } from '../../config/schema.js';
import { gatewayPorts } from '../../config/slots.js';

/** One replica of the gateway: a process with workers of its own. */
export interface GatewayInstance {
  /** `blue-1`: the slot, and its number in it. */
  name: string;
  unit: string;
  slot: SlotName;
  port: number;
  /** null: no gRPC. */
  grpcPort: number | null;
  /** The link to its release; the instance runs from there. */
  home: string;
  /** Its settings and secrets. */
  environment: string;
}

/** The replicas of a slot, by default of the active one, in the order of their ports. */
export function gatewayInstances(config: Config, slot = config.gateway.active_slot): GatewayInstance[] {
  const { gateway, paths } = config;
  return Array.from({ length: gateway.replicas }, (_, index) => {
    const name = `${slot}-${index + 1}`;
    return {
      name,
      slot,
      unit: `api-gateway@${name}.service`,
      ...gatewayPorts(config, slot, index),
      home: `${paths.root}/gateway/${name}`,
      environment: `${paths.root}/config/gateway-${name}.env`,
    };
  });
}

/** Worker processes of one replica on a host with so many CPUs. */
export function workersOf({ gateway, postgres }: Config, cpus: number): number {
  if (gateway.workers !== 'auto') return gateway.workers;
  const share = Math.round((2 * Math.min(cpus, gateway.cpu)) / gateway.replicas);
  const most = postgres.enabled ? postgres.pool.size : share;
  return Math.max(1, Math.min(share, most));
}

/** An address that a client on the host reaches what is bound to `bind` at, as it stands in a URL. */
export function reachedAt(bind: string): string {
  if (bind === '0.0.0.0') return '127.0.0.1';
  if (bind === '::') return '[::1]';
  return bind.includes(':') ? `[${bind}]` : bind;
}

/** Where an instance answers on the host: `http://127.0.0.1:8001`. */
export function instanceUrl({ gateway }: Config, { port }: GatewayInstance): string {
  return `http://${reachedAt(gateway.bind)}:${port}`;
}

/** Who may tell the gateway in a header whom a request comes from: the edge, which is on the same host. */
export const TRUSTED_PROXIES = ['127.0.0.1/32', '::1/128'] as const;

/** What only the host itself can come from: `vdb check gateway` takes addresses of it for clients that nobody is. */
const OWN_NETWORKS = ['127.0.0.0/8', '::1/128'] as const;

/** The networks that may use the gateway; empty: all. The edge itself, and looks from the host, always may. */
export function allowedNetworks({ security: { firewall } }: Config): string[] {
  return firewall.enabled ? [...OWN_NETWORKS, ...firewall.allow] : [];
}
