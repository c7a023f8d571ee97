import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { acmeCertificate } from '../../../src/resources/acme-certificate.js';
import { answer, commandsFor, scriptOf, summaryOf } from '../../support/resource-table.js';
import { selfSigned } from '../../support/self-signed.js';

const run = promisify(execFile);
const SERVER = 'https://ca.example/directory';

const want = (more: object = {}) =>
  acmeCertificate({
    ...{ domain: 'edge.example', server: SERVER, email: null, localPort: 8480, ca: null },
    file: '/etc/haproxy/vdb-edge.pem',
    ...more,
  });

describe('a certificate by ACME', () => {
  it.each([
    ['good', null],
    ['obtain not there', 'obtain it from ca.example (not there)'],
    ['obtain it is for DNS:old.example', 'obtain it from ca.example (it is for DNS:old.example)'],
    ['install the running edge has another one', 'bring it into the edge (the running edge has another one)'],
  ])('%s', (said, summary) => {
    expect(summaryOf(want(), `${said}\n`)).toBe(summary);
  });

  it('is not judged without an answer, nor before certbot is there', () => {
    expect(answer(want(), '\n').status).toBe('unknown');
    expect(answer(want(), 'date: invalid\n').status).toBe('unknown');
    expect(answer(want(), 'no-certbot\n').status).toBe('pending');
  });

  it('is not asked of the CA where certbot has it already', () => {
    const [only, ...others] = commandsFor(want(), {
      due: 'install',
      fault: 'the running edge has another one',
    });
    expect(only).toBe('/etc/letsencrypt/renewal-hooks/deploy/vdb-edge >&2');
    expect(others).toEqual([]);
  });

  it('is asked for by http-01, behind the edge, and then brought into it', () => {
    const [obtain = '', install] = commandsFor(want({ email: 'ops@a.example', localPort: 8481 }), null);
    expect(obtain).toContain('certbot certonly --non-interactive --agree-tos');
    expect(obtain).toContain('--standalone --http-01-address 127.0.0.1 --http-01-port 8481');
    expect(obtain).toContain(`--email ops@a.example --server ${SERVER}`);
    expect(obtain).toContain('--cert-name vdb-edge -d edge.example');
    expect(obtain).not.toContain('REQUESTS_CA_BUNDLE');
    expect(install).toContain('renewal-hooks/deploy/vdb-edge');
  });

  it('needs no contact, and believes a private CA where one is given', () => {
    const [obtain] = commandsFor(want({ ca: '/etc/letsencrypt/vdb-ca.pem' }), null);
    expect(obtain).toContain('export REQUESTS_CA_BUNDLE=/etc/letsencrypt/vdb-ca.pem');
    expect(obtain).toContain('--register-unsafely-without-email');
  });
});

describe('what certbot has', () => {
  let place: string;
  const live = () => join(place, 'letsencrypt/live/vdb-edge');
  const edge = () => join(place, 'edge.pem');
  const resource = (more: object = {}) => want({ file: edge(), ...more });
  /** The look of a host whose /etc/letsencrypt lies elsewhere, with functions of bash in place of what is not there. */
  const found = async (more: object = {}, functions = '') => {
    const script = scriptOf(resource(more))
      .replaceAll('/etc/letsencrypt', join(place, 'letsencrypt'))
      .replace('command -v certbot >/dev/null', 'true')
      .replace('( f=', `stat() { echo 600 root; }\ntell() { false; }\n${functions}\n( f=`);
    return summaryOf(resource(more), (await run('bash', ['-c', script])).stdout);
  };
  const running = (fingerprint: string) => `tell() { echo 'SHA1 FingerPrint: ${fingerprint}'; }`;
  const renewal = (lines: readonly string[]) =>
    writeFile(join(place, 'letsencrypt/renewal/vdb-edge.conf'), `${lines.join('\n')}\n`);
  const SETTINGS = [
    'authenticator = standalone',
    'http01_address = 127.0.0.1',
    'http01_port = 8480',
    `server = ${SERVER}`,
  ];
  const certify = (name = 'edge.example') =>
    selfSigned({ certificate: join(live(), 'fullchain.pem'), key: join(live(), 'privkey.pem') }, '/CN=edge', [
      '-addext',
      `subjectAltName=DNS:${name}`,
      '-days',
      '90',
    ]);
  const assemble = async () =>
    writeFile(
      edge(),
      (await readFile(join(live(), 'fullchain.pem'), 'utf8')) +
        (await readFile(join(live(), 'privkey.pem'), 'utf8')),
    );

  beforeEach(async () => {
    place = await mkdtemp(join(tmpdir(), 'vdb-acme-'));
    await mkdir(live(), { recursive: true });
    await mkdir(join(place, 'letsencrypt/renewal'));
    await certify();
    await renewal(SETTINGS);
    await assemble();
  });
  afterEach(() => rm(place, { recursive: true, force: true }));

  it('is all that is needed where the edge has it too', async () => {
    expect(await found()).toBeNull();
  });

  it('is no use without the settings to renew it', async () => {
    await rm(join(place, 'letsencrypt/renewal/vdb-edge.conf'));
    expect(await found()).toContain('(not there)');
  });

  it('is asked for anew from another server, for another name, and with other settings', async () => {
    const other = 'https://other.example/dir';
    expect(await found({ server: other })).toBe(`obtain it from other.example (it is from ${SERVER})`);
    expect(await found({ domain: 'b.example' })).toContain('(it is for DNS:edge.example)');
    expect(await found({ localPort: 8481 })).toContain('(its renewals are set up otherwise)');
  });

  it('is asked for anew when less than a quarter of its time is left', async () => {
    const inDays = (days: number) =>
      found(
        {},
        `date() { [ "$1" = +%s ] && echo $(($(command date +%s) + ${days * 86_400})) || command date "$@"; }`,
      );
    expect(await inDays(60)).toBeNull();
    expect(await inDays(70)).toMatch(/\(it ends on \d{4}-\d\d-\d\d, and was not renewed\)/);
    expect(await inDays(100)).toContain('was not renewed');
  });

  it('is asked for anew where its key is that of another', async () => {
    const key = await readFile(join(live(), 'privkey.pem'), 'utf8');
    await certify();
    await writeFile(join(live(), 'privkey.pem'), key);
    expect(await found()).toContain('(its key is another one)');
  });

  it('is brought into an edge that has another one in its file, or in use', async () => {
    const fingerprint = async () =>
      (
        await run('bash', [
          '-c',
          `openssl x509 -noout -fingerprint -sha1 -in ${edge()} | cut -d = -f 2 | tr -d :`,
        ])
      ).stdout.trim();
    expect(await found({}, running(await fingerprint()))).toBeNull();
    expect(await found({}, running('00'))).toBe('bring it into the edge (the running edge has another one)');
    await certify();
    expect(await found()).toBe('bring it into the edge (the file of the edge is another one)');
  });
});
