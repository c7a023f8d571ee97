import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { acmeCa, renderHook } from '../../../../src/services/haproxy/acme.js';
import { runWith } from '../../../support/programs.js';
import { selfSigned } from '../../../support/self-signed.js';

let place: string;
const path = (name: string) => join(place, name);
const read = (name: string) => readFileSync(path(name), 'utf8');

beforeEach(() => {
  place = mkdtempSync(join(tmpdir(), 'vdb-hook-'));
});
afterEach(() => rmSync(place, { recursive: true, force: true }));

describe('what certbot runs after a renewal', () => {
  const renewed = () =>
    selfSigned({ certificate: path('fullchain.pem'), key: path('privkey.pem') }, '/CN=new');
  /** HAProxy takes what it is told on standard input; what it was told is kept in a file. */
  const PROGRAMS = {
    haproxy: 'exit 0',
    systemctl: 'echo "systemctl $*" >>"$SEEN"',
    perl: 'all=$(cat); printf "%s\\n" "$all" >>"$SEEN"; case $all in set*) echo Transaction created ;; commit*) echo Success! ;; esac',
  };
  const run = (programs: Record<string, string> = {}, environment = '') => {
    const script = renderHook()
      .replaceAll('/etc/letsencrypt/live/vdb-edge', place)
      .replaceAll('/etc/haproxy/', `${place}/`);
    return runWith({ ...PROGRAMS, ...programs }, `export SEEN=${path('seen')}\n${environment}\n${script}`);
  };
  const order = (word: string) => `${word} ssl cert ${path('vdb-edge.pem')}`;

  beforeEach(async () => {
    await renewed();
    writeFileSync(path('vdb-edge.pem'), 'old');
    writeFileSync(path('haproxy.cfg'), `bind :1 ssl crt ${path('vdb-edge.pem')} alpn h2\n`);
    writeFileSync(path('seen'), '');
  });

  it('puts chain and key in one closed file, and tells the running HAProxy, without a reload', async () => {
    await run();
    expect(read('vdb-edge.pem')).toBe(read('fullchain.pem') + read('privkey.pem'));
    expect(statSync(path('vdb-edge.pem')).mode & 0o777).toBe(0o600);
    const seen = read('seen');
    expect(seen).toContain(`${order('set')} <<\n-----BEGIN CERTIFICATE-----`);
    expect(seen.trimEnd().split('\n').at(-1)).toBe(order('commit'));
    expect(seen).not.toContain('reload');
    expect(readdirSync(place).filter((name) => name.startsWith('vdb-edge.pem.'))).toEqual([]);
  });

  it('never shows the key in arguments', async () => {
    await run({ perl: 'echo "$*" >>"$SEEN"; cat >/dev/null; echo Transaction; echo Success' });
    expect(read('seen')).not.toContain('PRIVATE KEY');
  });

  it('reloads a HAProxy that does not take it, whose connections go on', async () => {
    await run({
      perl: 'all=$(cat); echo "${all%% *}" >>"$SEEN"; case $all in set*) echo Transaction ;; *) echo no ;; esac',
    });
    expect(read('seen').split('\n').slice(1, 5)).toEqual([
      'set',
      'commit',
      'abort',
      'systemctl reload haproxy.service',
    ]);
  });

  it('leaves it to the start of a HAProxy that does not run', async () => {
    await run({ systemctl: 'exit 3' });
    expect(read('vdb-edge.pem')).toContain('PRIVATE KEY');
    expect(read('seen')).toBe('');
  });

  it('is not concerned by what else certbot renews', async () => {
    await run({}, 'export RENEWED_LINEAGE=/etc/other');
    expect(read('vdb-edge.pem')).toBe('old');
  });

  it.each<[string, () => void | Promise<void>, Record<string, string>, RegExp]>([
    ['cannot be read', () => writeFileSync(path('fullchain.pem'), 'no'), {}, /cannot be read, or has ended/],
    [
      'has another key',
      () => selfSigned({ certificate: path('other.pem'), key: path('privkey.pem') }, '/CN=other'),
      {},
      /the new key is not that of the new certificate/,
    ],
    [
      'is refused by HAProxy',
      () => undefined,
      { haproxy: 'echo too weak; exit 1' },
      /does not take the new one: too weak/,
    ],
  ])('keeps the old one where the new one %s', async (_, spoil, programs, said) => {
    await spoil();
    await expect(run(programs)).rejects.toThrow(said);
    expect(read('vdb-edge.pem')).toBe('old');
    expect(read('seen')).toBe('');
  });

  it('has HAProxy judge its own configuration with the new one', async () => {
    await run({ haproxy: 'cat "${!#}" >>"$SEEN"' });
    expect(read('seen')).toMatch(/crt \S+vdb-edge\.pem\.\w{8} alpn h2/);
  });
});

describe('the CA of a private ACME server', () => {
  it('is all certificates of a file, and nothing else of it', async () => {
    const files = { certificate: path('ca.pem'), key: path('ca.key') };
    await selfSigned(files, '/CN=ca');
    const certificate = read('ca.pem');
    writeFileSync(path('both.pem'), `${certificate}${read('ca.key')}${certificate}`);
    expect(acmeCa(path('both.pem'))).toBe(certificate + certificate);
  });

  it.each(['missing.pem', 'empty.pem'])('is refused where it cannot be used: %s', (name) => {
    writeFileSync(path('empty.pem'), 'no certificate');
    expect(() => acmeCa(path(name))).toThrow(`networking.tls.acme.ca cannot be used: ${path(name)}`);
  });
});
