import { describe, expect, it } from 'vitest';
import {
  edgeServes,
  publicDoors,
  renderHaproxy,
  servedPorts,
} from '../../../../src/services/haproxy/config.js';
import { QDRANT, testConfig } from '../../../support/config.js';

const GATEWAY = { enabled: true, api_key: 'Qw5nBv8xRt2mLp7s' };
const PORTS = { edge: { qdrant_http_port: 6433, qdrant_grpc_port: 6434 } };

/** The lines of one frontend or backend. */
function section(text: string, title: string): string[] {
  const [, body = ''] = text.split(new RegExp(`^${title}$`, 'm'));
  return (body.split(/^\S/m)[0] ?? '')
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'));
}

describe('the edge', () => {
  it('serves nothing where there is nothing to serve, or no load balancer', () => {
    expect(edgeServes(testConfig({ gateway: { enabled: false } }))).toBe(false);
    expect(edgeServes(testConfig({ gateway: GATEWAY, networking: { load_balancer: false } }))).toBe(false);
    expect(edgeServes(testConfig({ gateway: GATEWAY }))).toBe(true);
  });

  it('has a port each for the gateway, and for REST and gRPC of Qdrant where they are configured', () => {
    const config = testConfig({ gateway: GATEWAY, networking: PORTS });
    expect(servedPorts(config)).toEqual([8000, 6433, 6434]);
    const text = renderHaproxy(config);
    expect(section(text, 'frontend gateway')[0]).toBe('bind 0.0.0.0:8000');
    expect(section(text, 'frontend qdrant_grpc')[0]).toBe('bind 0.0.0.0:6434 proto h2');
  });

  it('offers no gRPC of an emulator, which has none', () => {
    const qdrant = { ...QDRANT, artifact: { from: 'emulator' } };
    expect(servedPorts(testConfig({ qdrant, networking: PORTS }))).toEqual([8000, 6433]);
  });

  it('listens where it is told to, on IPv6 apart from IPv4', () => {
    const edge = { bind: ['192.0.2.1', '::'] };
    const lines = section(
      renderHaproxy(testConfig({ gateway: GATEWAY, networking: { edge } })),
      'frontend gateway',
    );
    expect(lines.slice(0, 2)).toEqual(['bind 192.0.2.1:8000', 'bind [::]:8000 v6only']);
  });

  it('speaks TLS at each port where it is on, HTTP/2 alone for gRPC', () => {
    const networking = { ...PORTS, tls: { mode: 'own-ca' } };
    const text = renderHaproxy(testConfig({ gateway: GATEWAY, networking }));
    expect(section(text, 'frontend gateway')[0]).toContain(
      ' ssl crt /etc/haproxy/vdb-edge.pem alpn h2,http/1.1',
    );
    expect(section(text, 'frontend qdrant_grpc')[0]).toMatch(/ ssl crt \S+ alpn h2$/);
    expect(section(text, 'frontend gateway')).toContain('http-request set-header X-Forwarded-Proto https');
  });

  it('turns away who is not on the allowlist, and lets in the operator, who comes through SSH', () => {
    const security = { firewall: { allow: ['198.51.100.0/24'] } };
    const lines = section(renderHaproxy(testConfig({ gateway: GATEWAY, security })), 'frontend gateway');
    expect(lines).toContain('acl allowed src 198.51.100.0/24 127.0.0.0/8 ::1');
    expect(lines).toContain('http-request deny deny_status 403 unless allowed');
  });

  it('counts requests by address only where that is on', () => {
    const lines = (rate_limiting: boolean) =>
      renderHaproxy(testConfig({ gateway: GATEWAY, security: { rate_limiting } }));
    expect(lines(true)).toContain('sc_http_req_rate(0) gt 60000');
    expect(lines(false)).not.toContain('sc_http_req_rate');
  });

  it('has a server for each replica of the gateway in both slots, those of the idle one disabled', () => {
    const text = renderHaproxy(
      testConfig({ gateway: { ...GATEWAY, replicas: 3, port: 8101, grpc_port: null } }),
    );
    expect(section(text, 'backend gateway').filter((line) => line.startsWith('server'))).toEqual([
      'server blue-1 127.0.0.1:8101',
      'server blue-2 127.0.0.1:8102',
      'server blue-3 127.0.0.1:8103',
      'server green-1 127.0.0.1:8111 disabled',
      'server green-2 127.0.0.1:8112 disabled',
      'server green-3 127.0.0.1:8113 disabled',
    ]);
  });

  it('asks a gateway of their own what its health contract says, and the one of vdb the path of the documents', () => {
    const lines = (more: object) =>
      section(renderHaproxy(testConfig({ gateway: { ...GATEWAY, ...more } })), 'backend gateway');
    const health = { path: '/ok', status: 204 };
    const own = lines({ artifact: { from: 'directory', path: '/srv/g' }, health });
    expect(own).toContain('http-check send meth GET uri /ok ver HTTP/1.1 hdr Host localhost');
    expect(own).toContain('http-check expect status 204');
    expect(lines({ health })).toContain(
      'http-check send meth GET uri /health ver HTTP/1.1 hdr Host localhost',
    );
    expect(lines({ health })).toContain('http-check expect status 200');
  });

  it('asks as often as the configuration says, and more often in trouble', () => {
    const monitoring = {
      ...{ health_check_interval_seconds: 30, health_check_timeout_seconds: 10, health_check_retries: 4 },
    };
    const text = renderHaproxy(testConfig({ gateway: GATEWAY, monitoring }));
    expect(text).toContain('timeout check 10s');
    expect(text).toContain('inter 30s fastinter 2s downinter 2s fall 4 rise 2 check observe layer7');
  });

  it('has a door to gRPC of the replicas where one is configured, HTTP/2 to the end', () => {
    const networking = { edge: { gateway_grpc_port: 8100 } };
    const config = testConfig({ gateway: GATEWAY, networking });
    expect(servedPorts(config)).toEqual([8000, 8100]);
    const text = renderHaproxy(config);
    expect(section(text, 'frontend gateway_grpc')[0]).toBe('bind 0.0.0.0:8100 proto h2');
    const backend = section(text, 'backend gateway_grpc');
    expect(backend[2]).toMatch(/^http-check send meth POST uri \S+ ver HTTP\/2 .* hdr TE trailers$/);
    expect(backend).toContain('server blue-2 127.0.0.1:8102');
    expect(backend.join()).toMatch(/default-server [^,]* proto h2,/);
    expect(servedPorts(testConfig({ gateway: GATEWAY }))).toEqual([8000]);
  });

  it('sends to the active slot of Qdrant, and keeps the other one disabled', () => {
    const qdrant = { ...QDRANT, active_slot: 'green' };
    const text = renderHaproxy(testConfig({ qdrant, networking: PORTS }));
    expect(section(text, 'backend qdrant_rest').filter((line) => line.startsWith('server'))).toEqual([
      'server blue 127.0.0.1:6333 disabled',
      'server green 127.0.0.1:6343',
    ]);
  });

  it('gives what is certain to read to one backend, and everything else to another with the same servers', () => {
    const text = renderHaproxy(testConfig({ networking: PORTS, gateway: GATEWAY }));
    for (const name of ['qdrant_rest', 'qdrant_grpc', 'qdrant_local']) {
      const last = section(text, `frontend ${name}`).slice(-2);
      const reads = name === 'qdrant_grpc' ? 'read' : 'looks or METH_POST asks';
      expect(last).toEqual([`use_backend ${name}_write unless ${reads}`, `default_backend ${name}`]);
      expect(section(text, `backend ${name}_write`)).toEqual(section(text, `backend ${name}`));
    }
    expect(section(text, 'frontend gateway').join()).not.toContain('use_backend');
    const grpc = section(text, 'frontend qdrant_grpc');
    expect(grpc).toContain('acl read path /vdb.edge/Alive');
    expect(grpc).toContain('acl read path /qdrant.Snapshots/List /qdrant.Snapshots/ListFull');
  });

  it('fits what HAProxy takes as one line', () => {
    const text = renderHaproxy(testConfig({ networking: PORTS, gateway: GATEWAY }));
    for (const line of text.split('\n')) {
      expect(line.length).toBeLessThan(2048);
      expect(line.trim().split(' ').length).toBeLessThan(64);
    }
  });

  it('has no server for writes to Qdrant while it is fenced, and is otherwise the same', () => {
    const config = testConfig({ networking: PORTS, gateway: GATEWAY });
    const text = renderHaproxy(config, { fenced: true });
    for (const name of ['qdrant_rest_write', 'qdrant_grpc_write', 'qdrant_local_write']) {
      const servers = section(text, `backend ${name}`).filter((line) => line.startsWith('server'));
      expect(servers).toHaveLength(2);
      for (const line of servers) expect(line).toMatch(/ disabled$/);
    }
    const others = (from: string) => from.split('\n').filter((line) => !line.includes('server blue'));
    expect(others(text)).toEqual(others(renderHaproxy(config)));
    expect(section(text, 'backend qdrant_rest')).toEqual(
      section(renderHaproxy(config), 'backend qdrant_rest'),
    );
    expect(section(text, 'backend gateway')).toEqual(section(renderHaproxy(config), 'backend gateway'));
  });

  it('leads the gateway to Qdrant at a port on loopback, without TLS, allowlist and limit of rate', () => {
    const networking = { tls: { mode: 'own-ca' }, edge: { qdrant_local_port: 6399 } };
    const config = testConfig({ gateway: GATEWAY, networking });
    const lines = section(renderHaproxy(config), 'frontend qdrant_local');
    expect(lines[0]).toBe('bind 127.0.0.1:6399');
    expect(lines.join()).not.toMatch(/allowed|429|Strict-Transport|X-Forwarded/);
    expect(lines).toContain(
      'http-request deny deny_status 413 if { req.hdr_val(content-length) gt 33554432 }',
    );
    expect(section(renderHaproxy(config), 'backend qdrant_local')).toContain('retries 0');
    expect(section(renderHaproxy(config), 'backend gateway')).not.toContain('retries 0');
    expect(servedPorts(config)).toEqual([8000]);
    expect(publicDoors(config).map(({ port }) => port)).toEqual([8000]);
  });

  it('passes challenges of ACME on to certbot, and nothing else of what comes without TLS', () => {
    const tls = { mode: 'acme', domain: 'a.example', acme: { http_port: 81, local_port: 8481 } };
    const edge = { bind: ['192.0.2.1', '2001:db8::1'] };
    const text = renderHaproxy(testConfig({ gateway: GATEWAY, networking: { tls, edge } }));
    const lines = section(text, 'frontend acme');
    expect(lines.slice(0, 3)).toEqual(['bind 192.0.2.1:81', 'bind [2001:db8::1]:81 v6only', 'maxconn 64']);
    expect(lines.slice(-2)).toEqual([
      'http-request return status 404 unless { path_beg /.well-known/acme-challenge/ }',
      'default_backend acme',
    ]);
    expect(section(text, 'backend acme').at(-1)).toBe('server certbot 127.0.0.1:8481');
    expect(section(text, 'frontend gateway')[0]).toContain(' ssl crt /etc/haproxy/vdb-edge.pem ');
  });

  it('has connections for challenges beside those of clients', () => {
    const networking = { ...PORTS, tls: { mode: 'acme', domain: 'a.example' } };
    const text = renderHaproxy(testConfig({ gateway: { enabled: false }, networking }));
    const without = renderHaproxy(testConfig({ gateway: { enabled: false }, networking: PORTS }));
    const most = (from: string) => Number(/maxconn (\d+)/.exec(section(from, 'global').join())?.[1]);
    expect(most(text)).toBe(most(without) + 64);
    expect(without).not.toContain('acme');
  });

  it('leads nobody there where there is no gateway', () => {
    const text = renderHaproxy(testConfig({ gateway: { enabled: false }, networking: PORTS }));
    expect(text).not.toContain('qdrant_local');
  });

  it('leaves the gateway connections to Qdrant however many clients have', () => {
    const gateway = { ...GATEWAY, max_connections: 500 };
    const text = renderHaproxy(testConfig({ gateway }));
    expect(section(text, 'global')).toContain('maxconn 1000');
    expect(section(text, 'defaults')).toContain('maxconn 500');
    const alone = renderHaproxy(testConfig({ gateway: { ...gateway, enabled: false }, networking: PORTS }));
    expect(section(alone, 'global')).toContain('maxconn 500');
  });

  it('asks over REST whether the gRPC of a slot serves', () => {
    const lines = section(renderHaproxy(testConfig({ networking: PORTS })), 'backend qdrant_grpc');
    expect(lines).toContain('http-check send meth GET uri /readyz ver HTTP/1.1 hdr Host localhost');
    expect(lines).toContain('server blue 127.0.0.1:6334 port 6333 check-proto h1');
  });
});
