import { describe, expect, it } from 'vitest';
import { known } from '../../../../src/host/probe.js';
import { ABSENT, contextOf, judged } from '../support.js';

const SERVER = { version: '17.2', inRecovery: false, database: true, vector: '0.8.0' };

function postgres(changes: Partial<typeof SERVER> | { vector: null } | null = {}, accepts = true) {
  return known({ accepts, server: changes === null ? null : { ...SERVER, ...changes } });
}

describe('postgres.accepts', () => {
  it('passes when the database can be written', () => {
    expect(judged('postgres.accepts', [postgres()])).toMatchObject({ status: 'pass', seen: '17.2' });
  });

  it.each([
    ['PostgreSQL is not installed', ABSENT],
    ['no connection at 127.0.0.1:5432', postgres({}, false)],
    ['there is no database vector_metadata', postgres({ database: false })],
    ['in recovery', postgres({ inRecovery: true })],
  ])('fails: %s', (seen, observation) => {
    expect(judged('postgres.accepts', [observation])).toMatchObject({ status: 'fail', seen });
  });

  it('is unknown when it accepts but cannot be asked', () => {
    expect(judged('postgres.accepts', [postgres(null)]).status).toBe('unknown');
  });

  it('is skipped where it is switched off', () => {
    const context = contextOf({ postgres: { enabled: false } });
    expect(judged('postgres.accepts', [], context)).toMatchObject({
      status: 'skip',
      seen: 'postgres.enabled is false',
    });
  });
});

describe('postgres.pgvector', () => {
  it('passes with the extension', () => {
    expect(judged('postgres.pgvector', [postgres()])).toMatchObject({ status: 'pass', seen: '0.8.0' });
  });

  it('fails without it', () => {
    expect(judged('postgres.pgvector', [postgres({ vector: null })])).toMatchObject({
      status: 'fail',
      seen: 'not there',
    });
  });

  it('is unknown without a server or a database to ask', () => {
    expect(judged('postgres.pgvector', [postgres(null)]).status).toBe('unknown');
    expect(judged('postgres.pgvector', [postgres({ database: false })]).status).toBe('unknown');
  });
});

function redis(stranger: string | null, friend: string | null) {
  return known({ stranger, friend, version: '8.0.2', info: null });
}

const NOAUTH = 'NOAUTH Authentication required.';

describe('redis.ping', () => {
  it('passes on PONG', () => {
    expect(judged('redis.ping', [redis(NOAUTH, 'PONG')]).status).toBe('pass');
  });

  it.each([
    ['Redis is not installed', ABSENT],
    ['nothing listens on port 6379', redis(null, null)],
    ['WRONGPASS invalid username-password pair', redis(NOAUTH, 'WRONGPASS invalid username-password pair')],
    ['LOADING Redis is loading', redis(NOAUTH, 'LOADING Redis is loading')],
  ])('fails: %s', (seen, observation) => {
    expect(judged('redis.ping', [observation])).toMatchObject({ status: 'fail', seen });
  });

  it('is unknown when Redis hangs', () => {
    expect(judged('redis.ping', [redis(NOAUTH, null)]).status).toBe('unknown');
  });
});

describe('redis.auth', () => {
  it('passes when a stranger gets NOAUTH', () => {
    expect(judged('redis.auth', [redis(NOAUTH, 'PONG')]).status).toBe('pass');
  });

  it('fails when a stranger gets PONG', () => {
    expect(judged('redis.auth', [redis('PONG', 'PONG')])).toMatchObject({
      status: 'fail',
      seen: 'a stranger gets PONG',
    });
  });

  it('is unknown while nothing listens: a closed port is no proof of a password', () => {
    expect(judged('redis.auth', [redis(null, null)]).status).toBe('unknown');
    expect(judged('redis.auth', [ABSENT]).status).toBe('unknown');
  });
});
