/** The variables that vdb gives to the gateway, each with the key that decides on it. */
const SET_BY = {
  ENVIRONMENT: 'deployment.environment',
  RELEASE: 'gateway.artifact',
  GATEWAY_APP: 'gateway.artifact',
  LOG_LEVEL: 'gateway.log_level',
  LOG_FORMAT: 'monitoring.logging_enabled',
  GATEWAY_HOST: 'gateway.bind',
  GATEWAY_PORT: 'gateway.port',
  GRPC_PORT: 'gateway.grpc_port',
  GUNICORN_WORKERS: 'gateway.workers',
  GUNICORN_GRACEFUL_TIMEOUT: 'gateway.graceful_timeout_seconds',
  GUNICORN_KEEPALIVE: 'gateway.keep_alive_seconds',
  MAX_CONNECTIONS: 'gateway.max_connections',
  API_VERSIONING_ENABLED: 'gateway.versioning.enabled',
  API_VERSION: 'gateway.versioning.prefix',
  STATE_FILE: 'paths.state',
  CHECKS_FILE: 'paths.state',
  PRODUCTION_FILE: 'paths.root',
  DEPLOYMENT_FILE: 'paths.root',
  MAX_TITLE_LENGTH: 'gateway.limits.max_title_length',
  MAX_CHUNKS_PER_DOCUMENT: 'gateway.limits.max_chunks_per_document',
  MAX_TEXT_LENGTH: 'gateway.limits.max_text_length',
  MAX_QUERY_LENGTH: 'gateway.limits.max_query_length',
  MAX_RESULTS_K: 'gateway.limits.max_results_k',
  MAX_BATCH_POINTS: 'gateway.limits.max_batch_points',
  MAX_BODY_BYTES: 'gateway.limits.max_body_size',
  RATE_LIMIT_ENABLED: 'gateway.rate_limit.enabled',
  RATE_LIMIT_DEFAULT: 'gateway.rate_limit.default',
  RATE_LIMIT_SEARCH: 'gateway.rate_limit.search',
  RATE_LIMIT_WRITE: 'gateway.rate_limit.write',
  RATE_LIMIT_FAIL_OPEN: 'gateway.rate_limit.fail_open',
  API_KEY_AUTH: 'security.api_key_auth',
  API_KEY: 'gateway.api_key',
  CORS_ORIGINS: 'gateway.cors_origins',
  IP_ALLOWLIST: 'security.firewall.allow',
  TRUSTED_PROXIES: 'networking.load_balancer',
  DATABASE_DIRECTORY: 'paths.root',
  POSTGRES_HOST: 'postgres.host',
  POSTGRES_PORT: 'postgres.port',
  POSTGRES_DB: 'postgres.database',
  POSTGRES_USER: 'postgres.user',
  POSTGRES_PASSWORD: 'postgres.password',
  POSTGRES_POOL_SIZE: 'postgres.pool.size',
  POSTGRES_MAX_OVERFLOW: 'postgres.pool.max_overflow',
  POSTGRES_POOL_TIMEOUT: 'postgres.pool.timeout_seconds',
  POSTGRES_STATEMENT_TIMEOUT_MS: 'postgres.statement_timeout_seconds',
  QDRANT_URL: 'qdrant.slots',
  QDRANT_API_KEY: 'qdrant.api_key',
  REDIS_HOST: 'redis.enabled',
  REDIS_PORT: 'redis.port',
  REDIS_PASSWORD: 'redis.password',
  CACHE_ENABLED: 'gateway.cache.enabled',
  CACHE_TTL_SECONDS: 'gateway.cache.ttl_seconds',
  EMBEDDING_MODEL: 'gateway.embedding.model',
  EMBEDDING_DIMENSION: 'gateway.embedding.dimension',
  COHERE_API_KEY: 'gateway.embedding.api_key',
  MODELS: 'models',
  TEST_EMBEDDER: 'gateway.test_embedder',
} as const;

/** A variable of the gateway that has a key of its own. */
export type GatewayVariable = keyof typeof SET_BY;

/** What the unit, gunicorn and the shell that makes the key have to find as it is. */
const OF_THE_UNIT: readonly string[] = [
  'HOME',
  'LC_ALL',
  'PATH',
  'PROMETHEUS_MULTIPROC_DIR',
  'PYTHONDONTWRITEBYTECODE',
  'PYTHONNOUSERSITE',
  'PYTHONUNBUFFERED',
  'RUNTIME_DIRECTORY',
];

/** Why a variable cannot be set by its name, in words; undefined where it can. */
export function setBy(name: string): string | undefined {
  if (OF_THE_UNIT.includes(name)) return "is set by the gateway's unit";
  const keys: Readonly<Record<string, string>> = SET_BY;
  return Object.hasOwn(keys, name) ? `is what ${keys[name]} sets: set that` : undefined;
}
