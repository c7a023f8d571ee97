import type { Config } from '../config/schema.js';
import { EXIT, VdbError } from '../errors.js';
import { gatewayInstances } from '../services/gateway/instances.js';
import { type Door, doors } from '../services/haproxy/doors.js';
import type { RequestSpec } from './load/message.js';
import type { Kind, PathName } from './profile.js';
import { GATEWAY_KINDS, gatewayRequest } from './requests/gateway.js';
import { qdrantRequest } from './requests/qdrant.js';
import type { Supply } from './requests/supply.js';

/** A way to the data: where it begins on the host, and how requests look there. */
export interface Way {
  name: PathName;
  /** `Qdrant, port 6333`. */
  title: string;
  /** On the host's loopback interface. */
  port: number;
  tls: boolean;
  kinds: readonly Kind[] | 'all';
  /** Of what costs the server nothing: how fast the way itself is. */
  ping: RequestSpec;
  request(kind: Kind, index: number, supply: Supply): RequestSpec;
}

/** The way that a name stands for, with this configuration. Throws `bench.path` where there is none. */
export function wayOf(config: Config, name: PathName): Way {
  switch (name) {
    case 'qdrant':
      return qdrantWay(config, name, { port: qdrantPort(config), tls: false, behind: 'Qdrant' });
    case 'edge':
      return edgeWay(config);
    case 'gateway':
      return replicaWay(config);
    case 'clients':
      return clientsWay(config);
  }
}

/** The REST port of the slot that serves. */
export function qdrantPort({ qdrant }: Pick<Config, 'qdrant'>): number {
  return qdrant.slots[qdrant.active_slot].http;
}

function qdrantWay(
  { qdrant }: Config,
  name: PathName,
  { port, tls, behind }: { port: number; tls: boolean; behind: string },
): Way {
  const headers = { 'api-key': qdrant.api_key };
  return {
    ...{ name, port, tls, kinds: 'all', title: `${behind}, port ${port}` },
    ping: { method: 'GET', path: '/livez', headers },
    request: (kind, index, supply) => ({ headers, ...qdrantRequest(kind, index, supply) }),
  };
}

/** The door on loopback, which has no limits, where there is one. */
function edgeWay(config: Config): Way {
  const own = edgeDoors(config).filter(({ service, kind }) => service === 'qdrant' && kind === 'http');
  const door = own.find(({ open }) => !open) ?? own[0];
  if (door === undefined)
    throw noWay('edge', 'HAProxy does not serve Qdrant', 'networking.edge.qdrant_http_port');
  return qdrantWay(config, 'edge', {
    port: door.port,
    tls: hasTls(config, door),
    behind: 'HAProxy and Qdrant',
  });
}

/** Each request comes from another client, as `vdb check gateway` does it: nobody's rate limit is used up. */
function replicaWay(config: Config): Way {
  const [instance] = gatewayInstances(config);
  if (!config.gateway.enabled || instance === undefined)
    throw noWay('gateway', 'there is no gateway', 'gateway.enabled');
  return gatewayWay(config, 'gateway', {
    ...{ port: instance.port, tls: false, behind: 'gateway and Qdrant' },
    clientOf: (index) => ({ 'X-Forwarded-For': addressOf(index) }),
  });
}

/** As one client comes in, with the limits that hold for one. */
function clientsWay(config: Config): Way {
  const door = edgeDoors(config).find(({ service, kind }) => service === 'gateway' && kind === 'http');
  if (door === undefined) throw noWay('clients', 'HAProxy serves no gateway', 'networking.load_balancer');
  if (config.gateway.rate_limit.enabled)
    throw noWay(
      'clients',
      `one client may make ${config.gateway.rate_limit.search} searches`,
      'gateway.rate_limit',
    );
  return gatewayWay(config, 'clients', {
    ...{ port: door.port, tls: hasTls(config, door), behind: 'HAProxy, gateway and Qdrant' },
    clientOf: () => ({}),
  });
}

function gatewayWay(
  { gateway }: Config,
  name: PathName,
  {
    port,
    tls,
    behind,
    clientOf,
  }: { port: number; tls: boolean; behind: string; clientOf(index: number): Record<string, string> },
): Way {
  const prefix = gateway.versioning.enabled ? `/${gateway.versioning.prefix}` : '';
  const key: Record<string, string> = gateway.api_key === undefined ? {} : { 'X-API-Key': gateway.api_key };
  return {
    ...{ name, port, tls, kinds: GATEWAY_KINDS, title: `${behind}, port ${port}` },
    ping: { method: 'GET', path: '/livez', headers: {} },
    request: (kind, index, supply) => ({
      headers: { ...key, ...clientOf(index) },
      ...gatewayRequest(kind, index, supply, prefix),
    }),
  };
}

function edgeDoors(config: Config): Door[] {
  return config.networking.load_balancer ? doors(config) : [];
}

function hasTls({ networking }: Config, { open }: Door): boolean {
  return open && networking.tls.mode !== 'off';
}

/** An address of loopback's network, which only the host itself can claim. */
function addressOf(index: number): string {
  return `127.${1 + (index % 250)}.${1 + (Math.floor(index / 250) % 250)}.1`;
}

function noWay(name: PathName, why: string, key: string): VdbError {
  return new VdbError(`There is no path "${name}": ${why}`, {
    code: 'bench.path',
    exitCode: EXIT.usage,
    next: `Measure another one (--path), or set ${key}.`,
  });
}
