import { expect, test } from 'vitest';
import { BEFORE_HEAD, canMigrate, HEAD } from '../db/support.js';
import { onSharedHost } from '../support/shared.js';
import { expectFound, resultsOf } from './breakage.js';

const LAYER = 'cd /opt/citadel && PYTHONDONTWRITEBYTECODE=1 /opt/qdrant/venv/bin/python -m citadel';

/** What rests on the tables that a rollback removes. */
const RELATIVES = [/^drift/, 'collections.count'];

onSharedHost('the schema', (host) => {
  test('is found below its newest migration, or never migrated, and is migrated', async (context) => {
    if (!(await canMigrate(host()))) return context.skip('the virtual environment has no alembic');
    const id = 'postgres.migrations';
    const found = resultsOf(await host().vdb(`check ${id} --json`)).get(id);
    expect(found).toMatchObject({ status: 'pass', seen: HEAD });
    await expectFound(host(), {
      ...{ id, seen: new RegExp(`^at ${BEFORE_HEAD}`), break: `${LAYER} rollback`, relatives: RELATIVES },
    });
    await expectFound(host(), {
      ...{ id, seen: /^never migrated/, break: `${LAYER} rollback --to base`, relatives: RELATIVES },
    });
  });
});
