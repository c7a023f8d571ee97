import { z } from 'zod';
import { absolutePath, httpUrl, seconds } from './values.js';

const pinned = z
  .string()
  .regex(
    /^[A-Za-z0-9][A-Za-z0-9._-]*(\[[A-Za-z0-9,._-]+\])?==[A-Za-z0-9.+!_-]+$/,
    'must be pinned: name==version',
  );

const packages = (requirements: string[], purpose: string) =>
  z.array(pinned).default(requirements).describe(purpose);

const CORE = ['qdrant-client==1.18.0', 'fastapi==0.165.0', 'uvicorn==0.54.0', 'redis==8.1.0', 'numpy==2.4.6'];

const API = [
  'strawberry-graphql==0.341.2',
  'grpcio==1.85.1',
  'grpcio-tools==1.85.1',
  'pydantic==2.14.3',
  'pydantic-settings==2.16.3',
  'PyYAML==6.0.4',
  'sqlalchemy[asyncio]==2.1.9',
  'asyncpg==0.32.0',
  'alembic==1.20.1',
  'psycopg[binary]==3.3.9',
  'pgvector==0.5.1',
  'gunicorn==27.0.1',
];

const MONITORING = ['prometheus-client==0.26.0', 'structlog==26.1.0', 'aiohttp==3.14.5'];

const DEVELOPMENT = [
  'pytest==9.2.0',
  'pytest-asyncio==1.5.0',
  'locust==2.47.0',
  'black==26.10.1',
  'isort==9.0.2',
];

export const pythonSchema = z
  .strictObject({
    required: z
      .boolean()
      .default(true)
      .describe('false: where no package index answers, the packages are reported as skipped.'),
    index_url: httpUrl().optional().describe('Package index in place of PyPI.'),
    extra_index_urls: z.array(httpUrl()).default([]).describe('Further package indexes.'),
    ca_bundle: absolutePath().optional().describe('CA certificates on the host for the package index.'),
    wheel_dir: absolutePath()
      .optional()
      .describe('Directory with wheels on the host; nothing is downloaded then.'),
    timeout_seconds: seconds().default(60).describe('How long pip waits for the index.'),
    packages: z
      .strictObject({
        core: packages(CORE, 'Vector database client, web framework, cache client.'),
        api: packages(API, 'GraphQL, gRPC, validation, metadata store, application server.'),
        monitoring: packages(MONITORING, 'Metrics, structured logs, HTTP client.'),
        development: packages(DEVELOPMENT, 'Tests, load generation, formatting.'),
      })
      .prefault({})
      .describe('Pinned requirements by purpose, installed together into one virtual environment.'),
  })
  .describe('The Python environment of task 0.4.');
