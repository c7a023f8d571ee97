import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { edgePlaceholder } from '../../../src/resources/edge-placeholder.js';
import { answer, commandsFor, scriptOf, summaryOf } from '../../support/resource-table.js';
import { selfSigned } from '../../support/self-signed.js';

const run = promisify(execFile);

let place: string;
const file = () => join(place, 'edge.pem');
const resource = () => edgePlaceholder({ file: file(), name: 'edge.example' });
const bash = async (script: string) =>
  (await run('bash', ['-c', script.replaceAll('/etc/letsencrypt', join(place, 'letsencrypt'))])).stdout;
/** Whose the file is does not matter here; on a host it is root's. */
const found = async () =>
  summaryOf(resource(), await bash(`stat() { echo 600 root; }; ${scriptOf(resource())}`));
const make = async () => {
  for (const script of commandsFor(resource(), null)) await bash(script);
};

beforeEach(async () => {
  place = await mkdtemp(join(tmpdir(), 'vdb-placeholder-'));
});
afterEach(() => rm(place, { recursive: true, force: true }));

it('is made where there is nothing, and then nothing is left to do', async () => {
  expect(await found()).toBe('make one until the CA has given one (not there)');
  await make();
  expect(await found()).toBeNull();
  const names = await bash(
    `openssl x509 -noout -ext subjectAltName -in ${file()}; stat -c %a ${file()}; ls -A ${place}`,
  );
  expect(names).toContain('DNS:edge.example');
  expect(names).toMatch(/^600\nedge\.pem$/m);
});

it('is whatever certificate is there already, with its key', async () => {
  const files = { certificate: join(place, 'c.pem'), key: join(place, 'k.pem') };
  await selfSigned(files, '/CN=mine');
  await bash(`cat ${files.certificate} ${files.key} >${file()}`);
  expect(await found()).toBeNull();
  await bash(`cat ${files.certificate} >${file()}`);
  expect(await found()).toContain('(it is no certificate with its key)');
  await writeFile(file(), 'nothing of the kind');
  expect(await found()).toContain('(it is no certificate with its key)');
});

it('is the last one that certbot has, where there is one', async () => {
  const live = join(place, 'letsencrypt/live/vdb-edge');
  await mkdir(live, { recursive: true });
  const files = { certificate: join(live, 'fullchain.pem'), key: join(live, 'privkey.pem') };
  await selfSigned(files, '/CN=of the CA');
  await make();
  expect(await readFile(file(), 'utf8')).toContain(await readFile(files.certificate, 'utf8'));
  expect(await found()).toBeNull();
});

it('is made anew where its key is open, and waits for openssl', () => {
  expect(summaryOf(resource(), 'its key is open to others\n')).toContain('(its key is open to others)');
  expect(answer(resource(), 'no-openssl\n').status).toBe('pending');
  expect(answer(resource(), '').status).toBe('unknown');
});
