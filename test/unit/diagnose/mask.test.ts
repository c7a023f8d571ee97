import { describe, expect, it } from 'vitest';
import { maskAll, maskSecrets, secretsIn } from '../../../src/diagnose/mask.js';
import { Redactor } from '../../../src/host/redact.js';

const S = 'Sentinel-7Qx/aB+c9=';

/** Every text holds the sentinel; nothing of it may be left, and what is kept is said. */
const PLACES: readonly (readonly [where: string, text: string, kept: string])[] = [
  ['YAML', `service:\n  api_key: ${S}\n  port: 6333`, 'port: 6333'],
  ['quoted YAML', `  read_only_api_key: "${S}"\n  x: 1`, 'x: 1'],
  ['YAML with spaces in the value', `password: my ${S} words\nx: 1`, 'x: 1'],
  ['a block in YAML', `a:\n  token: |\n    first ${S}\n    second ${S}\n  port: 1`, 'port: 1'],
  ['a list in YAML', `api_keys:\n  - ${S}\n  - other-${S}\nport: 1`, 'port: 1'],
  ['a list item in YAML', `- password: ${S}\n  name: x`, 'name: x'],
  ['pretty JSON', `{\n  "api_key": "${S}",\n  "name": "blue"\n}`, '"name": "blue"'],
  ['compact JSON', `{"apiKey":"${S}","name":"blue"}`, '"name":"blue"'],
  ['a list in JSON', `{"tokens":["${S}","b-${S}"],"name":"blue"}`, '"name":"blue"'],
  ['JSON in JSON', `{"line":"{\\"api_key\\":\\"${S}\\"} said"}`, 'said'],
  ['an environment file', `POSTGRES_USER=u\nPOSTGRES_PASSWORD='${S}'\n`, 'POSTGRES_USER=u'],
  ['a value with a quote', `export DB_PASS='a'\\''${S}'\nX=1`, 'X=1'],
  ['a commented setting', `# POSTGRES_PASSWORD=${S}\nX=1`, 'X=1'],
  ['redis.conf', `maxmemory 256mb\nrequirepass "${S}"\nmasterauth ${S}`, 'maxmemory 256mb'],
  ['an ACL of Redis', `user app on >${S} ~* +@all`, '~* +@all'],
  ['a unit', `Environment="QDRANT__SERVICE__API_KEY=${S} with words" "A=b"`, '"A=b"'],
  ['a unit without quotes', `Environment=A=b API_TOKEN=${S} C=d`, 'C=d'],
  ['a credential of a unit', `SetCredential=key:${S}\nUser=q`, 'User=q'],
  ['a line of a journal', `Nov 24 db app[7]: starting with api_key=${S} on port 1`, 'on port 1'],
  ['a header', `api-key: ${S}`, 'api-key:'],
  ['an authorization header', `curl -H "Authorization: Basic ${S}" http://x`, 'http://x'],
  ['a bearer token', `sent Bearer ${S} to x`, 'to x'],
  ['a command line', `app --token ${S} --port 1`, '--port 1'],
  ['a command line with =', `app --db-password=${S} --port 1`, '--port 1'],
  ['an address', `postgresql://app:${S.replace('/', '%2F')}@db/x`, '@db/x'],
  ['an address with a slash in the password', `redis://:${S}@cache:6379/0`, '@cache:6379/0'],
  ['a token in an address', 'https://Sentinel-7Qx-aB-c9@git.example.org/x', '@git.example.org/x'],
  ['a query', `GET /x?api_key=${S}`, 'GET /x'],
  ['SQL', `statement: ALTER ROLE app PASSWORD '${S}' VALID`, 'VALID'],
  ['a user of a proxy', `  user app insecure-password ${S}\n  mode http`, 'mode http'],
  ['a key of a tunnel', `[Interface]\nPrivateKey = ${S}\nListenPort = 1`, 'ListenPort = 1'],
  ['XML', `<password>${S}</password><port>1</port>`, '<port>1</port>'],
  ['conninfo', `primary_conninfo = 'user=x password=${S} host=y'`, 'user=x'],
  ['carriage returns', `password: ${S}\r\nport: 1\r\n`, 'port: 1'],
  [
    'a private key',
    `before\n-----BEGIN RSA PRIVATE KEY-----\n${S}\nMIIEow\n-----END RSA PRIVATE KEY-----\nafter`,
    'after',
  ],
  ['a private key in one line', `"-----BEGIN PRIVATE KEY-----\\n${S}\\n-----END PRIVATE KEY-----\\n" x`, 'x'],
  ['a private key that is cut at its end', `before\n-----BEGIN EC PRIVATE KEY-----\n${S}\nMIIEow`, 'before'],
  [
    'a private key that is cut at its beginning',
    `${'Sentinel7QxaBc9'.repeat(4)}\nAAAAAAAAAAAAAAAAAAAA==\n-----END PRIVATE KEY-----\nafter`,
    'after',
  ],
];

describe('maskSecrets', () => {
  it.each(PLACES)('masks %s, and keeps what stands beside', (_, text, kept) => {
    const masked = maskSecrets(text);
    expect(masked).not.toContain('Sentinel');
    expect(masked).not.toContain('7Qx');
    expect(masked).not.toMatch(/aB\+?c9/);
    expect(masked).toContain(kept);
    expect(masked).toContain('[secret]');
  });

  it.each([
    'SCRAM-SHA-256$4096:Q2hlY2s=$abcdefgh:ijklmnop',
    'md50123456789abcdef0123456789abcdef',
    '$6$rounds=5000$abcdefgh$ijklmnopqrstuvwxyz',
    'eyJhbGciOiJIUzI1.eyJzdWIiOiIx.c2lnbmF0dXJl',
    `ghp_${'a1B2'.repeat(9)}`,
  ])('masks what is known by its form: %s', (value) => {
    expect(maskSecrets(`it is ${value} here`)).toBe('it is [secret] here');
  });

  it.each([
    'password_encryption = scram-sha-256',
    'Accepted password for root from 10.0.0.1 port 22',
    'FATAL: password authentication failed for user "app"',
    'local all postgres peer',
    'host all all 127.0.0.1/32 scram-sha-256',
    'enforce_internal_auth: true\nenable_api_key: true',
    'api_key:\nport: 6333',
    '"token": null,\n"secret": true',
    'https://example.org/path?x=1',
    'postgresql://app@db/x',
    'sha256 e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
    'ProtectKernelTunables=yes\nLimitNOFILE=65536',
    '"pass": 18,\n"fail": 0',
    'pubkeys sk-ssh-ed25519-cert-v01@openssh.com,sk-ecdsa-sha2-nistp256@openssh.com',
    'compass: north',
  ])('leaves alone what is no secret: %s', (text) => {
    expect(maskSecrets(text)).toBe(text);
  });

  it('is the same when it is done twice', () => {
    for (const [where, text] of PLACES) {
      const once = maskSecrets(text);
      expect(maskSecrets(once), where).toBe(once);
    }
  });

  it.each([
    ['words', 'a.b-c_'.repeat(2000)],
    ['a ruler in a comment', '#'.repeat(10_000)],
    ['names without values', 'password_token_secret_'.repeat(500)],
    ['spaces', `password${' '.repeat(10_000)}`],
    ['quotes', `password="${'\\"'.repeat(3000)}`],
    ['lines of base64', `${'QUJD'.repeat(16)}\n`.repeat(3000)],
    ['lines of base64 behind a prefix', `Nov 24 db app[7]: ${'QUJD'.repeat(16)}\n`.repeat(3000)],
    ['addresses', 'a://b:c'.repeat(1500)],
    ['users', `user x ${'y '.repeat(3000)}`],
    ['braces', `{"tokens":${'['.repeat(5000)}`],
    ['indentation', `${' '.repeat(200)}token:\n`.repeat(100)],
  ])('is not slow on %s', (_, text) => {
    const started = performance.now();
    maskSecrets(`${text}\n${text}\n`);
    expect(performance.now() - started).toBeLessThan(2000);
  });

  it.each([
    ['names of many parts', 'a.'],
    ['names of many words', 'a-'],
    ['names in JSON', '"a.b":'],
    ['addresses', 'a://'],
    ['addresses with a user', 'a://b:c'],
    ['options', '-a --b.c '],
  ])('masks 512 kB of %s in seconds', (_, part) => {
    const text = `${part.repeat(Math.ceil(524_288 / part.length))}\npassword: ${S}\n`;
    const started = performance.now();
    expect(maskSecrets(text).slice(-20)).toBe('\npassword: [secret]\n');
    expect(performance.now() - started).toBeLessThan(5000);
  });

  it.each([
    ['lists that do not end', '"password": ['],
    ['lists with values that do not end', '"api_key":[ "x", '],
    ['addresses with a user, in one word', 'a://b:'],
    ['addresses in one word with an @ before them', 'a://b:c@://'],
    ['an address that goes on', 'x'],
    ['names of lists', '"token" :'],
  ])('is as fast with 1 MB of %s as with little of it', (_, part) => {
    const started = performance.now();
    const text = `a@://u:${part.repeat(Math.ceil(1_000_000 / part.length))}`;
    maskSecrets(text);
    secretsIn(text);
    expect(performance.now() - started).toBeLessThan(10_000);
  });

  it('masks a secret of any length in an address, and the list that a cut file ends in', () => {
    const long = 'Kq7-'.repeat(20_000);
    expect(maskSecrets(`see http://u:${long}@db:6333/x and a://b:c`)).toBe(
      'see http://u:[secret]@db:6333/x and a://b:c',
    );
    expect(maskSecrets(`x://y:z x://u:a@b,x://u:c@d x://y:z`)).toBe('x://y:z x://u:[secret]@d x://y:z');
    expect(maskSecrets(`{"api_keys": ["${S}", "${S}`)).toBe('{"api_keys": [[secret]');
  });

  it('masks behind a name of any length', () => {
    for (const part of ['a.', 'ab_', 'x-'])
      expect(maskSecrets(`x ${part.repeat(500)}password=${S} y`)).toMatch(/password=\[secret\] y$/);
  });
});

describe('secretsIn', () => {
  it('finds the values as they are written elsewhere', () => {
    const text = `a:\n  api_key: "${S}"\nrequirepass old-password-1\nPGPASSWORD='third one 3'\n`;
    expect(secretsIn(text)).toEqual(expect.arrayContaining([S, 'old-password-1', 'third one 3']));
  });

  it('leaves out what would mask ordinary text', () => {
    const text =
      'password: abc\nsecret: postgres\n# token: because\n  # api_key: nobody-knows password=another-one\ntoken: /etc/x/token\napi_key: ${env:KEY}\npasswd: secret\n';
    expect(secretsIn(text)).toEqual([]);
  });
});

describe('maskAll', () => {
  const known = new Redactor();
  known.add('of-the-configuration');

  it('masks what the configuration knows, encoded too', () => {
    const encoded = Buffer.from('of-the-configuration').toString('base64');
    const masked = maskAll(new Map([['a', `of-the-configuration ${encoded}`]]), known);
    expect(masked.get('a')).toBe('[secret] [secret]');
  });

  it('masks a value that stands behind a name in one text where it stands alone in another', () => {
    const texts = new Map([
      ['slot.yaml', `  api_key: ${S}`],
      ['journal', `refused ${S}, and ${Buffer.from(S).toString('base64')}`],
    ]);
    const masked = maskAll(texts, known);
    expect(masked.get('journal')).toBe('refused [secret], and [secret]');
  });

  it('does not mask a secret by a word of the mask', () => {
    expect(maskAll(new Map([['a', 'password: secret\nb: 1']]), known).get('a')).toBe(
      'password: [secret]\nb: 1',
    );
  });
});
