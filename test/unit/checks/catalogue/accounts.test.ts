import { describe, expect, it } from 'vitest';
import { known } from '../../../../src/host/probe.js';
import { ABSENT, contextOf, judged } from '../support.js';

describe('access.uid0', () => {
  it('passes with root alone and fails with another', () => {
    expect(judged('access.uid0', [known(['root'])]).status).toBe('pass');
    expect(judged('access.uid0', [known(['root', 'toor'])])).toMatchObject({
      status: 'fail',
      seen: 'root, toor',
    });
  });
});

describe('access.service-users', () => {
  const closed = { shell: '/usr/sbin/nologin', locked: true, groups: ['qdrant'], sudo: false };
  const others = [known(closed), known({ ...closed, shell: '/bin/bash', groups: ['postgres', 'ssl-cert'] })];

  it('passes with closed accounts; PostgreSQL keeps its shell; without sudo too', () => {
    const result = judged('access.service-users', [known({ ...closed, sudo: null }), ...others]);
    expect(result).toMatchObject({ status: 'pass', seen: 'qdrant, redis, postgres' });
  });

  it.each([
    [{ shell: '/bin/bash' }, 'qdrant has the shell /bin/bash'],
    [{ locked: false }, 'qdrant has a password'],
    [{ groups: ['qdrant', 'docker', 'root'] }, 'qdrant is in docker, root'],
    [{ sudo: true }, 'qdrant may use sudo'],
  ])('fails with %j', (change, seen) => {
    expect(judged('access.service-users', [known({ ...closed, ...change }), ...others])).toMatchObject({
      status: 'fail',
      seen,
    });
  });

  it('is unknown for an account that does not exist, and asks for none of a service that is off', () => {
    expect(judged('access.service-users', [ABSENT, ...others])).toMatchObject({
      status: 'unknown',
      seen: 'there is no account qdrant',
    });
    const context = contextOf({ postgres: { enabled: false }, redis: { enabled: false } });
    expect(judged('access.service-users', [known(closed)], context)).toMatchObject({
      status: 'pass',
      seen: 'qdrant',
    });
  });
});

describe('access.sudoers', () => {
  it('passes, fails with what visudo says, and is skipped without sudo', () => {
    expect(judged('access.sudoers', [known({ valid: true, said: '3 files parsed' })]).status).toBe('pass');
    const bad = { valid: false, said: '/etc/sudoers.d/x:1:8: syntax error' };
    expect(judged('access.sudoers', [known(bad)])).toMatchObject({ status: 'fail', seen: bad.said });
    expect(judged('access.sudoers', [ABSENT]).status).toBe('skip');
  });
});
