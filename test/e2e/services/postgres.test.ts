import { beforeAll, describe, expect, it } from 'vitest';
import type { Host } from '../../../src/host/host.js';
import { sh } from '../../../src/host/shell.js';
import { postgresDatabase } from '../../../src/resources/postgres-database.js';
import { postgresExtension } from '../../../src/resources/postgres-extension.js';
import { postgresHba, postgresHbaLoaded } from '../../../src/resources/postgres-hba.js';
import { psqlCommand } from '../../../src/resources/postgres-psql.js';
import { postgresRole } from '../../../src/resources/postgres-role.js';
import { postgresRunningSettings } from '../../../src/resources/postgres-running.js';
import { postgresSettings } from '../../../src/resources/postgres-settings.js';
import { tunePostgres } from '../../../src/services/postgres/tune.js';
import { converge, seen } from '../../support/converge.js';
import { CONTAINER, look, rootHost } from '../../support/root-host.js';

const container = CONTAINER;
if (container === undefined) console.info('skipped: VDB_TEST_CONTAINER names no container with PostgreSQL');

describe.skipIf(container === undefined)('PostgreSQL in a container', () => {
  let host: Host;
  let major: number;
  const suffix = Math.random().toString(36).slice(2, 8);
  const name = `vdb_test_${suffix}`;

  beforeAll(async () => {
    host = await rootHost();
    major = Number((await host.read(sh`ls /etc/postgresql | tail -n 1`)).stdout);
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
    await converge(
      host,
      postgresHba({ major, rules: [{ database: name, user: name, from: '127.0.0.1/32' }] }),
    );
    await converge(host, postgresHbaLoaded());
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

  it('applies settings with a reload or a restart, whichever the running server needs', async () => {
    const values = {
      ...tunePostgres({
        memoryBytes: 8 * 1024 ** 3,
        cpus: 2,
        maxConnections: 100,
        listenAddresses: 'localhost',
        port: 5432,
      }),
      work_mem: `${5000 + Math.floor(Math.random() * 1000)}kB`,
    };
    const running = (wanted: typeof values) => postgresRunningSettings({ major, values: wanted });
    await converge(host, postgresSettings({ major, values }));
    await converge(host, running(values));
    const reload = { ...values, work_mem: '6500kB' };
    await converge(host, postgresSettings({ major, values: reload }));
    expect(await converge(host, running(reload))).toMatchObject({ action: 'reload' });
    const restart = { ...reload, max_connections: '101' };
    await converge(host, postgresSettings({ major, values: restart }));
    expect(await converge(host, running(restart))).toMatchObject({ action: 'restart' });
  });

  it('refuses to fight a value that ALTER SYSTEM has set', async () => {
    const values = { random_page_cost: '1.1' };
    await host.run(
      psqlCommand('drift', [
        'ALTER SYSTEM SET random_page_cost = 3;',
        'SELECT pg_reload_conf();',
        'SELECT pg_sleep(0.5);',
      ]),
    );
    const resource = postgresRunningSettings({ major, values });
    expect(resource.diff(await seen(host, resource))?.refused?.why).toContain('ALTER SYSTEM');
    await host.run(psqlCommand('undo', ['ALTER SYSTEM RESET random_page_cost;']));
    expect(await converge(host, resource)).toMatchObject({ action: 'reload' });
  });

  it('loads the host-based access rules and shuts out whom they do not name', async () => {
    const rules = [{ database: name, user: name, from: '127.0.0.1/32' }];
    await converge(host, postgresHba({ major, rules }));
    await converge(host, postgresHbaLoaded());
    const login = (database: string) =>
      host.read(
        sh`read -r PGPASSWORD; export PGPASSWORD; psql -XAtq -h 127.0.0.1 -U ${name} -d ${database} -c 'SELECT 1'`,
        {
          stdin: 'new\n',
        },
      );
    expect(await login(name)).toMatchObject({ exitCode: 0 });
    expect((await login('postgres')).stderr).toContain('no pg_hba.conf entry');
  });

  it('reports a broken rule instead of a reload that changes nothing', async () => {
    const good = postgresHba({ major, rules: [{ database: name, user: name, from: '127.0.0.1/32' }] });
    await converge(
      host,
      postgresHba({ major, rules: [{ database: name, user: name, from: '127.0.0.1/99' }] }),
    );
    const loaded = postgresHbaLoaded();
    expect(loaded.diff(await seen(host, loaded))?.summary).toContain('line 3');
    await converge(host, good);
    await converge(host, loaded);
  });

  it('cleans up', async () => {
    await host.run(psqlCommand('clean up', [`DROP DATABASE "${name}";`, `DROP ROLE "${name}";`]));
    expect(await look(host, postgresRole({ name, password: 'new' }))).toEqual({
      status: 'known',
      value: null,
    });
  });
});
