import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { dropDatabase, restoreDatabase } from '../../../src/backup/restore/database.js';
import { keptName, restoredName } from '../../../src/backup/restore/names.js';
import { databases, switchDatabase, undoDatabase } from '../../../src/backup/restore/switch-database.js';
import { readTables, TABLES_SQL } from '../../../src/backup/tables.js';
import type { Config } from '../../../src/config/schema.js';
import type { Host } from '../../../src/host/host.js';
import type { LabHost } from '../../support/lab.js';
import { rootHost } from '../../support/root-host.js';
import { describeLab } from '../support/shared.js';
import { sharedHost } from '../support/site.js';

const ID = '20200101T000000Z';
const NAME = 'vdb_test_restore';
const DUMP = '/root/restore-test';
const config = { postgres: { port: 5432, user: 'vector_user', database: NAME } } as Config;

describeLab('a dump that becomes a database', () => {
  let lab: LabHost;
  let host: Host;

  const psql = async (sql: string, database = NAME): Promise<string> =>
    (
      await lab.inside(
        `cd / && runuser -u postgres -- psql -XAtq -v ON_ERROR_STOP=1 -d ${database} -f -`,
        sql,
      )
    ).trim();
  const request = async (more: object = {}) => ({
    dump: `${DUMP}/app.dump`,
    bytes: 1000,
    globals: `${DUMP}/globals.sql`,
    name: restoredName(NAME, ID),
    database: NAME,
    tables: readTables(await lab.inside(`cat ${DUMP}/tables`)),
    ...more,
  });

  beforeAll(async () => {
    lab = await sharedHost();
    host = await rootHost(lab.container);
    await psql(
      `create role vdb_test_reader login; create database ${NAME} owner vector_user template template0 encoding 'LATIN1' locale 'C' connection limit 9;
       revoke all on database ${NAME} from public; grant connect on database ${NAME} to vdb_test_reader;
       alter database ${NAME} set search_path to "$user", public, "odd name"; alter role vector_user in database ${NAME} set work_mem to '5MB';
       comment on database ${NAME} is 'it''s here'`,
      'postgres',
    );
    await psql(
      `create table users (id int primary key, t text, at timestamptz default now());
       insert into users select g, 'user ' || g from generate_series(1, 1000) g; alter table users owner to vector_user;
       grant select on users to vdb_test_reader; create table nokey (v float8); insert into nokey values (0.1)`,
    );
    await lab.inside(
      `umask 077; mkdir -p ${DUMP}; cd /
       runuser -u postgres -- pg_dump -Fc ${NAME} > ${DUMP}/app.dump
       runuser -u postgres -- pg_dumpall --globals-only --no-role-passwords > ${DUMP}/globals.sql
       runuser -u postgres -- psql -XAtq -d ${NAME} -f - > ${DUMP}/tables`,
      TABLES_SQL,
    );
  });
  afterEach(() => dropDatabase(host, config, restoredName(NAME, ID)));
  afterAll(async () => {
    for (const name of [NAME, keptName(NAME, ID), restoredName(NAME, ID)])
      await dropDatabase(host, config, name);
    await lab.inside(`rm -rf ${DUMP}`);
    await psql('drop role if exists vdb_test_reader', 'postgres');
  });

  test('has owner, encoding and content of the old one, and nobody but its owner may connect', async () => {
    const { name, tables, roles } = await restoreDatabase(host, config, await request());
    expect(roles).toEqual([]);
    expect(tables).toMatchObject({ 'public.users': { rows: 1000 }, 'public.nokey': { rows: 1 } });
    const about = `select pg_get_userbyid(datdba), pg_encoding_to_char(encoding), datcollate, has_database_privilege('public', oid, 'CONNECT')
      from pg_database where datname = '${name}'`;
    expect(await psql(about, 'postgres')).toBe('vector_user|LATIN1|C|f');
    expect(
      await psql(
        `select relacl::text like '%vdb_test_reader=r/%' from pg_class where relname = 'users'`,
        name,
      ),
    ).toBe('t');
  });

  test('is restored by several workers, who cannot open the file themselves', async () => {
    await restoreDatabase(host, config, await request({ bytes: 1e9 }));
    expect(await lab.inside(`stat -c '%a %U' ${DUMP} ${DUMP}/app.dump`)).toBe('700 root\n600 root\n');
  });

  test('is made as vdb makes one where the old one is not there', async () => {
    await restoreDatabase(host, config, await request({ database: 'vdb_test_never' }));
    const about = `select pg_encoding_to_char(encoding), datcollate from pg_database where datname = '${restoredName(NAME, ID)}'`;
    expect(await psql(about, 'postgres')).toBe('UTF8|C.UTF-8');
  });

  test('gets the roles that are missing, and those that are there stay as they are', async () => {
    await psql(
      `revoke all on users from vdb_test_reader; revoke all on database ${NAME} from vdb_test_reader; drop role vdb_test_reader;
       alter role vector_user connection limit 7`,
    );
    const { roles } = await restoreDatabase(host, config, await request());
    const limit = await psql(`select rolconnlimit from pg_roles where rolname = 'vector_user'`);
    await psql(
      `alter role vector_user connection limit -1; grant select on users to vdb_test_reader; grant connect on database ${NAME} to vdb_test_reader`,
    );
    expect(roles).toEqual(['vdb_test_reader']);
    expect(limit).toBe('7');
    expect(
      await psql(`select rolcanlogin, rolpassword is null from pg_authid where rolname = 'vdb_test_reader'`),
    ).toBe('t|t');
  });

  test('is gone again when it is not what the set says, or breaks off', async () => {
    const before = await databases(host, config);
    const { tables } = await request();
    const more = { ...tables, 'public.users': { rows: 999 } };
    await expect(restoreDatabase(host, config, await request({ tables: more }))).rejects.toMatchObject({
      details: {
        code: 'restore.database-differs',
        meaning: 'table public.users has 1000 rows, 999 in the set',
      },
    });
    await lab.inside(`head -c 2000 ${DUMP}/app.dump > ${DUMP}/short.dump`);
    await expect(
      restoreDatabase(host, config, await request({ dump: `${DUMP}/short.dump` })),
    ).rejects.toMatchObject({ details: { stderr: expect.stringContaining('pg_restore') } });
    expect(await databases(host, config)).toEqual(before);
  });

  test('takes the place of the old one while programs come back at once, and gives it back', async () => {
    await restoreDatabase(host, config, await request());
    const properties = `select datacl::text, datconnlimit, shobj_description(d.oid, 'pg_database'),
      (select string_agg(setconfig::text, ';' order by setrole) from pg_db_role_setting where setdatabase = d.oid)
      from pg_database d where datname = '${NAME}'`;
    const before = await psql(properties, 'postgres');
    await psql('delete from users where id > 10');
    const busy = lab.enter(
      `cd /; end=$((SECONDS + 8)); while [ $SECONDS -lt $end ]; do runuser -u postgres -- psql -XAtq -d ${NAME} -c 'select count(*) from users' -c 'select pg_sleep(1)' 2>&1; done`,
    );
    await busy.until(/^10$/m);
    expect(await switchDatabase(host, config, { database: NAME, id: ID })).toBe(keptName(NAME, ID));
    await busy.until(/^1000$/m);
    expect(await psql(properties, 'postgres')).toBe(before);
    await expect(switchDatabase(host, config, { database: NAME, id: ID })).rejects.toMatchObject({
      details: { code: 'restore.database-missing' },
    });
    await undoDatabase(host, config, { database: NAME, id: ID });
    expect(await psql('select count(*) from users')).toBe('10');
    expect(await databases(host, config)).toContain(restoredName(NAME, ID));
    expect(await databases(host, config)).not.toContain(keptName(NAME, ID));
    await busy.ended;
  });

  test('needs no place to be free: without an old one it just gets the name', async () => {
    await restoreDatabase(
      host,
      config,
      await request({ database: 'vdb_test_never', name: restoredName('vdb_test_never', ID) }),
    );
    expect(await switchDatabase(host, config, { database: 'vdb_test_never', id: ID })).toBeNull();
    expect(await psql('select count(*) from users', 'vdb_test_never')).toBe('1000');
    await dropDatabase(host, config, 'vdb_test_never');
  });
});
