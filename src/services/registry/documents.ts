import { parse, stringify } from 'yaml';
import { z } from 'zod';
import type { Config } from '../../config/schema.js';
import { parseSize } from '../../config/units.js';
import { allowedNetworks, workersOf } from '../gateway/instances.js';
import { publicDoors } from '../haproxy/config.js';
import { TARGET } from './place.js';
import type { Instance, Service, ServiceName } from './services.js';

const DOCUMENTED: Partial<Record<ServiceName, string>> = { gateway: 'api_gateway' };

/** What the files of the documents call a service. */
export function documented(name: ServiceName): string {
  return DOCUMENTED[name] ?? name;
}

/** Text for people and programs, which vdb writes again whenever it differs. */
function written(document: Record<string, unknown>): string {
  return `# Written by vdb from vdb.yaml and the state of the host: changes here are overwritten.\n${stringify(document, { lineWidth: 0 })}`;
}

/**
 * The content of `production.yaml`: what is configured, in the shape of the sample of the documents. The gateway compares
 * its settings with it. Pure.
 */
export function renderProduction(config: Config, host: { cpus: number }): string {
  const { deployment, networking, monitoring, backup, security, collections } = config;
  return written({
    production_deployment: {
      environment: deployment.environment,
      deployment_strategy: deployment.strategy,
      configuration: { qdrant: qdrantSettings(config), ...gatewaySettings(config, host) },
      networking: {
        load_balancer: networking.load_balancer,
        ssl_termination: networking.tls.mode !== 'off',
        health_check_path: networking.health_check_path,
      },
      monitoring: {
        metrics_enabled: monitoring.metrics_enabled,
        logging_enabled: monitoring.logging_enabled,
        tracing_enabled: monitoring.tracing_enabled,
      },
      backup: { enabled: backup.enabled, schedule: backup.schedule, retention: backup.retention },
      security: {
        api_key_auth: security.api_key_auth,
        rate_limiting: security.rate_limiting,
        ip_allowlist: allowedNetworks(config),
      },
    },
    collections_production: Object.fromEntries(
      Object.entries(collections).map(([name, { backup_priority }]) => [
        name,
        { replicas: 1, backup_priority },
      ]),
    ),
  });
}

function qdrantSettings({ paths, qdrant }: Config) {
  return {
    storage_path: paths.storage,
    log_level: qdrant.log_level,
    max_request_size_mb: qdrant.max_request_size_mb,
  };
}

function gatewaySettings(config: Config, { cpus }: { cpus: number }) {
  const { gateway } = config;
  const { max_body_size, ...limits } = gateway.limits;
  if (!gateway.enabled) return {};
  return {
    api_gateway: {
      workers: workersOf(config, cpus),
      max_connections: gateway.max_connections,
      log_level: gateway.log_level,
      rate_limit: gateway.rate_limit,
      limits: { ...limits, max_body_bytes: parseSize(max_body_size) },
    },
  };
}

/** The content of `deployment.yaml`: which slot of which service serves, and from where. A gateway finds itself in it. Pure. */
export function renderDeployment(config: Config, services: readonly Service[]): string {
  const { strategy, environment, keep_releases, bake_seconds } = config.deployment;
  const slotted = services.filter(({ instances }) => instances.some(({ slot }) => slot !== null));
  return written({
    deployment: {
      ...{ environment, strategy, keep_releases, bake_seconds },
      services: Object.fromEntries(
        slotted.map(({ name, instances }) => [
          documented(name),
          {
            active_slot: slotIn(instances, 'active'),
            standby_slot: slotIn(instances, 'standby'),
            replicas: instances.filter(({ role }) => role === 'active').length,
            resources: resourcesOf(config, name),
            instances: instances.map((each) => ({
              ...{ name: each.name, slot: each.slot, role: each.role, unit: each.unit },
              ...{ port: each.health?.port ?? null, release: each.release },
            })),
          },
        ]),
      ),
    },
  });
}

function slotIn(instances: readonly Instance[], wanted: Instance['role']) {
  return instances.find(({ role }) => role === wanted)?.slot ?? null;
}

function resourcesOf({ qdrant, gateway }: Config, name: ServiceName) {
  if (name === 'gateway') return { cpu: gateway.cpu, memory: gateway.memory };
  return { cpu: qdrant.cpu, memory: qdrant.memory, storage: qdrant.storage };
}

const orchestrationSchema = z.object({
  target: z.string(),
  services: z.record(z.string(), z.object({ units: z.array(z.string()), after: z.array(z.string()) })),
});

/** What `service-orchestration.yaml` says. */
export type Orchestration = z.output<typeof orchestrationSchema>;

const healthChecksSchema = z.object({
  interval: z.number(),
  timeout: z.number(),
  retries: z.int(),
  endpoints: z.array(
    z.object({
      service: z.string(),
      instance: z.string(),
      /** With the scheme http, https, grpc, grpcs or tcp. */
      endpoint: z.url(),
      /** null: that it accepts a connection is all. */
      status: z.int().nullable().default(null),
    }),
  ),
});

/** What `health-checks.yaml` says. Times are in seconds. */
export type HealthChecks = z.output<typeof healthChecksSchema>;

/** Reads `service-orchestration.yaml`; null where the text is none. Pure. */
export function readOrchestration(text: string): Orchestration | null {
  return readAs(z.object({ orchestration: orchestrationSchema }), text)?.orchestration ?? null;
}

/** Reads `health-checks.yaml`; null where the text is none. Pure. */
export function readHealthChecks(text: string): HealthChecks | null {
  return readAs(z.object({ health_checks: healthChecksSchema }), text)?.health_checks ?? null;
}

function readAs<Schema extends z.ZodType>(schema: Schema, text: string): z.output<Schema> | null {
  try {
    return schema.parse(parse(text));
  } catch {
    return null;
  }
}

/** The content of `service-orchestration.yaml`: what systemd starts with the target, and in which order. Pure. */
export function renderOrchestration(services: readonly Service[]): string {
  return written({
    orchestration: {
      target: TARGET,
      services: Object.fromEntries(
        services.map(({ name, units, after }) => [
          documented(name),
          { units: [...units], after: after.map(documented) },
        ]),
      ),
    },
  });
}

/** The content of `health-checks.yaml`: where each service, and each door of the edge, is asked whether it serves. Pure. */
export function renderHealthChecks(config: Config, services: readonly Service[]): string {
  const { monitoring } = config;
  const endpoints = services.flatMap(({ name, instances }) =>
    instances
      .filter(({ role }) => role === 'active')
      .map((each) => ({ service: documented(name), ...endpointOf(each) })),
  );
  const doors = publicDoors(config).map(({ address, port, tls, grpc, path, status }) => ({
    ...{ service: 'edge', instance: `door ${port}` },
    endpoint: `${grpc ? 'grpc' : 'http'}${tls ? 's' : ''}://${address}:${port}${path}`,
    status,
  }));
  return written({
    health_checks: {
      interval: monitoring.health_check_interval_seconds,
      timeout: monitoring.health_check_timeout_seconds,
      retries: monitoring.health_check_retries,
      endpoints: [...endpoints, ...doors],
    },
  });
}

/** Of what does not speak HTTP an open port is all that can be asked for without its password. */
function endpointOf({ name: instance, address, health, endpoints }: Instance) {
  if (health === null) return { instance, endpoint: `tcp://${address}:${endpoints[0]?.port}` };
  const { port, path, status } = health;
  return { instance, endpoint: `http://${address}:${port}${path}`, status };
}
