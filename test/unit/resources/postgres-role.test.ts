import { describe, expect, it } from 'vitest';
import { postgresRole } from '../../../src/resources/postgres-role.js';
import { scramMatches, scramVerifier } from '../../../src/services/postgres/scram.js';

const PASSWORD = "s3cret'\\password";
const role = postgresRole({ name: 'vector_user', password: PASSWORD });
const HAVE = {
  login: true,
  superuser: false,
  createdb: false,
  createrole: false,
  replication: false,
  bypassrls: false,
  expired: false,
  verifier: scramVerifier(PASSWORD),
};

describe('postgresRole', () => {
  it.each([
    ['a missing role', null, 'create', undefined],
    ['a role as wanted', HAVE, undefined, undefined],
    ['another password', { ...HAVE, verifier: scramVerifier('other') }, 'update', ['password: another']],
    ['an MD5 password', { ...HAVE, verifier: 'md5a1b2' }, 'update', ['password: not SCRAM-SHA-256']],
    ['no password', { ...HAVE, verifier: null }, 'update', ['password: none']],
    ['a superuser', { ...HAVE, superuser: true }, 'update', ['superuser: true']],
    ['a role that may not log in', { ...HAVE, login: false }, 'update', ['login: false']],
  ])('judges %s', (_, have, action, fields) => {
    const change = role.diff(have);
    expect(change?.action).toBe(action);
    expect(change?.fields?.map(({ field, have: value }) => `${field}: ${value}`)).toEqual(fields);
  });

  it('sends a verifier of the password on stdin, and the password nowhere', () => {
    const change = role.diff(null)!;
    const [command] = role.apply(change, null);
    expect(command?.script.source).toBe(
      'cd / && runuser -u postgres -- psql -XAtq -v ON_ERROR_STOP=1 -v VERBOSITY=terse -d postgres -f -',
    );
    const [, verifier = ''] = /CREATE ROLE "vector_user" WITH LOGIN .* PASSWORD '(.+)';/.exec(
      String(command?.stdin),
    )!;
    expect(scramMatches(PASSWORD, verifier)).toBe(true);
    expect(JSON.stringify([change, command])).not.toContain('s3cret');
    expect(JSON.stringify(change)).not.toContain('SCRAM-SHA-256$');
  });

  it('keeps the verifier that is there out of the change', () => {
    const change = role.diff({ ...HAVE, verifier: scramVerifier('other') });
    expect(JSON.stringify(change)).not.toContain('SCRAM-SHA-256$');
  });

  it('turns off logging before the statement that holds the verifier', () => {
    const [command] = role.apply(role.diff(null)!, null);
    expect(String(command?.stdin)).toMatch(
      /^SET log_statement = 'none'; SET log_min_error_statement = 'panic';\n/,
    );
  });
});

describe('the probe of PostgreSQL', () => {
  const absent = postgresRole({ name: 'absent_role', password: 'correct horse battery' });
  const parse = (stdout: string, resources = [role]) =>
    role.probe.kind.parse(
      stdout,
      resources.map(({ probe }) => probe.arg),
    );

  it('reads the answers to all questions from one psql', () => {
    const stdout = `ready\n@@ question 0\nnull\n@@ question 1\n${JSON.stringify(HAVE)}\n`;
    expect(parse(stdout, [absent, role])).toEqual([
      { status: 'known', value: null },
      { status: 'known', value: HAVE },
    ]);
  });

  it.each([
    ['absent\n', 'PostgreSQL is not installed yet'],
    ['down\n', 'PostgreSQL does not answer yet'],
  ])('is pending when the host says %j', (stdout, why) => {
    expect(parse(stdout)).toEqual([{ status: 'pending', why }]);
  });

  it('throws on an answer it does not understand, which makes every observation unknown', () => {
    expect(() => parse('garbage')).toThrow('unexpected answer');
  });

  it('makes only the question unknown whose answer is missing or unreadable', () => {
    const stdout = `ready\n@@ question 0\nnot json\n@@ question 1\n${JSON.stringify(HAVE)}\n@@ question 2\n`;
    const [garbled, good, missing] = parse(stdout, [absent, role, absent]);
    expect(garbled).toMatchObject({ status: 'unknown', why: expect.stringContaining('unreadable answer') });
    expect(good).toEqual({ status: 'known', value: HAVE });
    expect(missing).toMatchObject({ status: 'unknown', why: expect.stringContaining('no answer') });
  });

  it('quotes the names', () => {
    const quoted = postgresRole({ name: "o'brien", password: 'correct horse battery' });
    const source = role.probe.kind.script([quoted.probe.arg]).source;
    expect(source.replaceAll(`'\\''`, "'")).toContain("rolname = 'o''brien'");
  });
});
