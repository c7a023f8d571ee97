import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { trustOf } from '../../../../src/checks/outside/trust.js';
import { testConfig } from '../../../support/config.js';
import { selfSigned } from '../../../support/self-signed.js';

const tls = (given: object) => testConfig({ networking: { tls: given } }).networking.tls;

let directory: string;
let ca: string;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'vdb-trust-'));
  const files = { key: join(directory, 'ca.key'), certificate: join(directory, 'ca.pem') };
  await selfSigned(files, '/CN=a CA', ['-addext', 'basicConstraints=critical,CA:TRUE']);
  ca = await readFile(join(directory, 'ca.pem'), 'utf8');
});
afterAll(() => rm(directory, { recursive: true, force: true }));

it('a CA that was made on the host is the one that the host gives over SSH', async () => {
  expect(await trustOf(tls({ mode: 'own-ca' }), async () => ca)).toMatchObject({
    status: 'known',
    value: { ca: [ca], named: 'the CA of the host' },
  });
});

it('a file that names it goes before that', async () => {
  const asked = () => Promise.reject(new Error('not to be asked'));
  const trust = await trustOf(tls({ mode: 'own-ca', certificate: join(directory, 'ca.pem') }), asked);
  expect(trust).toMatchObject({ status: 'known', value: { ca: [ca] } });
});

it.each([
  ['has none', async () => '', 'the host has no CA of its own yet'],
  ['cannot be asked', () => Promise.reject(new Error('gone')), 'the CA of the host could not be read: gone'],
])('is unknown where the host %s', async (_, ask, why) => {
  expect(await trustOf(tls({ mode: 'own-ca' }), ask)).toEqual({ status: 'unknown', why });
});

const asks = () => Promise.reject(new Error('not to be asked'));

it('believes what this machine does of a certificate by ACME, and what is configured of a private server', async () => {
  const acme = { mode: 'acme', domain: 'edge.example' };
  const system = await trustOf(tls(acme), asks);
  const path = join(directory, 'ca.pem');
  const own = await trustOf(tls({ ...acme, acme: { ca: path } }), asks);
  if (system.status !== 'known' || own.status !== 'known') throw new Error('not known');
  expect(system.value?.ca).not.toContain(ca);
  expect(own.value?.ca).toEqual([...(system.value?.ca ?? []), ca]);
  expect(own.value?.named).toContain(path);
});

it('is unknown where the CA of a private ACME server cannot be read', async () => {
  const acme = { mode: 'acme', domain: 'edge.example', acme: { ca: '/nowhere/ca.pem' } };
  expect(await trustOf(tls(acme), asks)).toMatchObject({
    status: 'unknown',
    why: expect.stringContaining('/nowhere/ca.pem could not be read'),
  });
});
