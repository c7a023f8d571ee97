import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { trustOf } from '../../../../src/checks/outside/trust.js';
import { selfSigned } from '../../../support/self-signed.js';

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
  expect(await trustOf({ mode: 'own-ca' }, async () => ca)).toMatchObject({
    status: 'known',
    value: { ca: [ca], named: 'the CA of the host' },
  });
});

it('a file that names it goes before that', async () => {
  const asked = () => Promise.reject(new Error('not to be asked'));
  const trust = await trustOf({ mode: 'own-ca', certificate: join(directory, 'ca.pem') }, asked);
  expect(trust).toMatchObject({ status: 'known', value: { ca: [ca] } });
});

it.each([
  ['has none', async () => '', 'the host has no CA of its own yet'],
  ['cannot be asked', () => Promise.reject(new Error('gone')), 'the CA of the host could not be read: gone'],
])('is unknown where the host %s', async (_, ask, why) => {
  expect(await trustOf({ mode: 'own-ca' }, ask)).toEqual({ status: 'unknown', why });
});
