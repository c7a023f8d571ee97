import { expect, test } from 'vitest';
import type { LabHost } from '../../support/lab.js';
import { onSharedHost } from '../support/shared.js';
import { expectFound, resultsOf } from './breakage.js';

const ALEMBIC = 'cd /opt/citadel && PYTHONDONTWRITEBYTECODE=1 /opt/qdrant/venv/bin/alembic';

/** A small environment like that of the database layer: two revisions, the password from its own file. */
const INSTALL = `set -e
  mkdir -p /opt/citadel/migrations/versions
  cat > /opt/citadel/alembic.ini <<'EOF'
[alembic]
script_location = %(here)s/migrations
EOF
  cat > /opt/citadel/migrations/env.py <<'EOF'
from pathlib import Path
from alembic import context
from sqlalchemy import URL, create_engine
env = dict(line.split("=", 1) for line in Path("/opt/citadel/.env").read_text().splitlines() if "=" in line)
url = URL.create("postgresql+psycopg", env["POSTGRES_USER"], env["POSTGRES_PASSWORD"].strip("'"), env["POSTGRES_HOST"],
                 int(env["POSTGRES_PORT"]), env["POSTGRES_DB"])
with create_engine(url).connect() as connection:
    context.configure(connection=connection)
    with context.begin_transaction():
        context.run_migrations()
EOF
  revision() { printf 'from alembic import op\\nrevision = "%s"\\ndown_revision = %s\\ndef upgrade():\\n    op.execute("CREATE TABLE vdb_test_%s (n integer)")\\ndef downgrade():\\n    op.execute("DROP TABLE vdb_test_%s")\\n' $1 "$2" $1 $1 > /opt/citadel/migrations/versions/$1.py; }
  revision 1f00 None
  revision 2f00 '"1f00"'
  ${ALEMBIC} upgrade head`;

const REMOVE = `if [ -e /opt/citadel/alembic.ini ]; then ${ALEMBIC} downgrade base; fi
  rm -rf /opt/citadel/alembic.ini /opt/citadel/migrations
  cd / && runuser -u postgres -- psql -q -d vector_metadata -c 'DROP TABLE IF EXISTS alembic_version'`;

/** Where no package index answers there is none; then there is nothing to try. */
function hasAlembic(host: LabHost): Promise<boolean> {
  return host.inside('test -x /opt/qdrant/venv/bin/alembic').then(
    () => true,
    () => false,
  );
}

onSharedHost('the schema', (host) => {
  test('is not at its newest migration, was never migrated, or cannot be compared', async (context) => {
    if (!(await hasAlembic(host()))) return context.skip('the virtual environment has no alembic');
    const id = 'postgres.migrations';
    const mend = `${ALEMBIC} upgrade head`;
    try {
      await host().inside(INSTALL);
      const found = resultsOf(await host().vdb(`check ${id} --json`)).get(id);
      expect(found).toMatchObject({ status: 'pass', seen: '2f00' });
      await expectFound(host(), { id, seen: /^at 1f00/, break: `${ALEMBIC} downgrade -1`, mend });
      await expectFound(host(), { id, seen: /^never migrated/, break: `${ALEMBIC} downgrade base`, mend });
      await expectFound(host(), {
        id,
        status: 'unknown',
        seen: /alembic current: .*No module named 'nowhere'/,
        break: 'sed -i "1i import nowhere" /opt/citadel/migrations/env.py',
        mend: 'sed -i 1d /opt/citadel/migrations/env.py',
      });
    } finally {
      await host().inside(REMOVE);
    }
  });
});
