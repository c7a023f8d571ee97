import { checks, command, criterion, type DocumentSpec, subtasks } from './document.js';

/** Task 3.1: what its document says beyond its sub-tasks. */
export const postgresqlDocument: Omit<DocumentSpec, 'id' | 'title'> = {
  criteria: [
    criterion(
      'PostgreSQL server installed and configured',
      ...subtasks('3.1.1'),
      ...checks('postgres.accepts'),
    ),
    criterion(
      'Database schema created for metadata and user management',
      ...subtasks('3.1.2', '3.1.5'),
      ...checks('postgres.migrations'),
    ),
    criterion('SQLAlchemy models implemented for all entities', ...subtasks('3.1.3', '3.1.7')),
    criterion(
      'Connection pooling configured for high performance',
      ...subtasks('3.1.4'),
      ...checks('python.pool'),
    ),
    criterion(
      'Database migration system operational',
      ...subtasks('3.1.5'),
      ...checks('postgres.migrations'),
    ),
    criterion(
      'Data synchronization with Qdrant collections implemented',
      ...subtasks('3.1.6'),
      ...checks('collections.count'),
    ),
    criterion('CRUD operations for users, collections, and metadata', ...subtasks('3.1.7')),
    criterion(
      'Database performance optimized with indexing',
      ...subtasks('3.1.7'),
      ...checks('postgres.migrations'),
    ),
    command(
      'systemctl status postgresql; SELECT version()',
      ...checks('postgres.accepts', 'postgres.supported'),
    ),
    command(
      '\\dt shows users, collections, vector_metadata, embedding_jobs',
      ...checks('postgres.migrations'),
    ),
    command('connection pool test: each connection answers', ...checks('python.pool')),
    command('migration test: the schema is at the newest migration', ...checks('postgres.migrations')),
    command("synchronization test: PostgreSQL lists Qdrant's collections", ...subtasks('3.1.6')),
  ],
  corrections: [
    'PostgreSQL 14 is out of support since November 2026: the major of the distribution is taken.',
    'The password stands in the document: one is generated, kept in a file that root alone can read, and the published one is refused.',
    'psql -h 192.168.10.30 asks over the network for what listens on loopback: it is asked on the host itself, at the configured address.',
    'The migration test runs alembic upgrade head, which changes the database that it tests: migrations are compared, not run.',
    'The tables are listed by name: that the schema is at the newest migration says that they are there, and as the code expects them.',
    'The pool test opens one connection: as many are opened as the pool keeps.',
    'Indexes are not told from a plan of a query on empty tables: that the models equal the tables, indexes included, is tested with the layer.',
  ],
};
