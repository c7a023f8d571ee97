import { beforeAll, describe, expect, it } from 'vitest';
import type { Host } from '../../../src/host/host.js';
import { sh } from '../../../src/host/shell.js';
import { postgresDatabase } from '../../../src/resources/postgres-database.js';
import { postgresExtension } from '../../../src/resources/postgres-extension.js';
import { psqlCommand } from '../../../src/resources/postgres-psql.js';
import { postgresRole } from '../../../src/resources/postgres-role.js';
import { containerHost, converge, look } from '../../support/converge.js';

const container = process.env.VDB_TEST_CONTAINER;
if (container === undefined) console.info('skipped: VDB_TEST_CONTAINER names no container with PostgreSQL');

describe.skipIf(container === undefined)('PostgreSQL in a container', () => {
  let host: Host;
  const suffix = Math.random().toString(36).slice(2, 8);
  const name = `vdb_test_${suffix}`;

  beforeAll(async () => {
    host = await containerHost(container ?? '');
  });

  it('creates role, database and extension, and finds nothing left to do', async () => {
    const role = postgresRole({ name, password: `p'a\\ss-${suffix}` });
    const extension = postgresExtension({ database: name, name: 'vector' });
    expect((await look(host, extension)).status).toBe('pending');
    expect(await converge(host, role)).toMatchObject({ action: 'create' });
    expect(await converge(host, postgresDatabase({ name, owner: name }))).toMatchObject({ action: 'create' });
    expect(await converge(host, extension)).toMatchObject({ action: 'create' });
    for (const resource of [role, postgresDatabase({ name, owner: name }), extension]) {
      expect(await converge(host, resource)).toBeNull();
    }
  });

  it('lets the role log in with its password over TCP', async () => {
    const script = sh`read -r PGPASSWORD; export PGPASSWORD; psql -XAtq -h 127.0.0.1 -U ${name} -d ${name} -c ${"SELECT '[1,2]'::vector <-> '[1,3]'"}`;
    const right = await host.read(script, { stdin: `p'a\\ss-${suffix}\n` });
    expect(right).toMatchObject({ exitCode: 0, stdout: '1\n' });
    const wrong = await host.read(script, { stdin: 'wrong\n' });
    expect(wrong.exitCode).not.toBe(0);
  });

  it('repairs a password, a right and a grant that someone changed', async () => {
    await host.run(
      psqlCommand('drift', [
        `ALTER ROLE "${name}" WITH SUPERUSER PASSWORD 'other';`,
        `GRANT CONNECT ON DATABASE "${name}" TO PUBLIC;`,
      ]),
    );
    const change = await converge(host, postgresRole({ name, password: 'new' }));
    expect(change?.fields?.map(({ field }) => field)).toEqual(['superuser', 'password']);
    expect(await converge(host, postgresDatabase({ name, owner: name }))).toMatchObject({ action: 'update' });
  });

  it('cleans up', async () => {
    await host.run(psqlCommand('clean up', [`DROP DATABASE "${name}";`, `DROP ROLE "${name}";`]));
    expect(await look(host, postgresRole({ name, password: 'new' }))).toEqual({
      status: 'known',
      value: null,
    });
  });
});
