import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Document } from 'yaml';
import { RUNTIME } from '../../src/services/haproxy/runtime.js';
import { type LabHost, result } from '../support/lab.js';
import { vdbWith } from './support/configuration.js';
import { describeLab } from './support/shared.js';
import { freshHost, remove } from './support/site.js';

const TASKS = 'provision --only 0.2,0.3,1.1,4.5 --json';
const REST = 6433;

describeLab('the edge in front of Qdrant', () => {
  let host: LabHost;
  const serving = (more: (document: Document) => void = () => undefined) => {
    return (document: Document) => {
      document.setIn(['networking', 'edge', 'qdrant_http_port'], REST);
      document.setIn(['networking', 'tls', 'mode'], 'own-ca');
      more(document);
    };
  };
  const provision = (edit = serving()) => vdbWith(host, edit, TASKS);
  /** Status of a request that the host itself makes to the edge; the CA is the one that it signed with. */
  const status = (path: string, options = '') =>
    host.inside(
      `curl -s -o /dev/null -w '%{http_code}' --cacert /opt/qdrant/config/tls/ca.pem ${options} https://localhost:${REST}${path}`,
    );
  const inside = (script: string) => host.inside(script);
  const withKey = '-H @/opt/qdrant/config/.admin-header';

  beforeAll(async () => {
    host = await freshHost('edge');
    const ended = await provision();
    expect(ended.exitCode, ended.stdout + ended.stderr).toBe(0);
  });
  afterAll(() => remove('edge'));

  test('serves with a certificate that its CA vouches for, and refuses TLS 1.1', async () => {
    expect(await status('/collections', withKey)).toBe('200');
    expect(await status('/collections', `${withKey} --tls-max 1.1 || true; echo -n`)).not.toContain('200');
  });

  test('leaves it to Qdrant whose key is right', async () => {
    expect(await status('/collections')).toBe('401');
  });

  test('a second run changes nothing', async () => {
    expect(result(await provision())).toMatchObject({ changed: 0, exit_code: 0 });
  });

  test('a slot that somebody took the requests from has them back, without a reload', async () => {
    const pids = () => inside('pgrep -d , -x haproxy');
    const before = await pids();
    await inside(`${RUNTIME.source}\ntell 'set server qdrant_rest/blue state maint'`);
    expect(await status('/collections', withKey)).toBe('503');
    const ended = await provision();
    expect(result(ended), ended.stdout).toMatchObject({ changed: 1, exit_code: 0 });
    expect(ended.stdout).toContain('edge-slots:qdrant_rest');
    expect(await status('/collections', withKey)).toBe('200');
    expect(await pids()).toBe(before);
    expect(result(await provision())).toMatchObject({ changed: 0, exit_code: 0 });
  });

  test('a slot that does not serve is not given the requests, and that is said', async () => {
    await inside(`${RUNTIME.source}\ntell 'set server qdrant_rest/blue state maint'`);
    await inside('systemctl kill -s STOP qdrant@blue');
    const ended = await vdbWith(host, serving(), 'provision --only 4.5 --json');
    await inside('systemctl kill -s CONT qdrant@blue');
    expect(ended.exitCode, ended.stdout).toBe(1);
    expect(ended.stdout).toContain('not healthy after 52 s: qdrant_rest/blue');
    expect(ended.stdout).toContain('It goes on as it was before.');
    expect((await provision()).exitCode).toBe(0);
    expect(await status('/collections', withKey)).toBe('200');
  });

  test('refuses a body that is larger than Qdrant takes, before it is sent', async () => {
    const announced = `${withKey} --http1.1 -X PUT -H 'content-type: application/json' -H 'content-length: 40000000' --data-raw '{}' --max-time 5`;
    expect(await status('/collections/none/points', announced)).toBe('413');
  });

  test('turns away an address that is not on the allowlist', async () => {
    const stranger = `export address=$(hostname -I | cut -d ' ' -f 1)
      curl -sk -o /dev/null -w '%{http_code}' --interface "$address" https://"$address":${REST}/`;
    const allow = (network: string) =>
      serving((document) => document.setIn(['security', 'firewall', 'allow'], [network]));
    expect((await provision(allow('198.51.100.0/24'))).exitCode).toBe(0);
    expect(await host.inside(stranger)).toBe('403');
    expect((await provision(allow('0.0.0.0/0'))).exitCode).toBe(0);
    expect(await host.inside(stranger)).toBe('200');
    expect((await provision()).exitCode).toBe(0);
  });

  test('answers 503 and says when to come back while no slot serves, and recovers by itself', async () => {
    await host.inside('systemctl stop qdrant@blue');
    const answer = await host.inside(
      `for try in $(seq 50); do a=$(curl -ski https://localhost:${REST}/); case "$a" in *' 503'*) break;; esac; sleep 0.2; done; printf %s "$a"`,
    );
    expect(answer).toMatch(/^HTTP\/\S+ 503/);
    expect(answer.toLowerCase()).toContain('retry-after: 5');
    expect(answer).toContain('no server can take the request now');
    await host.inside('systemctl start qdrant@blue');
    const back = `for try in $(seq 100); do [ "$(curl -sk -o /dev/null -w '%{http_code}' https://localhost:${REST}/readyz)" = 200 ] && exit 0; sleep 0.2; done; exit 1`;
    await host.inside(back);
  });

  test('a certificate that is gone or open is repaired, and the edge serves the new one without a restart', async () => {
    const pid = await host.inside('systemctl show --property=MainPID --value haproxy');
    await host.inside('chmod 0644 /etc/haproxy/vdb-edge.pem');
    expect(result(await provision())).toMatchObject({ exit_code: 0 });
    const fingerprint = (from: string) => host.inside(`${from} | openssl x509 -noout -fingerprint -sha256`);
    expect(await fingerprint(`openssl s_client -connect localhost:${REST} </dev/null 2>/dev/null`)).toBe(
      await fingerprint('cat /etc/haproxy/vdb-edge.pem'),
    );
    expect(await host.inside('systemctl show --property=MainPID --value haproxy')).toBe(pid);
  });
});
