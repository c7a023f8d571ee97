import { EDGE_METRICS_PORT } from '../../config/listeners.js';
import type { Config, SlotName } from '../../config/schema.js';
import { SLOTS } from '../../config/slots.js';
import { gatewayInstances, reachedAt } from '../gateway/instances.js';
import { edgeServes } from '../haproxy/config.js';
import { monitoringPrograms } from '../monitoring/programs.js';

/** In the order in which they are started: each finds there what it needs. */
export const SERVICE_NAMES = ['postgresql', 'redis', 'qdrant', 'gateway', 'edge', 'monitoring'] as const;

export type ServiceName = (typeof SERVICE_NAMES)[number];

/** `active`: it serves. `standby`: at rest, what a rollback goes to. */
export type Role = 'active' | 'standby';

/** A port of an instance, and what is spoken there. */
export interface Endpoint {
  protocol: 'http' | 'grpc' | 'qdrant-peer' | 'postgresql' | 'redis';
  port: number;
}

/** What runs, or stands by, under a unit of its own. */
export interface Instance {
  /** `blue-1`. */
  name: string;
  /** null: its service has no slots. */
  slot: SlotName | null;
  role: Role;
  unit: string;
  /** Where it is reached on the host, as in a URL. */
  address: string;
  endpoints: readonly Endpoint[];
  /** What it answers over HTTP while it serves; null: it speaks something else. */
  health: { port: number; path: string; status: number } | null;
  /** Where Prometheus finds its numbers; null: nowhere of its own. */
  metricsPort: number | null;
  /** The link to its release; null: it is the distribution's. */
  release: string | null;
}

/** Something that vdb runs on a host. */
export interface Service {
  name: ServiceName;
  /** What is started before it, and stopped after it. */
  after: readonly ServiceName[];
  /** What systemd starts and stops for it. */
  units: readonly string[];
  instances: readonly Instance[];
}

/** What of a host is known besides the configuration with its active slots. */
export interface Placement {
  /** The slot of the gateway that stands by; null: there is none. */
  standby: SlotName | null;
  /** Major version of the host's PostgreSQL. */
  postgres: number;
}

/** Everything that runs on the host, in the order in which it is started. Pure. */
export function servicesOf(config: Config, placement: Placement): Service[] {
  const found = [
    ...(config.postgres.enabled ? [postgresql(config, placement)] : []),
    ...(config.redis.enabled ? [redis(config)] : []),
    qdrant(config),
    ...(config.gateway.enabled ? [gateway(config, placement)] : []),
    ...(edgeServes(config) ? [edge()] : []),
    ...(config.monitoring.enabled ? [monitoring(config)] : []),
  ];
  const names = found.map(({ name }) => name);
  return found.map((each) => ({ ...each, after: each.after.filter((name) => names.includes(name)) }));
}

/** Debian's unit for all clusters starts and stops that of the cluster. */
function postgresql({ postgres }: Config, { postgres: major }: Placement): Service {
  const port = Number(postgres.settings.port ?? postgres.port);
  return {
    name: 'postgresql',
    after: [],
    units: ['postgresql.service'],
    instances: [
      {
        ...alone('main', `postgresql@${major}-main.service`),
        address: postgres.host,
        endpoints: [{ protocol: 'postgresql', port }],
      },
    ],
  };
}

function redis({ redis: { port } }: Config): Service {
  const unit = 'redis-server.service';
  return {
    name: 'redis',
    after: [],
    units: [unit],
    instances: [{ ...alone('main', unit), endpoints: [{ protocol: 'redis', port }] }],
  };
}

function qdrant({ qdrant, paths }: Config): Service {
  const { active_slot: slot, bind, artifact, cluster } = qdrant;
  const { http, grpc, p2p } = qdrant.slots[slot];
  const genuine = artifact.from !== 'emulator';
  const unit = `qdrant@${slot}.service`;
  const instance: Instance = {
    ...{ name: slot, slot, role: 'active', unit, address: reachedAt(bind) },
    endpoints: [
      { protocol: 'http', port: http },
      ...(genuine ? [{ protocol: 'grpc', port: grpc } as const] : []),
      ...(genuine && cluster.enabled ? [{ protocol: 'qdrant-peer', port: p2p } as const] : []),
    ],
    health: { port: http, path: '/readyz', status: 200 },
    metricsPort: http,
    release: `${paths.root}/slots/${slot}`,
  };
  return { name: 'qdrant', after: [], units: [unit], instances: [instance] };
}

function gateway(config: Config, { standby }: Placement): Service {
  const serving = gatewayInstances(config);
  const resting = standby === null ? [] : gatewayInstances(config, standby);
  return {
    name: 'gateway',
    after: ['postgresql', 'redis', 'qdrant'],
    units: serving.map(({ unit }) => unit),
    instances: [...serving, ...resting].map((each): Instance => {
      const { gateway: settings } = config;
      const { name, slot, unit, port, grpcPort, home } = each;
      const offered = grpcPort !== null && settings.artifact.from === 'reference';
      return {
        ...{ name, slot, unit, address: reachedAt(settings.bind), release: home },
        role: slot === settings.active_slot ? 'active' : 'standby',
        endpoints: [
          { protocol: 'http', port },
          ...(offered ? [{ protocol: 'grpc', port: grpcPort } as const] : []),
        ],
        health: { port, path: settings.health.path, status: settings.health.status },
        metricsPort: settings.artifact.from === 'reference' ? port : null,
      };
    }),
  };
}

/** What it opens to clients are the doors of the registry; here is what it says of itself. */
function edge(): Service {
  const unit = 'haproxy.service';
  const port = EDGE_METRICS_PORT;
  const instance: Instance = {
    ...alone('main', unit),
    endpoints: [{ protocol: 'http', port }],
    health: { port, path: '/metrics', status: 200 },
    metricsPort: port,
  };
  return { name: 'edge', after: ['qdrant', 'gateway'], units: [unit], instances: [instance] };
}

/** Prometheus with all that brings it numbers, or takes alerts from it. */
function monitoring(config: Config): Service {
  const programs = monitoringPrograms(config);
  return {
    name: 'monitoring',
    after: ['postgresql', 'redis', 'qdrant', 'gateway', 'edge'],
    units: programs.map(({ unit }) => unit),
    instances: programs.map(({ name, unit, port, readyPath }) => ({
      ...alone(name, unit),
      endpoints: [{ protocol: 'http', port }],
      health: { port, path: readyPath, status: 200 },
    })),
  };
}

/** The one instance of a service without slots, on loopback. */
function alone(name: string, unit: string): Instance {
  return {
    ...{ name, unit, slot: null, role: 'active', address: '127.0.0.1' },
    ...{ endpoints: [], health: null, metricsPort: null, release: null },
  };
}

/** The units of a service in every slot that it can run in: for what has to hold whichever is active. */
export function unitsOfAllSlots(config: Config, { name, units }: Service): string[] {
  if (name === 'qdrant') return SLOTS.map((slot) => `qdrant@${slot}.service`);
  if (name === 'gateway') return SLOTS.flatMap((slot) => gatewayInstances(config, slot)).map(unitOf);
  return [...units];
}

function unitOf({ unit }: { unit: string }): string {
  return unit;
}
