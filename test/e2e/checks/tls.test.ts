import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { LabHost } from '../../support/lab.js';
import { vdbWith } from '../support/configuration.js';
import { onSharedHost } from '../support/shared.js';
import { type CheckEvent, resultsOf } from './breakage.js';
import { foreignKey, forget, makeCa, serve, stopServing, take, withTls } from './tls-server.js';

/** The edge comes with a task of a later release: `openssl s_server` stands in for it, on its port. */
onSharedHost('breaking TLS (openssl s_server stands in for the edge)', (host) => {
  beforeAll(() => makeCa(host()));
  afterAll(() => forget(host()));

  test('nothing is broken', async () => {
    await serve(host(), {});
    const results = await looked(host(), { mode: 'files', ...(await take(host())) });
    expect(statuses(results)).toEqual({
      chain: 'pass',
      expiry: 'pass',
      protocols: 'pass',
      key: 'pass',
      renewal: 'skip',
    });
  });

  test('the certificate has expired', async () => {
    await serve(host(), { days: -2 });
    const results = await looked(host(), { mode: 'files', ...(await take(host())) });
    expect(worse(results)).toEqual({ chain: 'fail', expiry: 'fail' });
    expect(results.get('tls.chain')).toMatchObject({ seen: 'edge.example: it has expired' });
    expect(results.get('tls.expiry')).toMatchObject({
      severity: 'critical',
      seen: expect.stringMatching(/^edge\.example ended on 20\d\d-\d\d-\d\d$/),
      remedy: expect.stringContaining('Renew'),
    });
  });

  test.each([
    [14, 'warn'],
    [3, 'fail'],
  ])('the certificate ends in %i days', async (days, status) => {
    await serve(host(), { days });
    const results = await looked(host(), { mode: 'files', ...(await take(host())) });
    expect(worse(results)).toEqual({ expiry: status });
    expect(results.get('tls.expiry')?.seen).toMatch(new RegExp(`, in ${days} days$`));
  });

  test('the certificate is for another name', async () => {
    await serve(host(), { name: 'other.example' });
    const results = await looked(host(), { mode: 'files', ...(await take(host())) });
    expect(worse(results)).toEqual({ chain: 'fail' });
    expect(results.get('tls.chain')).toMatchObject({ seen: 'other.example: it is for another name' });
  });

  test('the certificate is signed by itself', async () => {
    await serve(host(), { selfSigned: true });
    const results = await looked(host(), { mode: 'files', ...(await take(host())) });
    expect(worse(results)).toEqual({ chain: 'fail' });
    expect(results.get('tls.chain')).toMatchObject({ seen: 'edge.example: it is signed by itself' });
  });

  test('the CA is none that this machine trusts', async () => {
    await serve(host(), {});
    const results = await looked(host(), { mode: 'acme' });
    expect(results.get('tls.chain')).toMatchObject({ status: 'fail', seen: expect.stringContaining('CA') });
  });

  test.each([
    ['1.1', 'TLSv1.1 accepted'],
    ['1', 'TLSv1, TLSv1.1 accepted'],
  ])('TLS %s is spoken', async (version, seen) => {
    await serve(host(), { options: `-min_protocol TLSv${version} -cipher DEFAULT:@SECLEVEL=0` });
    const results = await looked(host(), { mode: 'files', ...(await take(host())) });
    expect(worse(results)).toEqual({ protocols: 'fail' });
    expect(results.get('tls.protocols')).toMatchObject({ seen });
  });

  describe('the configured key', () => {
    beforeAll(() => serve(host(), {}));

    test('is open to others', async () => {
      const results = await looked(host(), { mode: 'files', ...(await take(host(), 0o644)) });
      expect(worse(results)).toEqual({ key: 'fail' });
      expect(results.get('tls.key')?.seen).toMatch(/edge\.key: 0644$/);
    });

    test('is that of another certificate', async () => {
      const { certificate } = await take(host());
      const results = await looked(host(), { mode: 'files', certificate, key: await foreignKey(host()) });
      expect(worse(results)).toEqual({ key: 'fail' });
      expect(results.get('tls.key')?.seen).toMatch(/is not the key of/);
    });

    test('is not what the edge shows', async () => {
      const files = await take(host());
      await serve(host(), {});
      const results = await looked(host(), { mode: 'files', ...files });
      expect(worse(results)).toEqual({ key: 'fail' });
      expect(results.get('tls.key')?.seen).toMatch(/^the edge shows another certificate than/);
    });

    test('is not there', async () => {
      const { certificate } = await take(host());
      const results = await looked(host(), { mode: 'files', certificate, key: '/nowhere/edge.key' });
      expect(worse(results)).toEqual({ key: 'unknown' });
    });
  });

  test('nothing, or something else, listens on the port', async () => {
    const files = { mode: 'files', ...(await take(host())) };
    await stopServing(host());
    const silent = await looked(host(), files);
    expect(worse(silent)).toEqual({
      chain: 'unknown',
      expiry: 'unknown',
      protocols: 'unknown',
      key: 'unknown',
    });
    expect(silent.get('tls.chain')?.seen).toBe('nothing serves TLS on port 8000');
    await host().inside(`systemd-run --quiet --unit=e2e-plain systemd-socket-activate --accept -l 127.0.0.1:8000 echo hello
      for _ in $(seq 50); do ss -Hltn | grep -q ':8000 ' && exit 0; sleep 0.1; done; exit 1`);
    try {
      const plain = await looked(host(), files);
      expect(worse(plain)).toEqual(worse(silent));
      expect(plain.get('tls.chain')?.seen).toMatch(/TLS|handshake/);
    } finally {
      await host().inside('systemctl stop e2e-plain');
    }
  });

  test('no timer renews the certificate', async () => {
    const without = await looked(host(), { mode: 'acme' });
    expect(without.get('tls.renewal')).toMatchObject({
      status: 'warn',
      seen: 'no active timer renews certificates',
    });
    await host().inside('systemd-run --quiet --unit=certbot --on-calendar=daily true');
    try {
      const renewed = await looked(host(), { mode: 'acme' });
      expect(renewed.get('tls.renewal')).toMatchObject({ status: 'pass', seen: 'certbot.timer' });
    } finally {
      await host().inside('systemctl stop certbot.timer');
    }
  });
});

async function looked(host: LabHost, tls: Record<string, string>): Promise<Map<string, CheckEvent>> {
  return resultsOf(await vdbWith(host, withTls(tls), 'check tls --json'));
}

/** By the name after `tls.`. */
function statuses(results: Map<string, CheckEvent>): Record<string, string> {
  return Object.fromEntries([...results].map(([id, { status }]) => [id.replace('tls.', ''), status]));
}

/** What neither passed nor was skipped. */
function worse(results: Map<string, CheckEvent>): Record<string, string> {
  const found = Object.entries(statuses(results)).filter(
    ([, status]) => status !== 'pass' && status !== 'skip',
  );
  return Object.fromEntries(found);
}
