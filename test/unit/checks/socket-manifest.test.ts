import { describe, expect, it } from 'vitest';
import { closedPorts, manifest } from '../../../src/checks/socket-manifest.js';
import { contextOf, EMULATED } from './support.js';

function entries(sections: Record<string, unknown> = {}) {
  return manifest(contextOf(sections).config, 'blue', [22]);
}

function required(sections: Record<string, unknown> = {}): string[] {
  return entries(sections)
    .filter((entry) => entry.required)
    .map(({ port, on }) => `${port} ${on}`);
}

describe('manifest', () => {
  it('demands SSH, the active slot, PostgreSQL, Redis, the gateway, its edge and monitoring', () => {
    expect(required()).toEqual([
      '22 any',
      '6333 loopback',
      '6334 loopback',
      '6335 loopback',
      '5432 loopback',
      '6379 loopback',
      '8001 loopback',
      '8101 loopback',
      '8002 loopback',
      '8102 loopback',
      '8404 loopback',
      '8000 any',
      '6330 loopback',
      ...['9090 loopback', '9100 loopback', '9093 loopback', '9187 loopback', '9121 loopback'],
    ]);
  });

  it('demands no port of a service that is switched off, and only REST of the emulator', () => {
    const off = { enabled: false };
    expect(required({ ...EMULATED, postgres: off, redis: off, gateway: off, monitoring: off })).toEqual([
      '22 any',
      '6333 loopback',
    ]);
    const alone = { qdrant: { ...contextOf().config.qdrant, cluster: { enabled: false } } };
    expect(required(alone)).not.toContain('6335 loopback');
  });

  it('follows the addresses of the configuration', () => {
    const qdrant = { ...contextOf().config.qdrant, bind: '10.0.0.5' };
    expect(required({ qdrant })).toContain('6333 10.0.0.5');
    const postgres = { ...contextOf().config.postgres, host: '10.0.0.5' };
    expect(required({ postgres })).toContain('5432 10.0.0.5');
    const settings = { listen_addresses: '*', port: 5433 };
    expect(required({ postgres: { ...contextOf().config.postgres, settings } })).toContain('5433 any');
  });

  it('demands the ports of every replica of the gateway; gRPC only of the one that comes with vdb', () => {
    const on = { enabled: true, api_key: 'a-key-of-sixteen' };
    const own = { ...on, artifact: { from: 'directory', path: '/g' } };
    const ports = ['8001 loopback', '8101 loopback', '8002 loopback', '8102 loopback'];
    expect(required({ gateway: on })).toEqual(expect.arrayContaining(ports));
    expect(required({ gateway: own })).toContain('8002 loopback');
    expect(required({ gateway: own })).not.toContain('8101 loopback');
  });

  it('demands those of the active slot of the gateway, and allows those of the other', () => {
    const gateway = { enabled: true, api_key: 'a-key-of-sixteen', active_slot: 'green', replicas: 1 };
    const ports = required({ gateway });
    expect(ports).toEqual(expect.arrayContaining(['8011 loopback', '8111 loopback']));
    expect(ports).not.toContain('8001 loopback');
    const blue = entries({ gateway }).find(({ port }) => port === 8001);
    expect(blue).toMatchObject({ on: 'loopback', required: false });
  });

  it('demands those ports of the edge that something is behind, and its metrics on loopback', () => {
    const networking = { edge: { gateway_grpc_port: 8100, qdrant_http_port: 8443 } };
    const on = { enabled: true, api_key: 'a-key-of-sixteen' };
    const ports = required({ networking, gateway: on });
    expect(ports).toEqual(expect.arrayContaining(['8000 any', '8100 any', '8443 any', '8404 loopback']));
    expect(
      entries({ networking, gateway: { enabled: false } }).filter(
        ({ port }) => port === 8000 || port === 8100,
      ),
    ).toEqual([]);
    expect(required({ networking: { load_balancer: false }, gateway: on })).not.toContain('8404 loopback');
    expect(required({ networking: { load_balancer: false }, gateway: on })).not.toContain('6330 loopback');
  });

  it('demands the port for challenges of ACME, and has certbot answer on loopback', () => {
    const acme = { tls: { mode: 'acme', domain: 'a.example', acme: { http_port: 81 } } };
    const gateway = { enabled: true, api_key: 'a-key-of-sixteen' };
    expect(required({ networking: acme, gateway })).toEqual(expect.arrayContaining(['8000 any', '81 any']));
    const certbot = entries({ networking: acme, gateway }).find(({ port }) => port === 8480);
    expect(certbot).toMatchObject({ on: 'loopback', required: false });
    const without = entries({ networking: { ...acme, load_balancer: false }, gateway });
    expect(without.filter(({ port }) => port === 81 || port === 8480)).toEqual([]);
  });

  it('demands monitoring where vdb brings it, each exporter with what it looks at', () => {
    const before = required({ monitoring: { enabled: false } });
    const added = (sections: Record<string, unknown>) =>
      required(sections).filter((entry) => !before.includes(entry));
    expect(added({})).toEqual([
      ...['9090 loopback', '9100 loopback', '9093 loopback', '9187 loopback', '9121 loopback'],
    ]);
    const off = { enabled: false };
    const alone = { node_exporter: false, alertmanager: off };
    expect(added({ postgres: off, redis: off, gateway: off, monitoring: alone })).toEqual(['9090 loopback']);
  });

  it('allows the other slot, and monitoring that vdb does not bring, and misses none of them', () => {
    const optional = entries({ monitoring: { enabled: false } }).filter((entry) => !entry.required);
    const ports = optional.map(({ port, on }) => `${port} ${on}`);
    expect(ports).toEqual(expect.arrayContaining(['6343 loopback', '9090 loopback', '9100 loopback']));
  });
});

describe('closedPorts', () => {
  it('are those of the documents and of the configuration, without SSH and the edge', () => {
    expect(closedPorts(contextOf().config, [22])).toEqual([
      5432, 6330, 6333, 6334, 6335, 6343, 6344, 6345, 6379, 8001, 8002, 8011, 8012, 8101, 8102, 8111, 8112,
      8404, 9090, 9093, 9100, 9121, 9187,
    ]);
  });

  it('have certbot among them, and not the port that a CA asks at', () => {
    const networking = { tls: { mode: 'acme', domain: 'a.example' }, edge: { qdrant_http_port: 8443 } };
    const ports = closedPorts(contextOf({ networking }).config, [22]);
    expect(ports).toContain(8480);
    expect(ports).not.toContain(80);
  });

  it('follow the configuration', () => {
    const { config } = contextOf({
      redis: { port: 7000, password: 'long enough indeed' },
      gateway: { enabled: true, api_key: 'a-key-of-sixteen' },
      networking: { edge: { gateway_port: 8443, qdrant_http_port: 6333 } },
    });
    const ports = closedPorts(config, [22]);
    expect(ports).toContain(7000);
    expect(ports).toContain(6379);
    expect(ports).not.toContain(6333);
    expect(ports).not.toContain(8443);
  });
});
