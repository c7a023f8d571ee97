import { createHmac } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import {
  fingerprint,
  hostKeyName,
  keyType,
  knownKeyTypes,
  verifyHostKey,
} from '../../../../src/host/ssh/known-hosts.js';

const ED = key('ssh-ed25519', 'a');
const ED_OTHER = key('ssh-ed25519', 'b');
const RSA = key('ssh-rsa', 'c');

/** A key in wire format; known_hosts never looks behind the type. */
function key(type: string, content: string): Buffer {
  return Buffer.concat([field(type), field(content.repeat(32))]);
}

function field(text: string): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(text.length);
  return Buffer.concat([length, Buffer.from(text)]);
}

function line(hosts: string, blob = ED): string {
  return `${hosts} ${keyType(blob)} ${blob.toString('base64')}`;
}

function hashed(name: string): string {
  const salt = Buffer.from('0123456789abcdefghij');
  const hash = createHmac('sha1', salt).update(name).digest('base64');
  return `|1|${salt.toString('base64')}|${hash}`;
}

describe('verifyHostKey', () => {
  const known = [
    ['a plain name', line('db.example'), 'db.example', 22],
    ['a name in another case', line('DB.example'), 'db.EXAMPLE', 22],
    ['one of several names', line('db,db.example,10.0.0.1'), '10.0.0.1', 22],
    ['a name with a port', line('[db.example]:2222'), 'db.example', 2222],
    ['a hashed name', line(hashed('db.example')), 'db.example', 22],
    ['a hashed name with a port', line(hashed('[db.example]:2222')), 'db.example', 2222],
    ['a wildcard', line('*.example'), 'db.example', 22],
    ['a question mark', line('db?.example'), 'db1.example', 22],
    ['a line with a comment', `${line('db.example')} somebody@somewhere`, 'db.example', 22],
    ['a line of a Windows file', `${line('db.example')}\r`, 'db.example', 22],
    ['an IPv6 address', line('2001:db8::1'), '2001:db8::1', 22],
    ['one of two keys of a type', `${line('db.example', ED_OTHER)}\n${line('db.example')}`, 'db.example', 22],
  ] as const;

  it.each(known)('knows a host by %s', (_, text, host, port) => {
    expect(verifyHostKey(text, host, port, ED).verdict).toBe('known');
  });

  const unknown = [
    ['an empty file', '', 'db.example', 22],
    ['a comment', `# ${line('db.example')}`, 'db.example', 22],
    ['another port', line('[db.example]:2222'), 'db.example', 22],
    ['a name that only contains it', line('my.db.example'), 'db.example', 22],
    ['a dot that is not a wildcard', line('dbxexample'), 'db.example', 22],
    ['a negated name', line('*.example,!db.example'), 'db.example', 22],
    ['an entry of a certificate authority', `@cert-authority ${line('db.example')}`, 'db.example', 22],
    ['a marker that nobody knows', `@trusted ${line('db.example')}`, 'db.example', 22],
    [
      'a key whose type differs from its label',
      line('db.example').replace('ssh-ed25519', 'ssh-rsa'),
      'db.example',
      22,
    ],
    ['a line without a key', 'db.example ssh-ed25519', 'db.example', 22],
    ['a hash that is no hash', line('|1|x|y'), 'db.example', 22],
  ] as const;

  it.each(unknown)('does not know a host by %s', (_, text, host, port) => {
    expect(verifyHostKey(text, host, port, ED)).toEqual({ verdict: 'unknown' });
  });

  it('tells the line and the key that a new key contradicts', () => {
    const text = `# comment\n\n${line('other')}\n${line('db.example', ED_OTHER)}\n`;
    expect(verifyHostKey(text, 'db.example', 22, ED)).toEqual({ verdict: 'changed', line: 4, key: ED_OTHER });
  });

  it('takes a key of a type that it does not have for a change', () => {
    expect(verifyHostKey(line('db.example', RSA), 'db.example', 22, ED)).toMatchObject({
      verdict: 'changed',
      line: 1,
    });
  });

  it('names the entry of the same type where there are several', () => {
    const text = `${line('db.example', RSA)}\n${line('db.example', ED_OTHER)}`;
    expect(verifyHostKey(text, 'db.example', 22, ED)).toMatchObject({ verdict: 'changed', line: 2 });
  });

  it('refuses a revoked key although another line trusts it', () => {
    const text = `${line('db.example')}\n@revoked ${line('*')}`;
    expect(verifyHostKey(text, 'db.example', 22, ED)).toMatchObject({ verdict: 'revoked', line: 2 });
  });

  it('lets a revocation of another key alone', () => {
    const text = `@revoked ${line('*', ED_OTHER)}\n${line('db.example')}`;
    expect(verifyHostKey(text, 'db.example', 22, ED).verdict).toBe('known');
  });
});

describe('knownKeyTypes', () => {
  it('lists what is trusted for a host, and nothing else', () => {
    const text = [
      line('db.example', RSA),
      line(hashed('db.example')),
      line('db.example', ED_OTHER),
      `@cert-authority ${line('db.example', key('ecdsa-sha2-nistp256', 'd'))}`,
      line('other', key('ecdsa-sha2-nistp384', 'e')),
    ].join('\n');
    expect(knownKeyTypes(text, 'db.example', 22)).toEqual(['ssh-rsa', 'ssh-ed25519']);
  });
});

describe('names and fingerprints', () => {
  it('puts a name with an unusual port into brackets', () => {
    expect(hostKeyName('DB.example', 22)).toBe('db.example');
    expect(hostKeyName('DB.example', 2222)).toBe('[db.example]:2222');
  });

  it('prints fingerprints as ssh does', () => {
    expect(fingerprint(Buffer.from('abc'))).toBe('SHA256:ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0');
  });

  it('finds no type in what is not a key', () => {
    expect(keyType(Buffer.from('ab'))).toBe('');
  });
});
