import { execFile } from 'node:child_process';
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { type AddressInfo, createServer as createTcpServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createServer, type SecureVersion, type TlsOptions } from 'node:tls';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Site } from '../../../src/checks/check.js';
import { keyPair } from '../../../src/checks/outside/key-file.js';
import {
  offerVersions as offerAtDoors,
  type ServedTls,
  servedTls as servedAtDoors,
} from '../../../src/checks/outside/tls.js';
import { Gate } from '../../../src/host/gate.js';
import { Host } from '../../../src/host/host.js';
import { known, type Observation } from '../../../src/host/probe.js';
import type { Transport } from '../../../src/host/transport.js';
import { contextOf } from '../../unit/checks/support.js';

/** What was seen at the only port. */
async function servedTls(site: Site): Promise<Observation<ServedTls> | undefined> {
  const doors = await servedAtDoors(site);
  return doors.status === 'known' ? doors.value?.[0]?.seen : doors;
}

async function offerVersions(site: Site, versions: readonly SecureVersion[]): Promise<unknown> {
  const doors = await offerAtDoors(site, versions);
  return doors.status === 'known' ? doors.value?.[0]?.seen : doors;
}

const run = promisify(execFile);
const missing = await run('openssl', ['version']).then(
  () => undefined,
  () => 'openssl is not installed',
);
if (missing) console.warn(`skipped: ${missing}`);

describe.skipIf(missing)('looking at TLS from outside', () => {
  let directory: string;
  const servers: Server[] = [];
  const sockets: Socket[] = [];

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'vdb-tls-'));
    await openssl('req -x509 -newkey rsa:2048 -nodes -days 9 -subj /CN=Root -keyout ca.key -out ca.pem');
    await certificate('edge', 'DNS:edge.example');
    await certificate('address', 'IP:127.0.0.1');
    await certificate('other', 'DNS:edge.example');
    await writeFile(path('chain.pem'), (await read('edge.pem')) + (await read('ca.pem')));
  });
  afterEach(() => {
    for (const server of servers.splice(0)) server.close();
    for (const socket of sockets.splice(0)) socket.destroy();
  });
  afterAll(() => rm(directory, { recursive: true }));

  const path = (name: string): string => join(directory, name);
  const read = (name: string): Promise<string> => readFile(path(name), 'utf8');

  function openssl(args: string): Promise<unknown> {
    return run('openssl', args.split(' '), { cwd: directory });
  }

  async function certificate(name: string, subject: string): Promise<void> {
    await openssl(
      `req -newkey rsa:2048 -nodes -subj /CN=${name} -addext subjectAltName=${subject} -keyout ${name}.key -out ${name}.csr`,
    );
    await openssl(
      `x509 -req -in ${name}.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 8 -copy_extensions copy -out ${name}.pem`,
    );
  }

  async function listen(server: Server): Promise<number> {
    servers.push(server.on('connection', (socket) => sockets.push(socket)));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return (server.address() as AddressInfo).port;
  }

  async function edge(name = 'edge', options: TlsOptions = {}): Promise<number> {
    const [cert, key] = [await read(`${name}.pem`), await read(`${name}.key`)];
    return listen(createServer({ cert, key, ...options }, (socket) => socket.on('error', () => {})));
  }

  /** A host on which `port` is that of the edge; `ports` counts how often it was forwarded. */
  function siteOf(port: number, tls: Record<string, string> = {}, ports: number[] = []): Site {
    const refused = (): Promise<never> => Promise.reject(new Error('not in this test'));
    const transport: Transport = {
      target: 'test',
      exec: refused,
      open: refused,
      forward: async (asked) => {
        ports.push(asked);
        return { port, close: async () => {} };
      },
      close: async () => {},
    };
    const defaults = {
      mode: 'files',
      certificate: path('chain.pem'),
      key: path('edge.key'),
      domain: 'edge.example',
    };
    const context = contextOf({ networking: { tls: { ...defaults, ...tls } } });
    return { host: new Host(transport, new Gate()), context, plan: refused };
  }

  describe('the certificate', () => {
    it('is believed by the CA in the configured chain, and looked at once for a run', async () => {
      const ports: number[] = [];
      const site = siteOf(await edge(), {}, ports);
      const [seen, again] = await Promise.all([servedTls(site), servedTls(site)]);
      expect(seen).toBe(again);
      expect(ports).toEqual([8000]);
      expect(seen).toMatchObject({
        status: 'known',
        value: { name: 'edge.example', refused: { status: 'known', value: null } },
      });
    });

    it.each([
      [{ domain: 'wrong.example' }, 'ERR_TLS_CERT_ALTNAME_INVALID'],
      [{ mode: 'acme' }, expect.stringMatching(/UNABLE_TO|SELF_SIGNED/)],
    ])('is refused with %j', async (tls, code) => {
      const seen = await servedTls(siteOf(await edge(), tls));
      expect(seen).toMatchObject({ value: { refused: { status: 'known', value: code } } });
    });

    it('may be for an address where there is no domain', async () => {
      const site = siteOf(await edge('address'));
      const { domain: _, ...tls } = site.context.config.networking.tls;
      site.context.config.networking.tls = tls;
      expect(await servedTls(site)).toMatchObject({
        value: { name: '127.0.0.1', refused: { status: 'known', value: null } },
      });
    });

    it('of an old server is seen too', async () => {
      const port = await edge('edge', {
        maxVersion: 'TLSv1.1',
        minVersion: 'TLSv1',
        ciphers: 'ALL:@SECLEVEL=0',
      });
      expect(await servedTls(siteOf(port))).toMatchObject({ status: 'known' });
    });

    it('of a CA on the host is judged only by the file of that CA', async () => {
      const port = await edge();
      const own = { ...siteOf(port, { mode: 'own-ca', certificate: path('ca.pem') }) };
      expect(await servedTls(own)).toMatchObject({ value: { refused: { status: 'known', value: null } } });
      const unknown = siteOf(port, { mode: 'own-ca', certificate: path('edge.pem') });
      expect(await servedTls(unknown)).toMatchObject({ value: { refused: { status: 'unknown' } } });
    });

    it('is unknown, and nothing is passed, when the configured file cannot be read', async () => {
      const site = siteOf(await edge(), { certificate: path('nowhere.pem') });
      expect(await servedTls(site)).toMatchObject({ value: { refused: { status: 'unknown' } } });
    });
  });

  describe('what serves no TLS', () => {
    it('is said: nothing, or another protocol', async () => {
      const port = await listen(createTcpServer((socket) => socket.destroy()));
      expect(await servedTls(siteOf(port))).toEqual({
        status: 'unknown',
        why: 'nothing serves TLS on port 8000',
      });
      const plain = await listen(createTcpServer((socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n')));
      expect(await servedTls(siteOf(plain))).toEqual({
        status: 'unknown',
        why: 'what listens on port 8000 speaks no TLS',
      });
    });

    it('does not hold up the run', async () => {
      const silent = await listen(
        createTcpServer((socket) => setTimeout(() => socket.destroy(), 9000).unref()),
      );
      const started = performance.now();
      expect(await servedTls(siteOf(silent))).toMatchObject({ status: 'unknown' });
      expect(performance.now() - started).toBeLessThan(8000);
    });
  });

  describe('old versions', () => {
    const OLD = ['TLSv1', 'TLSv1.1'] as const;

    it('are refused by a server of today', async () => {
      expect(await offerVersions(siteOf(await edge()), OLD)).toEqual({
        status: 'known',
        value: new Map([
          ['TLSv1', 'refused'],
          ['TLSv1.1', 'refused'],
        ]),
      });
    });

    it('are agreed to by one that still has them', async () => {
      const port = await edge('edge', { minVersion: 'TLSv1.1', ciphers: 'ALL:@SECLEVEL=0' });
      expect(await offerVersions(siteOf(port), OLD)).toEqual({
        status: 'known',
        value: new Map([
          ['TLSv1', 'refused'],
          ['TLSv1.1', 'agreed'],
        ]),
      });
    });

    it('are offered by the name that the first look has', async () => {
      const names: string[] = [];
      const SNICallback: TlsOptions['SNICallback'] = (name, done) => {
        names.push(name);
        done(null);
      };
      await offerVersions(
        siteOf(await edge('edge', { SNICallback, minVersion: 'TLSv1', ciphers: 'ALL:@SECLEVEL=0' })),
        OLD,
      );
      expect(names).toEqual(Array(4).fill('edge.example'));
    });

    it('are not refused by a server that turns away whoever has no certificate', async () => {
      const options = { requestCert: true, rejectUnauthorized: true, ca: await read('ca.pem') };
      const port = await edge('edge', { ...options, minVersion: 'TLSv1', ciphers: 'ALL:@SECLEVEL=0' });
      const seen = (await offerVersions(siteOf(port), OLD)) as { value: Map<string, unknown> };
      expect([...seen.value.values()]).not.toContain('refused');
    });

    it('are offered at every port of the edge', async () => {
      const ports: number[] = [];
      const site = siteOf(await edge(), {}, ports);
      site.context.config.networking.edge.qdrant_http_port = 6333;
      site.context.config.networking.edge.qdrant_grpc_port = 6334;
      const refused = known(new Map(OLD.map((version) => [version, 'refused'])));
      expect(await offerAtDoors(site, OLD)).toEqual(
        known([8000, 6333, 6334].map((port) => ({ port, seen: refused }))),
      );
      expect(ports.sort()).toEqual([6333, 6333, 6334, 6334, 8000, 8000]);
    });

    it('mean nothing where no TLS is served', async () => {
      const port = await listen(createTcpServer((socket) => socket.destroy()));
      expect(await offerVersions(siteOf(port), OLD)).toMatchObject({ status: 'unknown' });
    });
  });

  it('reads the configured key with its mode and whether it fits', async () => {
    await chmod(path('edge.key'), 0o640);
    const tls = { certificate: path('chain.pem'), key: path('edge.key') };
    const config = siteOf(0, tls).context.config.networking.tls;
    expect(await keyPair(config)).toMatchObject({ value: { mode: 0o640, matches: true } });
    expect(await keyPair({ ...config, key: path('other.key') })).toMatchObject({ value: { matches: false } });
    expect(await keyPair({ ...config, key: path('nowhere.key') })).toMatchObject({ status: 'unknown' });
    expect(await keyPair({ ...config, certificate: path('edge.key') })).toMatchObject({ status: 'unknown' });
  });
});
