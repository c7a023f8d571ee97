import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ownCertificate } from '../../../src/resources/edge-certificate.js';
import { answer, commandsFor, scriptOf, summaryOf } from '../../support/resource-table.js';

const run = promisify(execFile);

describe("the certificate of the host's own CA", () => {
  let place: string;
  const want = (...names: string[]) =>
    ownCertificate({ directory: join(place, 'tls'), file: join(place, 'edge.pem'), names });
  const bash = async (script: string) => (await run('bash', ['-c', script])).stdout;
  const sign = async (...names: string[]) => {
    for (const script of commandsFor(want(...names), null)) await bash(script);
  };
  /** Whose the file is does not matter here; on a host it is root's. */
  const found = async (...names: string[]) =>
    summaryOf(want(...names), await bash(`stat() { echo 600 root; }; ${scriptOf(want(...names))}`));

  beforeEach(async () => {
    place = await mkdtemp(join(tmpdir(), 'vdb-tls-'));
  });
  afterEach(() => rm(place, { recursive: true, force: true }));

  it('is signed where there is none, and then nothing is left to do', async () => {
    expect(await found('db.example', '192.0.2.7')).toBe('sign it (not there)');
    await sign('db.example', '192.0.2.7');
    expect(await found('db.example', '192.0.2.7')).toBeNull();
  });

  it('is closed to others, as its CA is', async () => {
    await sign('db.example');
    for (const name of ['edge.pem', 'tls/ca.key'])
      expect((await stat(join(place, name))).mode & 0o777, name).toBe(0o600);
    expect((await stat(join(place, 'tls'))).mode & 0o777).toBe(0o700);
  });

  it('leaves nothing else behind', async () => {
    await sign('db.example');
    expect((await bash(`cd ${place} && find . -type f | sort`)).split('\n').filter(Boolean)).toEqual([
      './edge.pem',
      './tls/ca.key',
      './tls/ca.pem',
    ]);
  });

  it('is signed anew for another name, by the same CA', async () => {
    await sign('db.example');
    const ca = await readFile(join(place, 'tls/ca.pem'), 'utf8');
    expect(await found('other.example')).toBe('sign it (it is for DNS:db.example)');
    await sign('other.example');
    expect(await found('other.example')).toBeNull();
    expect(await readFile(join(place, 'tls/ca.pem'), 'utf8')).toBe(ca);
  });

  it('is signed anew where another CA signed it, and where its key is another one', async () => {
    await sign('db.example');
    await bash(`cd ${place} && openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes \
      -subj /CN=db.example -keyout foreign.key -out foreign.pem 2>/dev/null`);
    const [own, foreign] = [join(place, 'edge.pem'), join(place, 'foreign')];
    const good = await readFile(own, 'utf8');
    const chain = good.slice(0, good.indexOf('-----BEGIN PRIVATE KEY'));
    await writeFile(own, chain + (await readFile(`${foreign}.key`, 'utf8')));
    expect(await found('db.example')).toBe('sign it (its key is another one)');
    await bash(`cat ${foreign}.pem ${foreign}.key >${own}`);
    expect(await found('db.example')).toBe('sign it (its CA did not sign it, or it has ended)');
  });

  it('is not judged without an answer, nor before openssl is there', () => {
    expect(answer(want('a'), '@@\n').status).toBe('unknown');
    expect(answer(want('a'), 'no-openssl\n').status).toBe('pending');
  });
});
