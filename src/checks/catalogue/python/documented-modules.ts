import type { Config } from '../../../config/schema.js';
import { importName, parseRequirement } from '../../../resources/virtualenv-packages.js';

/**
 * What the validation commands of task 0.4 and of the plan for a local backend import, and the database layer of task
 * 3.1. The documents' aioredis cannot be imported on Python 3.11 and later; it became redis.asyncio.
 */
const DOCUMENTED = [
  'qdrant_client',
  'qdrant_client.models',
  'fastapi',
  'strawberry',
  'grpc',
  'redis',
  'redis.asyncio',
  'prometheus_client',
  'structlog',
  'aiohttp',
  'numpy',
  'asyncpg',
  'sqlalchemy',
  'alembic',
  'psycopg',
  'pgvector',
  'pgvector.psycopg',
] as const;

/** The pinned requirements of every purpose. */
export function pinnedPackages({ python }: Config) {
  return Object.values(python.packages).flat().map(parseRequirement);
}

/** The documented modules, by whether the configuration has their package. */
export function documentedModules(config: Config): { wanted: string[]; unconfigured: string[] } {
  const roots = new Set(pinnedPackages(config).map(({ name }) => importName(name)));
  const has = (module: string): boolean => roots.has(module.split('.')[0] ?? module);
  return {
    wanted: DOCUMENTED.filter(has),
    unconfigured: DOCUMENTED.filter((module) => !has(module)),
  };
}
