import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Document } from 'yaml';
import { type LabHost, result } from '../support/lab.js';
import { resultsOf } from './checks/breakage.js';
import { vdbWith } from './support/configuration.js';
import {
  buildPebble,
  DIRECTORY,
  type Pebble,
  removePebble,
  startPebble,
  stopPebble,
} from './support/pebble.js';
import { freshHost, remove, site } from './support/site.js';

const TASKS = 'provision --only 0.2,0.3,1.1,4.5 --json';
const REST = 6433;
const DOMAIN = 'edge.test';

const pebble: Pebble = site.missing === null ? await buildPebble() : { missing: site.missing, directory: '' };
const why = pebble.missing === null ? '' : ` (SKIPPED: ${pebble.missing})`;

describe.skipIf(pebble.missing !== null)(`certificates by ACME, of Pebble${why}`, () => {
  let host: LabHost;
  let ca: string;
  const acme = (domain = DOMAIN) => {
    return (document: Document) => {
      document.setIn(['networking', 'edge', 'qdrant_http_port'], REST);
      document.setIn(['networking', 'tls'], { mode: 'acme', domain, acme: { directory: DIRECTORY, ca } });
    };
  };
  const provision = (edit = acme(), task = TASKS) => vdbWith(host, edit, task);
  const inside = (script: string) => host.inside(script);
  /** What a client sees at the port of the edge. */
  const served = (what: string) =>
    inside(`openssl s_client -connect localhost:${REST} -servername ${DOMAIN} </dev/null 2>/dev/null |
      openssl x509 -noout -${what}`);
  const believed = () =>
    inside(
      `curl -s -o /dev/null -w '%{http_code}' --cacert /etc/letsencrypt/vdb-ca.pem https://${DOMAIN}:${REST}/readyz`,
    );
  const renew =
    'REQUESTS_CA_BUNDLE=/etc/letsencrypt/vdb-ca.pem certbot renew --force-renewal --no-random-sleep-on-renew';

  beforeAll(async () => {
    host = await freshHost('edge-acme');
    await inside('apt-get -qq update >/dev/null && apt-get -qq install curl openssl >/dev/null');
    ca = join(site.directory, 'acme-ca.pem');
    await writeFile(ca, await startPebble(host, pebble, [DOMAIN, 'other.test']));
    const ended = await provision();
    expect(ended.exitCode, ended.stdout + ended.stderr).toBe(0);
  });
  afterAll(() => Promise.all([remove('edge-acme'), removePebble(pebble)]));

  test('the edge shows the certificate that the CA gave, with its chain, and checks find no fault', async () => {
    expect(await served('issuer')).toContain('Pebble');
    expect(await believed()).toBe('200');
    const checks = await resultsOf(await vdbWith(host, acme(), 'check tls --json'));
    const statuses = Object.fromEntries([...checks].map(([id, { status }]) => [id, status]));
    expect(statuses).toEqual({
      ...{ 'tls.chain': 'pass', 'tls.expiry': 'pass', 'tls.protocols': 'pass' },
      ...{ 'tls.key': 'skip', 'tls.renewal': 'pass' },
    });
  });

  test('what everybody may ask is a challenge, and nothing else', async () => {
    const status = (path: string) => inside(`curl -s -o /dev/null -w '%{http_code}' http://${DOMAIN}${path}`);
    expect(await status('/collections')).toBe('404');
    expect(await status('/.well-known/acme-challenge/x')).toBe('503');
    expect(await inside('cat /etc/nftables.conf')).toContain('\t\ttcp dport 80 accept\n');
  });

  test('a second run changes nothing', async () => {
    expect(result(await provision())).toMatchObject({ changed: 0, exit_code: 0 });
  });

  test('a renewal comes into the running edge, and no request and no connection is lost', async () => {
    const pids = () => inside('pgrep -d , -x haproxy');
    const [before, processes] = [await served('serial'), await pids()];
    const load = host.enter(
      `curl -sk --rate 40/s -o /dev/null -w '%{http_code} %{num_connects}\\n' 'https://localhost:${REST}/readyz?[1-400]' &
       for try in $(seq 100); do curl -sk -o /dev/null -w '%{http_code} new\\n' https://localhost:${REST}/readyz; sleep 0.1; done
       wait`,
    );
    await load.until(/200 new/);
    await inside(renew);
    const after = await served('serial');
    expect(load.child.exitCode, 'the load has ended before').toBeNull();
    const lines = (await load.ended).stdout.trim().split('\n');
    expect(lines).toHaveLength(500);
    expect(lines.filter((line) => !line.startsWith('200 '))).toEqual([]);
    expect(lines.filter((line) => line === '200 1')).toHaveLength(1);
    expect(after).not.toBe(before);
    expect(await pids()).toBe(processes);
    expect(result(await provision())).toMatchObject({ changed: 0, exit_code: 0 });
  });

  test('a name that leads elsewhere is said to be the cause, in the words of the CA', async () => {
    const before = await served('serial');
    const ended = await provision(acme('nowhere.test'), 'provision --only 4.5 --json');
    expect(ended.exitCode).toBe(1);
    expect(ended.stdout).toContain('lookup nowhere.test');
    expect(ended.stdout).toContain('The CA does not find nowhere.test in the DNS. The edge goes on with');
    expect(await served('serial')).toBe(before);
    expect(result(await provision())).toMatchObject({ changed: 0, exit_code: 0 });
  });

  describe('while the CA is out of reach', () => {
    beforeAll(() => stopPebble(host));

    test('what needs it fails with the cause, and the edge goes on', async () => {
      const before = await served('serial');
      const plan = await provision(acme('other.test'), 'provision --only 4.5 --plan');
      expect(plan.stdout).toContain('obtain it from localhost:14000 (it is for DNS:edge.test)');
      const ended = await provision(acme('other.test'), 'provision --only 4.5 --json');
      expect(ended.exitCode).toBe(1);
      expect(ended.stdout).toContain(`The host does not reach the ACME server at ${DIRECTORY}.`);
      await expect(inside(renew)).rejects.toThrow('ended with 1');
      expect(await served('serial')).toBe(before);
      expect(await believed()).toBe('200');
    });

    test('a certificate that is gone from the edge comes from what certbot has', async () => {
      const before = await served('serial');
      await inside('rm /etc/haproxy/vdb-edge.pem');
      expect((await provision()).exitCode).toBe(0);
      expect(await served('serial')).toBe(before);
      await inside('systemctl restart haproxy');
      expect(await believed()).toBe('200');
      expect(result(await provision())).toMatchObject({ changed: 0, exit_code: 0 });
    });

    test('an edge that gets its certificate from elsewhere has certbot forget it', async () => {
      const ended = await provision((document) => {
        document.setIn(['networking', 'edge', 'qdrant_http_port'], REST);
        document.setIn(['networking', 'tls'], { mode: 'own-ca', domain: DOMAIN });
      });
      expect(ended.exitCode, ended.stdout).toBe(0);
      expect(await served('issuer')).toContain('vdb CA');
      expect(await inside('ls /etc/letsencrypt/live /etc/letsencrypt/renewal-hooks/deploy')).not.toContain(
        'vdb-edge',
      );
      expect(await inside('ss -Hltn')).not.toMatch(/:80 /);
    });
  });
});
