import { expect, test } from 'vitest';
import { onSharedHost } from '../support/shared.js';
import { canMigrate, HEAD } from './support.js';

/** In the directory of the layer, with the environment of task 0.4, as the document's reader has them. */
const IN_PLACE = 'cd /opt/citadel && export PATH=/opt/qdrant/venv/bin:$PATH PYTHONDONTWRITEBYTECODE=1 &&';

/** psql of the document, at the configured address and with the generated password. */
const PSQL = `. /opt/citadel/.env && PGPASSWORD=$POSTGRES_PASSWORD psql -h 127.0.0.1 -U vector_user -d vector_metadata`;

onSharedHost('the validation commands of the document of task 3.1', (host) => {
  test('PostgreSQL is there and has the tables, of the role', async () => {
    expect(await host().inside(`${PSQL} -c "SELECT version();"`)).toContain('PostgreSQL 17');
    const tables = await host().inside(`${PSQL} -c "\\dt"`);
    for (const table of ['users', 'collections', 'vector_metadata', 'embedding_jobs'])
      expect(tables).toMatch(new RegExp(`public \\| ${table} +\\| table \\| vector_user`));
  });

  test('the pool connects', async (context) => {
    if (!(await canMigrate(host()))) return context.skip('the virtual environment has no layer to run');
    const said = await host().inside(`${IN_PLACE} python -c "
from services.database_client import DatabaseClient
client = DatabaseClient()
with client.get_connection() as conn:
    result = conn.execute('SELECT COUNT(*) FROM users;')
    print(f'Connection successful: {result.fetchone()[0]} users')
"`);
    expect(said).toBe('Connection successful: 0 users\n');
  });

  test('migrations run', async (context) => {
    if (!(await canMigrate(host()))) return context.skip('the virtual environment has no layer to run');
    const said = await host().inside(`${IN_PLACE} python -c "
from alembic import command
from alembic.config import Config
config = Config('/opt/citadel/alembic.ini')
command.upgrade(config, 'head')
print('Migrations completed successfully')
" 2>&1 && alembic current 2>/dev/null`);
    expect(said).toContain('Migrations completed successfully\n');
    expect(said).toContain(`${HEAD} (head)\n`);
  });

  test('collections are synchronised, and the pool tells its state', async (context) => {
    if (!(await canMigrate(host()))) return context.skip('the virtual environment has no layer to run');
    const said = await host().inside(`${IN_PLACE} python -c "
from services.database_client import DatabaseClient
client = DatabaseClient()
collections = client.get_collections()
print(f'Collections synchronized: {len(collections)}')
" && python -c "
from services.database_client import DatabaseClient
client = DatabaseClient()
print(f'Pool status: {client.pool.status()}')
"`);
    expect(said).toMatch(/^Collections synchronized: 9\nPool status: .+\n$/);
  });
});
