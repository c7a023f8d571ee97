import { checks, command, criterion, type DocumentSpec, subtasks } from './document.js';

/** The plan for a local backend: its packages, on the server's environment. */
export const localBackendDocument: DocumentSpec = {
  id: 'local-backend',
  title: 'Local backend requirements',
  criteria: [
    criterion(
      'The environment contains all dependencies',
      ...subtasks('0.4.2'),
      ...checks('python.packages'),
    ),
    criterion('pip check reports no conflicts', ...checks('python.conflicts')),
    criterion('Import smoke test succeeds', ...checks('python.imports')),
    criterion('PostgreSQL, pgvector, libpq and build tools installed', ...subtasks('0.4.1', '3.1.1')),
    command('python -m pip check', ...checks('python.conflicts')),
    command('import pgvector.psycopg and the other key modules', ...checks('python.imports')),
  ],
  corrections: [
    'postgresql-16 is not in every supported distribution: the major of the distribution is taken, with its pgvector.',
    'The environment of the repository (.venv) is that of the server here: /opt/qdrant/venv unless paths.root says otherwise.',
  ],
};

/** The plan for the gateway. Two of its checks put a short load on it, as its own tests do. */
export const productionApiDocument: DocumentSpec = {
  id: 'production-api',
  title: 'Production-grade API',
  criteria: [
    criterion('All endpoints work with versioning', ...checks('gateway.endpoints', 'gateway.infrastructure')),
    criterion('Rate limiting enforces limits when enabled', ...checks('gateway.rate-limit')),
    criterion(
      'Multi-worker handles concurrent requests',
      ...checks('gateway.workers', 'gateway.concurrency'),
    ),
    criterion('Configuration works via env vars', ...subtasks('1.2.2'), ...checks('gateway.limits')),
    criterion('Test coverage of at least 97 %, all tests passing', {
      beyond: "nothing that a host can show: vdb's own tests of the gateway demand it",
    }),
    criterion('README, configuration guide and API docs', {
      beyond: 'nothing that a host can show: see docs/gateway.md and its OpenAPI document',
    }),
    criterion('Gunicorn starts with multiple workers', ...checks('gateway.workers')),
    command(
      'concurrent searches do not block; health answers within 100 ms under load',
      ...checks('gateway.concurrency', 'gateway.latency'),
    ),
  ],
  corrections: [
    "slowapi's memory is per worker, and behind a proxy every client is the proxy: limits belong in Redis, by the forwarded address of a trusted edge.",
    'gunicorn 21.2 has known vulnerabilities (fixed from 22 on) and uvicorn.workers is deprecated: a later one is pinned.',
  ],
};
