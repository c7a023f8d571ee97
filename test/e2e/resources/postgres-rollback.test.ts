import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Host } from '../../../src/host/host.js';
import { sh } from '../../../src/host/shell.js';
import { psqlCommand } from '../../../src/resources/postgres-psql.js';
import { dropCommand, dumpCommand, postgresRemoved } from '../../../src/resources/postgres-rollback.js';
import { filesRemoved } from '../../../src/resources/postgres-rollback-files.js';
import { postgresStopped } from '../../../src/resources/postgres-rollback-stop.js';
import { converge, seen } from '../../support/converge.js';
import { CONTAINER, look, rootHost } from '../../support/root-host.js';

const container = CONTAINER;
const MAJOR = 17;

describe.skipIf(container === undefined)('the rollback of PostgreSQL in a container', () => {
  const name = `vdb_rollback_${Math.random().toString(36).slice(2, 8)}`;
  const root = `/var/tmp/${name}`;
  const backup = `${root}/backups/first`;
  const want = { major: MAJOR, database: name, user: name, backup };
  let host: Host;

  const make = () =>
    host.run(
      psqlCommand('make a database', [
        `CREATE ROLE "${name}" LOGIN;`,
        `CREATE DATABASE "${name}" OWNER "${name}";`,
      ]),
    );
  const fill = () =>
    host.run(psqlCommand('fill it', ['CREATE TABLE t AS SELECT generate_series(1, 1000) AS n;'], name));
  const ask = async (sql: string, database = 'postgres') =>
    (await host.read(sh`cd / && runuser -u postgres -- psql -XAtq -d ${database} -c ${sql}`)).stdout.trim();

  beforeAll(async () => {
    host = await rootHost();
    await host.run({
      title: 'start',
      script: sh`systemctl start postgresql ${`postgresql@${MAJOR}-main`} && mkdir -p ${`${root}/citadel/migrations`} && echo 1 > ${`${root}/citadel/.env`}`,
    });
    await make();
    await fill();
  });

  afterAll(async () => {
    await host.run({
      title: 'clean up',
      script: sh`systemctl enable --now postgresql && systemctl start ${`postgresql@${MAJOR}-main`} && rm -rf ${root}
        cd / && runuser -u postgres -- dropdb --if-exists ${name} && runuser -u postgres -- dropuser --if-exists ${name}`,
    });
  });

  it('leaves everything as it was when the dump fails', async () => {
    const have = { size: 1, connections: 0, role: true };
    const broken = dumpCommand({ ...want, database: `${name}_missing` }, have);
    await expect(host.run(broken)).rejects.toMatchObject({
      details: { stderr: expect.stringContaining(`database "${name}_missing" does not exist`) },
    });
    await expect(host.run(dropCommand(want, have))).rejects.toThrow('failed');
    expect(await ask(`SELECT rolcanlogin FROM pg_roles WHERE rolname = '${name}'`)).toBe('t');
    expect(await ask('SELECT count(*) FROM t', name)).toBe('1000');
    const left = await host.read(sh`ls -A ${`${root}/backups`}`);
    expect(left.stdout).toBe('');
  });

  it('dumps, reads the dump back, and removes database and role even while they are in use', async () => {
    const session = host.read(
      sh`cd / && runuser -u postgres -- psql -d ${name} -c 'SELECT pg_sleep(60)' || true`,
    );
    expect(await converge(host, postgresRemoved(want))).toMatchObject({ action: 'remove' });
    expect((await session).stderr).toContain('terminat');
    expect(await converge(host, postgresRemoved(want))).toBeNull();
    const modes = await host.read(sh`cd ${backup} && stat -c '%a %n' . database.dump role.sql`);
    expect(modes.stdout).toBe('700 .\n600 database.dump\n600 role.sql\n');
  });

  it('removes files after a copy', async () => {
    const paths = [`${root}/citadel/.env`, `${root}/citadel/migrations`, `${root}/citadel/absent.py`];
    const resource = filesRemoved({ title: 'files', paths, backup });
    expect((await converge(host, resource))?.fields).toHaveLength(2);
    expect(await converge(host, resource)).toBeNull();
    const listing = await host.read(sh`tar -tzf ${`${backup}/files.tar.gz`}`);
    expect(listing.stdout).toContain('citadel/.env');
  });

  it('brings everything back from the dump', async () => {
    await make();
    await host.run({
      title: 'restore',
      script: sh`cd / && runuser -u postgres -- pg_restore --clean --if-exists --single-transaction -d ${name} < ${`${backup}/database.dump`}`,
    });
    expect(await ask('SELECT count(*) FROM t', name)).toBe('1000');
  });

  it('does not stop a server that holds databases of others', async () => {
    const resource = postgresStopped({ major: MAJOR, database: `${name}_other` });
    const change = resource.diff(await seen(host, resource));
    expect(change?.refused?.why).toContain(`database ${name}`);
  });

  it('stops and disables a server that nobody else uses', async () => {
    const resource = postgresStopped({ major: MAJOR, database: name });
    const refused = resource.diff(await seen(host, resource))?.refused;
    if (refused !== undefined) return expect(refused.why).not.toContain(name);
    expect(await converge(host, resource)).toMatchObject({ action: 'update' });
    expect(await converge(host, resource)).toBeNull();
  });

  it('does not take a stopped server with databases for one without', async () => {
    await host.run({
      title: 'stop',
      script: sh`systemctl stop postgresql ${`postgresql@${MAJOR}-main`}`,
    });
    const removed = await look(host, postgresRemoved(want));
    expect(removed).toMatchObject({ status: 'unknown', why: expect.stringContaining('start it first') });
  });
});
