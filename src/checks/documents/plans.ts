import { checks, command, criterion, type DocumentSpec, GATEWAY, subtasks } from './document.js';

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

/** The plan for the gateway, of which nothing is part of this release. */
export const productionApiDocument: DocumentSpec = {
  id: 'production-api',
  title: 'Production-grade API',
  criteria: [
    criterion('All endpoints work with versioning', GATEWAY),
    criterion('Rate limiting enforces limits when enabled', GATEWAY),
    criterion('Multi-worker handles concurrent requests', GATEWAY),
    criterion('Configuration works via env vars', GATEWAY),
    criterion('Test coverage of at least 97 %, all tests passing', GATEWAY),
    criterion('README, configuration guide and API docs', GATEWAY),
    criterion('Gunicorn starts with multiple workers', GATEWAY),
    command('concurrent searches do not block; health answers within 100 ms under load', GATEWAY),
  ],
  corrections: [
    "slowapi's memory is per worker, and behind a proxy every client is the proxy: limits belong in Redis, by the forwarded address of a trusted edge.",
    'gunicorn 21.2 has known vulnerabilities (fixed from 22 on) and uvicorn.workers is deprecated: a later one is pinned.',
  ],
};
