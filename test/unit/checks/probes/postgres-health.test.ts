import { describe, expect, it } from 'vitest';
import { migrations } from '../../../../src/checks/probes/migrations.js';
import { postgresHealth } from '../../../../src/checks/probes/postgres-health.js';

const QUESTION = { port: 5432, database: 'vector_metadata', role: 'vector_user' };

/** As PostgreSQL 17 printed it. */
const ANSWER = `{"version" : 170012, "writeError" : "", "checksums" : "off", "connections" : 1, "maxConnections" : 60, "oldestRow" : {"database":"postgres","age":25}, "oldestTransaction" : null, "hba" : {"rules" : [{"line" : 2, "type" : "local", "database" : ["all"], "user" : ["postgres"], "address" : null, "method" : "peer", "error" : null}], "stale" : false}, "weakRoles" : [], "role" : {"login" : true, "connections" : -1, "expired" : false, "connect" : true, "create" : true, "readOnly" : false}}`;

function parsed(stdout: string) {
  return postgresHealth.parse(stdout, [QUESTION])[0];
}

describe('postgresHealth', () => {
  it('reads what PostgreSQL prints', () => {
    expect(parsed(`ready\n${ANSWER}\n`)).toMatchObject({
      status: 'known',
      value: { version: 170_012, maxConnections: 60, oldestRow: { database: 'postgres', age: 25 } },
    });
  });

  it('is pending while there is no server to ask, and unknown when it refuses', () => {
    expect(parsed('absent\n')?.status).toBe('pending');
    expect(parsed('down\n')?.status).toBe('pending');
    expect(parsed('refused FATAL: database "vector_metadata" does not exist\n')?.status).toBe('unknown');
  });

  it.each([
    ['', ''],
    ['"checksums" : "off"', '"checksums" : null'],
    ['"maxConnections" : 60, ', ''],
    ['"age":25', '"age":null'],
    ['"stale" : false', '"stale" : null'],
    ['"weakRoles" : []', '"weakRoles" : [], "more" : 1'],
    ['"login" : true', '"login" : null'],
  ])('refuses an answer with %j as %j', (from, to) => {
    expect(() => parsed(`ready\n${from === '' ? '' : ANSWER.replace(from, to)}\n`)).toThrow();
  });

  it('never answers for another database than it was asked', () => {
    expect(() => postgresHealth.parse(`ready\n${ANSWER}\n`, [QUESTION, { ...QUESTION, port: 1 }])).toThrow();
  });
});

describe('migrations', () => {
  const ask = (answer: string) =>
    migrations.parse(`@question\n${answer}`, [{ directory: '/opt/citadel', venv: '/opt/qdrant/venv' }])[0];

  it('reads revisions between what the environment logs', () => {
    const log = 'INFO  [alembic.runtime.migration] Context impl PostgresqlImpl.';
    const answer = `@heads\n2f00 (head)\n3a (b1) (head)\n@ended 0\n@current\n${log}\n1f00\n@ended 0\n`;
    expect(ask(answer)).toEqual({ status: 'known', value: { heads: ['2f00', '3a'], current: ['1f00'] } });
  });

  it.each([
    ['@absent\n', { status: 'known', value: null }],
    [
      '@no-alembic\n',
      { status: 'unknown', why: '/opt/qdrant/venv has no alembic to read /opt/citadel/alembic.ini' },
    ],
    [
      '@heads\n2f00 (head)\n@ended 0\n@current\nTraceback\nKeyError: x\n@ended 1\n',
      { status: 'unknown', why: 'alembic current: KeyError: x' },
    ],
    ['@heads\n2f00 (head)\n@ended 0\n@current\n', { status: 'unknown', why: 'alembic current: no answer' }],
    ['', { status: 'unknown', why: 'alembic heads: no answer' }],
  ])('makes of %j what it is', (answer, observation) => {
    expect(ask(answer)).toEqual(observation);
  });
});
