import { z } from 'zod';
import type { Config } from '../../config/schema.js';
import { publicDoors } from '../haproxy/config.js';
import { discoveryDirectory, documentFile, registryFile } from './place.js';
import { SERVICE_NAMES, type Service, type ServiceName } from './services.js';

const SCHEMA = 'vdb.registry/1';

const instance = z.object({
  name: z.string(),
  slot: z.enum(['blue', 'green']).nullable(),
  role: z.enum(['active', 'standby']),
  unit: z.string(),
  address: z.string(),
  endpoints: z.array(z.object({ protocol: z.string(), port: z.int() })),
  health: z.object({ port: z.int(), path: z.string(), status: z.int() }).nullable(),
  release: z.string().nullable(),
});

const registrySchema = z.object({
  schema: z.literal(SCHEMA),
  services: z.array(z.object({ name: z.enum(SERVICE_NAMES), instances: z.array(instance) })),
  doors: z.array(
    z.object({
      address: z.string(),
      port: z.int(),
      tls: z.boolean(),
      grpc: z.boolean(),
      path: z.string(),
      status: z.int(),
    }),
  ),
});

/** What `registry.json` says: what runs, where, and by which doors clients come. */
export type Registry = z.output<typeof registrySchema>;

/**
 * The content of `registry.json`. It names no releases but the links to them: those lead to the right one after a
 * rollback too. It holds no secret. Pure.
 */
export function renderRegistry(config: Config, services: readonly Service[]): string {
  const registry: Registry = {
    schema: SCHEMA,
    services: services.map(({ name, instances }) => ({
      name,
      instances: instances.map(
        ({ name: instance, slot, role, unit, address, endpoints, health, release }) => ({
          ...{ name: instance, slot, role, unit, address },
          ...{ endpoints: [...endpoints], health, release },
        }),
      ),
    })),
    doors: publicDoors(config),
  };
  return `${JSON.stringify(registry, null, 2)}\n`;
}

/** Reads `registry.json`; null where the text is none. Pure. */
export function readRegistry(text: string): Registry | null {
  try {
    return registrySchema.parse(JSON.parse(text));
  } catch {
    return null;
  }
}

/** A file of targets for Prometheus. */
export interface Discovery {
  /** `vdb-gateway.json`. */
  name: string;
  content: string;
}

/** One file for each service that has metrics of its own. What stands by is at rest, and would only be missed. Pure. */
export function renderDiscovery(services: readonly Service[]): Discovery[] {
  return services.flatMap(({ name: service, instances }) => {
    const groups = instances.flatMap(({ slot, role, address, metricsPort }) => {
      if (role !== 'active' || metricsPort === null) return [];
      const labels = { service, role, ...(slot === null ? {} : { slot }) };
      return [{ targets: [`${address}:${metricsPort}`], labels }];
    });
    if (groups.length === 0) return [];
    return [{ name: fileOf(service), content: `${JSON.stringify(groups, null, 2)}\n` }];
  });
}

/** The names of such files that there would be with another configuration. Pure. */
export function undiscovered(found: readonly Discovery[]): string[] {
  return SERVICE_NAMES.map(fileOf).filter((name) => !found.some((each) => each.name === name));
}

/** The files that name the slots that serve, and follow at a switch. Pure. */
export function filesOfSlots(config: Pick<Config, 'paths'>): string[] {
  return [
    registryFile(config),
    ...(['deployment', 'orchestration', 'healthChecks'] as const).map((name) => documentFile(config, name)),
    ...SERVICE_NAMES.map((name) => `${discoveryDirectory(config)}/${fileOf(name)}`),
  ];
}

function fileOf(service: ServiceName): string {
  return `vdb-${service}.json`;
}
