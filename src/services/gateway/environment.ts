import type { GatewayVariable } from '../../config/gateway-environment.js';
import { localQdrantPort } from '../../config/listeners.js';
import type { Config } from '../../config/schema.js';
import { parseSize } from '../../config/units.js';
import { stateFile } from '../host-state.js';
import { slotOf } from '../qdrant/place.js';
import { documentFile } from '../registry/place.js';
import { allowedNetworks, type GatewayInstance, reachedAt, TRUSTED_PROXIES, workersOf } from './instances.js';

/** What an instance is told besides the configuration. */
export interface EnvironmentContext {
  /** Cores of the host. */
  cpus: number;
  /** Name of the release that it runs. */
  release: string;
  /** The ASGI application in it: module and name. */
  app: string;
}

type Value = string | number | boolean;
/** Those that `gateway.environment` cannot set. */
type Variables = Partial<Record<GatewayVariable, Value>>;

/**
 * The environment of one instance, for systemd and shells alike. It holds secrets. The names are those
 * of `gateway.settings` and `citadel.settings`; a gateway of one's own finds the same.
 */
export function renderGatewayEnvironment(
  config: Config,
  instance: GatewayInstance,
  context: EnvironmentContext,
): string {
  const variables: Record<string, Value> = {
    ...server(config, instance, context),
    ...limits(config),
    ...access(config),
    ...database(config, instance, workersOf(config, context.cpus)),
    ...services(config),
    ...embeddings(config),
    ...config.gateway.environment,
    ...config.gateway.secrets,
  };
  const lines = Object.entries(variables).map(([name, value]) => `${name}=${quoted(String(value))}`);
  return ['# Written by vdb: changes here are overwritten.', ...lines, ''].join('\n');
}

function server(config: Config, { port, grpcPort }: GatewayInstance, context: EnvironmentContext): Variables {
  const { gateway, deployment, monitoring, paths } = config;
  return {
    ENVIRONMENT: deployment.environment,
    RELEASE: context.release,
    GATEWAY_APP: context.app,
    LOG_LEVEL: gateway.log_level,
    LOG_FORMAT: monitoring.logging_enabled ? 'json' : 'console',
    GATEWAY_HOST: gateway.bind,
    GATEWAY_PORT: port,
    GRPC_PORT: grpcPort ?? 0,
    GUNICORN_WORKERS: workersOf(config, context.cpus),
    GUNICORN_GRACEFUL_TIMEOUT: gateway.graceful_timeout_seconds,
    GUNICORN_KEEPALIVE: gateway.keep_alive_seconds,
    MAX_CONNECTIONS: gateway.max_connections,
    API_VERSIONING_ENABLED: gateway.versioning.enabled,
    API_VERSION: gateway.versioning.prefix,
    STATE_FILE: stateFile(config),
    CHECKS_FILE: `${paths.state}/readiness.json`,
    PRODUCTION_FILE: documentFile(config, 'production'),
    DEPLOYMENT_FILE: documentFile(config, 'deployment'),
  };
}

function limits({ gateway: { limits, rate_limit } }: Config): Variables {
  return {
    MAX_TITLE_LENGTH: limits.max_title_length,
    MAX_CHUNKS_PER_DOCUMENT: limits.max_chunks_per_document,
    MAX_TEXT_LENGTH: limits.max_text_length,
    MAX_QUERY_LENGTH: limits.max_query_length,
    MAX_RESULTS_K: limits.max_results_k,
    MAX_BATCH_POINTS: limits.max_batch_points,
    MAX_BODY_BYTES: parseSize(limits.max_body_size) ?? 0,
    RATE_LIMIT_ENABLED: rate_limit.enabled,
    RATE_LIMIT_DEFAULT: rate_limit.default,
    RATE_LIMIT_SEARCH: rate_limit.search,
    RATE_LIMIT_WRITE: rate_limit.write,
    RATE_LIMIT_FAIL_OPEN: rate_limit.fail_open,
  };
}

/** The reference gateway finds its key in the database; one of their own is told. */
function access(config: Config): Variables {
  const { gateway, security } = config;
  return {
    API_KEY_AUTH: security.api_key_auth,
    ...(gateway.artifact.from === 'reference' || gateway.api_key === '' ? {} : { API_KEY: gateway.api_key }),
    CORS_ORIGINS: gateway.cors_origins.join(','),
    IP_ALLOWLIST: allowedNetworks(config).join(','),
    TRUSTED_PROXIES: TRUSTED_PROXIES.join(','),
  };
}

/** The pool of the replica, shared out over its workers: together they never hold more than it. */
function database({ postgres }: Config, { home }: GatewayInstance, workers: number): Variables {
  if (!postgres.enabled) return {};
  const { pool } = postgres;
  return {
    // Not /opt/citadel: what lies there is readable by root alone, and everything is said here.
    DATABASE_DIRECTORY: home,
    POSTGRES_HOST: postgres.host,
    POSTGRES_PORT: postgres.port,
    POSTGRES_DB: postgres.database,
    POSTGRES_USER: postgres.user,
    POSTGRES_PASSWORD: postgres.password,
    POSTGRES_POOL_SIZE: Math.max(1, Math.floor(pool.size / workers)),
    POSTGRES_MAX_OVERFLOW: Math.floor(pool.max_overflow / workers),
    POSTGRES_POOL_TIMEOUT: pool.timeout_seconds,
    POSTGRES_STATEMENT_TIMEOUT_MS: postgres.statement_timeout_seconds * 1000,
  };
}

function services(config: Config): Variables {
  const { gateway, qdrant, redis } = config;
  const { cache } = gateway;
  return {
    QDRANT_URL: qdrantUrl(config),
    QDRANT_API_KEY: qdrant.api_key,
    CACHE_ENABLED: redis.enabled && cache.enabled,
    CACHE_TTL_SECONDS: cache.ttl_seconds,
    ...(redis.enabled
      ? { REDIS_HOST: '127.0.0.1', REDIS_PORT: redis.port, REDIS_PASSWORD: redis.password }
      : {}),
  };
}

/** Through the edge where there is one: a switch of Qdrant's slots is none of the gateway's business then. */
function qdrantUrl(config: Config): string {
  const port = localQdrantPort(config);
  if (port !== null) return `http://127.0.0.1:${port}`;
  return `http://${reachedAt(config.qdrant.bind)}:${slotOf(config).http}`;
}

function embeddings({ gateway: { embedding, test_embedder }, models }: Config): Variables {
  return {
    EMBEDDING_MODEL: embedding.model,
    EMBEDDING_DIMENSION: embedding.dimension,
    ...(embedding.api_key === undefined ? {} : { COHERE_API_KEY: embedding.api_key }),
    MODELS: JSON.stringify(models),
    TEST_EMBEDDER: test_embedder,
  };
}

/** In double quotes, with a backslash before what those leave special: systemd and sh agree on this, python-dotenv does not. */
function quoted(value: string): string {
  if (/^[\w@%+=:,./-]+$/.test(value)) return value;
  return `"${value.replaceAll(/["\\$`]/g, '\\$&')}"`;
}
