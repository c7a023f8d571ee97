import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { edgePem } from '../../../../src/services/haproxy/certificate.js';
import { selfSigned } from '../../../support/self-signed.js';

const DAY = 86_400_000;

describe('a certificate from files', () => {
  let place: string;
  const path = (name: string) => join(place, name);
  const files = (certificate = 'a.pem', key = 'a.key') => {
    return { certificate: path(certificate), key: path(key) };
  };
  const judged = (given = files(), now = Date.now()) => edgePem(given, now);

  beforeAll(async () => {
    place = mkdtempSync(join(tmpdir(), 'vdb-pem-'));
    for (const name of ['a', 'b']) await selfSigned(files(`${name}.pem`, `${name}.key`), '/CN=edge');
    writeFileSync(path('c.pem'), 'no certificate');
  });
  afterAll(() => rmSync(place, { recursive: true, force: true }));

  test('that belongs to its key becomes one text', () => {
    expect(judged()).toBe(readFileSync(path('a.pem'), 'utf8') + readFileSync(path('a.key'), 'utf8'));
  });

  test.each([
    ['of another key', () => judged(files('a.pem', 'b.key')), /is not the key of networking.tls.certificate/],
    ['that has ended', () => judged(files(), Date.now() + 11 * DAY), /certificate has ended/],
    ['that begins later', () => judged(files(), Date.now() - DAY), /certificate is not in force yet/],
    ['that is none', () => judged(files('c.pem')), /networking.tls.certificate cannot be read/],
    ['that is not there', () => judged(files('a.pem', 'd.key')), /networking.tls.key cannot be read/],
  ])('%s is refused before anything changes', (_, use, title) => {
    expect(use).toThrow(title);
  });
});
