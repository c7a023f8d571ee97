import { describe, expect, it } from 'vitest';
import { known } from '../../../../src/host/probe.js';
import { fingerprint } from '../../../../src/host/ssh/known-hosts.js';
import { ABSENT, contextOf, judged } from '../support.js';

const CLOSED = {
  rootLogin: 'without-password',
  rootPassword: false,
  passwords: [],
  matches: [],
  changed: [],
};
const PASSWORDS = ['passwordauthentication'];
const LOCAL = contextOf({ hosts: [{ name: 'one', address: 'here', connection: 'local' }] });

function match(setting: string) {
  return { criteria: 'User deploy', setting };
}

describe('access.root-login', () => {
  it.each([
    [CLOSED, 'pass'],
    [{ ...CLOSED, rootLogin: 'no', rootPassword: true, passwords: PASSWORDS }, 'pass'],
    [{ ...CLOSED, rootLogin: 'prohibit-password', rootPassword: true }, 'pass'],
    [{ ...CLOSED, rootLogin: 'yes' }, 'pass'],
    [{ ...CLOSED, rootLogin: 'yes', rootPassword: true }, 'fail'],
    [{ ...CLOSED, rootLogin: 'yes', matches: [match('passwordauthentication')] }, 'fail'],
    [{ ...CLOSED, matches: [match('permitrootlogin')] }, 'pass'],
    [{ ...CLOSED, passwords: PASSWORDS, matches: [match('permitrootlogin')] }, 'fail'],
    [{ ...CLOSED, matches: [match('permitrootlogin'), match('passwordauthentication')] }, 'fail'],
  ])('%j: %s', (login, status) => {
    expect(judged('access.root-login', [known(login)]).status).toBe(status);
  });

  it('names the block that lets root in', () => {
    const login = { ...CLOSED, rootPassword: true, matches: [match('permitrootlogin')] };
    expect(judged('access.root-login', [known(login)]).seen).toBe('Match User deploy: permitrootlogin yes');
  });

  it('is unknown without sshd where SSH leads to the host, and skipped on this machine', () => {
    expect(judged('access.root-login', [ABSENT]).status).toBe('unknown');
    expect(judged('access.root-login', [ABSENT], LOCAL).status).toBe('skip');
  });
});

describe.each(['access.root-login', 'access.password-login'])('%s', (id) => {
  it.each([
    [['/etc/ssh/sshd_config.d/a.conf'], 'sshd was not reloaded since /etc/ssh/sshd_config.d/a.conf changed'],
    [null, 'when sshd read that is not known'],
  ])('warns when %j changed since sshd read it, and fails for what is wrong on disk', (changed, seen) => {
    expect(judged(id, [known({ ...CLOSED, changed })])).toMatchObject({
      status: 'warn',
      seen: expect.stringContaining(seen),
    });
    const open = { ...CLOSED, changed, rootLogin: 'yes', rootPassword: true, passwords: PASSWORDS };
    expect(judged(id, [known(open)]).status).toBe('fail');
  });
});

describe('access.password-login', () => {
  it('passes with keys only', () => {
    expect(judged('access.password-login', [known(CLOSED)])).toMatchObject({ status: 'pass' });
  });

  it('fails with what lets passwords in, for all or for some', () => {
    const all = { ...CLOSED, passwords: ['passwordauthentication', 'kbdinteractiveauthentication'] };
    expect(judged('access.password-login', [known(all)])).toMatchObject({
      status: 'fail',
      seen: 'passwordauthentication yes, kbdinteractiveauthentication yes',
    });
    const some = { ...CLOSED, matches: [match('kbdinteractiveauthentication')] };
    expect(judged('access.password-login', [known(some)])).toMatchObject({
      status: 'fail',
      seen: 'Match User deploy: kbdinteractiveauthentication yes',
    });
  });

  it('takes no Match block about root for one about passwords', () => {
    const login = { ...CLOSED, matches: [match('permitrootlogin')] };
    expect(judged('access.password-login', [known(login)]).status).toBe('pass');
  });
});

describe('access.host-key', () => {
  const key = (text: string): string => `ssh-ed25519 ${Buffer.from(text).toString('base64')}`;

  it('passes when the accepted key is on disk', () => {
    const result = judged('access.host-key', [known([key('rsa'), key('own')]), known([key('own')])]);
    expect(result).toMatchObject({
      status: 'pass',
      seen: `ssh-ed25519 ${fingerprint(Buffer.from('own'))}`,
    });
  });

  it('fails with both fingerprints when it is not, and when there is none on disk', () => {
    expect(judged('access.host-key', [known([key('own')]), known([key('other')])])).toMatchObject({
      status: 'fail',
      seen: `ssh-ed25519 ${fingerprint(Buffer.from('other'))}`,
      expected: `ssh-ed25519 ${fingerprint(Buffer.from('own'))}`,
    });
    expect(judged('access.host-key', [known([]), known([key('own')])]).status).toBe('fail');
  });

  it('is skipped for this machine', () => {
    expect(judged('access.host-key', [], LOCAL).status).toBe('skip');
  });
});
