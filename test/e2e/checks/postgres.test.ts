import { test } from 'vitest';
import type { Document } from 'yaml';
import { onSharedHost } from '../support/shared.js';
import { DEPLOYMENT, expectFound } from './breakage.js';

const PSQL = 'cd / && runuser -u postgres -- psql -XAtq -v ON_ERROR_STOP=1';
const CLUSTER = 'postgresql@17-main.service';
/** What asks the server finds nobody to ask. */
const EVERYTHING = [
  DEPLOYMENT,
  'network.listeners',
  // Counts rows.
  'collections.count',
  /^postgres\./,
  'drift',
  'host.failed-units',
  /^gateway\./,
  /^network\./,
];

const limit =
  (id: string, value: number) =>
  (document: Document): void =>
    document.setIn(['checks', 'thresholds', id], value);

onSharedHost('PostgreSQL that is not as it should be', (host) => {
  test('is stopped', () =>
    expectFound(host(), {
      id: 'postgres.accepts',
      seen: /no connection at 127\.0\.0\.1:5432/,
      break: `systemctl stop ${CLUSTER}`,
      relatives: EVERYTHING,
    }));

  test('has lost pgvector', () =>
    expectFound(host(), {
      id: 'postgres.pgvector',
      seen: /not there/,
      break: `${PSQL} -d vector_metadata -c 'DROP EXTENSION vector'`,
      relatives: ['drift'],
    }));

  test('is of a major version out of support: its answer says 13 in place of its own version', () =>
    expectFound(host(), {
      id: 'postgres.supported',
      seen: /PostgreSQL 13, out of support since 2025-11-13/,
      break: `d=/usr/lib/postgresql/999/bin; mkdir -p $d; ln -s /usr/lib/postgresql/17/bin/pg_isready $d/
        printf '#!/bin/sh\\n/usr/lib/postgresql/17/bin/psql "$@" | sed "s/ 1700[0-9]*,/ 130023,/"\\n' > $d/psql
        chmod 755 $d $d/psql`,
      mend: 'rm -r /usr/lib/postgresql/999',
    }));

  test('is soon out of support: the threshold is longer than that of any version', () =>
    expectFound(host(), {
      id: 'postgres.supported',
      status: 'warn',
      seen: /PostgreSQL 17, supported until 2029-11-08/,
      configure: limit('postgres.supported', 9999),
    }));

  test('refuses to write', () =>
    expectFound(host(), {
      id: 'postgres.write',
      seen: /cannot execute CREATE TABLE in a read-only transaction/,
      break: `${PSQL} -c 'ALTER DATABASE vector_metadata SET default_transaction_read_only = on'`,
      mend: `${PSQL} -c 'ALTER DATABASE vector_metadata RESET default_transaction_read_only'`,
    }));

  test.each([
    [
      'may have few sessions',
      'ALTER ROLE vector_user CONNECTION LIMIT 3',
      'ALTER ROLE vector_user CONNECTION LIMIT -1',
      /3 sessions/,
    ],
    [
      'is read-only by itself',
      'ALTER ROLE vector_user SET default_transaction_read_only = on',
      'ALTER ROLE vector_user RESET default_transaction_read_only',
      /default_transaction_read_only is on/,
    ],
    [
      'may not create tables',
      'ALTER SCHEMA public OWNER TO postgres',
      'ALTER SCHEMA public OWNER TO pg_database_owner',
      /may not create in the schema public/,
    ],
  ])('has a role that %s, which its superuser does not notice', (_, sql, undo, seen) =>
    expectFound(host(), {
      id: 'postgres.role',
      seen,
      break: `${PSQL} -d vector_metadata -c '${sql}'`,
      mend: `${PSQL} -d vector_metadata -c '${undo}'`,
    }),
  );

  test('has a dozen sessions, with a threshold of 10 % of its 60', () =>
    expectFound(host(), {
      id: 'postgres.connections',
      seen: /^1[2-9] of 60/,
      configure: limit('postgres.connections', 10),
      break: `for i in $(seq 12); do
        systemd-run -q --unit=vdb-test-session-$i -p User=postgres psql -d postgres -c 'SELECT pg_sleep(300)'; done; sleep 1`,
      mend: 'systemctl stop "vdb-test-session-*"',
    }));

  test('has old rows, with a threshold that a new cluster reaches', () =>
    expectFound(host(), {
      id: 'postgres.freeze-age',
      seen: /^\d+ in \w+/,
      configure: limit('postgres.freeze-age', 1),
    }));

  test('has no checksums', () =>
    expectFound(host(), {
      id: 'postgres.checksums',
      status: 'warn',
      seen: /data_checksums is off/,
      break: checksums('--disable'),
      mend: checksums('--enable'),
    }));

  test('has a transaction that stays open, with a threshold of a second', () =>
    expectFound(host(), {
      id: 'postgres.transactions',
      status: 'warn',
      seen: /open for \d+ s: pid \d+ of postgres, idle in transaction/,
      configure: limit('postgres.transactions', 1 / 60),
      break: `systemd-run -q --unit=vdb-test-open -p User=postgres sh -c '(echo "BEGIN; SELECT 1;"; sleep 300) | psql -d postgres'
        sleep 2.5`,
      mend: 'systemctl stop vdb-test-open',
    }));

  test('has a prepared transaction that nobody ends: no session holds it', () =>
    expectFound(host(), {
      id: 'postgres.transactions',
      status: 'warn',
      seen: /open for \d+ s: prepared forgotten of postgres/,
      configure: limit('postgres.transactions', 1 / 60),
      break: `echo 'max_prepared_transactions = 2' > /etc/postgresql/17/main/conf.d/70-test.conf; sleep 1.1
        systemctl restart ${CLUSTER}
        ${PSQL} -c 'CREATE TABLE vdb_test (n integer)' -c "BEGIN; INSERT INTO vdb_test VALUES (1); PREPARE TRANSACTION 'forgotten'"
        sleep 1.5`,
      mend: `${PSQL} -c "ROLLBACK PREPARED 'forgotten'"
        ${PSQL} -c 'DROP TABLE vdb_test'
        rm /etc/postgresql/17/main/conf.d/70-test.conf; sleep 1.1; systemctl restart ${CLUSTER}`,
    }));

  test('trusts a network', () =>
    expectFound(host(), {
      id: 'postgres.hba',
      seen: /line \d+: trust for all from 10\.9\.0\.0 to all/,
      break: `echo 'host all all 10.9.0.0/16 trust' >> /etc/postgresql/17/main/pg_hba.conf
        sleep 1.1; ${PSQL} -c 'SELECT pg_reload_conf()'`,
      relatives: ['drift'],
    }));

  test('has an access rule that it cannot read', () =>
    expectFound(host(), {
      id: 'postgres.hba',
      seen: /line \d+: invalid authentication method/,
      break: `echo 'host all all 10.9.0.0/16 scrum' >> /etc/postgresql/17/main/pg_hba.conf
        sleep 1.1; ${PSQL} -c 'SELECT pg_reload_conf()'`,
      relatives: ['drift'],
    }));

  test('runs with other access rules than those of its file', () =>
    expectFound(host(), {
      id: 'postgres.hba',
      seen: /newer than what PostgreSQL has loaded/,
      break: 'sleep 1.1; touch /etc/postgresql/17/main/pg_hba.conf; sleep 1.1',
      relatives: ['drift'],
    }));

  test('keeps a password as MD5', () =>
    expectFound(host(), {
      id: 'postgres.hba',
      seen: /the password of old_client is not kept as SCRAM/,
      break: `${PSQL} -c "SET password_encryption = 'md5'; CREATE ROLE old_client LOGIN PASSWORD 'a-long-one'"`,
      mend: `${PSQL} -c 'DROP ROLE old_client'`,
    }));
});

function checksums(flag: string): string {
  return `cd / && systemctl stop ${CLUSTER}
    runuser -u postgres -- /usr/lib/postgresql/17/bin/pg_checksums ${flag} -D /var/lib/postgresql/17/main
    systemctl start ${CLUSTER}`;
}
