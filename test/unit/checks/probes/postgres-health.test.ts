import { describe, expect, it } from 'vitest';
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
