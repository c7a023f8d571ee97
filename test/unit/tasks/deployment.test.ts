import { describe, expect, test } from 'vitest';
import { deployment, registration } from '../../../tasks/4.5-deployment.js';
import { gatewayParts, givenParts, qdrantParts } from '../../../tasks/deploy-parts.js';
import { fakeContext, resourcesOf } from '../../support/fake-task.js';

const PORTS = { edge: { qdrant_http_port: 6433 } };
const idsFor = (sections: Record<string, unknown>) =>
  resourcesOf(deployment, '4.5.1', fakeContext(sections)).map(({ id }) => id);

describe('the edge', () => {
  test('has its slots looked at once it runs, for each service that it serves', () => {
    const gateway = { enabled: true, api_key: 'Qw5nBv8xRt2mLp7s' };
    const ids = idsFor({ networking: PORTS, gateway });
    expect(ids.slice(ids.indexOf('service:haproxy.service') + 1)).toEqual([
      'edge-slots:gateway',
      'edge-slots:qdrant_rest',
    ]);
    const last = idsFor({ networking: PORTS, gateway: { enabled: false } }).slice(-2);
    expect(last).toEqual(['service:haproxy.service', 'edge-slots:qdrant_rest']);
  });

  test('has no slots where there is none', () => {
    const nothing = ['settled:4.5', 'edge-retired', 'acme-retired'];
    expect(idsFor({ gateway: { enabled: false } })).toEqual(nothing);
    const networking = { tls: { mode: 'acme', domain: 'edge.example' } };
    expect(idsFor({ gateway: { enabled: false }, networking })).toEqual(nothing);
  });

  test('with ACME has some certificate before HAProxy starts, and the one of the CA last of all', () => {
    const networking = { ...PORTS, tls: { mode: 'acme', domain: 'edge.example' } };
    const context = fakeContext({ networking, gateway: { enabled: false } });
    const ids = deployment.subtasks.flatMap((part) => part.resources(context)).map(({ id }) => id);
    const placeholder = ids.indexOf('placeholder:/etc/haproxy/vdb-edge.pem');
    expect(placeholder).toBeGreaterThan(0);
    expect(placeholder).toBeLessThan(ids.indexOf('service:haproxy.service'));
    expect(ids.slice(-2)).toEqual(['service:certbot.timer', 'acme:/etc/haproxy/vdb-edge.pem']);
    expect(ids).not.toContain('acme-retired');
  });

  test('has certbot forget its certificate where it comes from elsewhere', () => {
    const networking = { ...PORTS, tls: { mode: 'own-ca' } };
    const ids = idsFor({ networking, gateway: { enabled: false } });
    expect(ids.indexOf('acme-retired')).toBeGreaterThan(0);
    expect(ids.indexOf('acme-retired')).toBeLessThan(ids.indexOf('certificate:/etc/haproxy/vdb-edge.pem'));
  });

  test('with ACME is not held back in a deploy by a CA that is out of reach', () => {
    const networking = { ...PORTS, tls: { mode: 'acme', domain: 'edge.example' } };
    const context = fakeContext({ networking, gateway: { enabled: false } });
    const given = givenParts.qdrant.flatMap(({ subtasks }) =>
      subtasks.flatMap((part) => part.resources(context)),
    );
    expect(given.map(({ id }) => id)).toContain('file:/etc/haproxy/haproxy.cfg');
    expect(given.map(({ id }) => id)).not.toContain('acme:/etc/haproxy/vdb-edge.pem');
  });
});

describe('what names the slots that serve', () => {
  const context = fakeContext({ gateway: { enabled: true, api_key: 'Qw5nBv8xRt2mLp7s' } });
  const followed = registration.resources(context).map(({ id }) => id);

  test('follows at a switch, and nothing of it restarts a service', () => {
    expect(followed).toContain('target-wants:vdb.target');
    expect(followed).toContain('file:/opt/qdrant/config/registry.json');
    expect(followed).toContain('file:/opt/qdrant/config/file_sd/vdb-gateway.json');
    expect(followed.filter((id) => id.startsWith('service:'))).toEqual([]);
    for (const { state } of [gatewayParts, qdrantParts]) expect(state).toContain(registration);
  });

  test('is part of the task, so that a provisioning finds it as a switch has left it', () => {
    const all = deployment.subtasks.flatMap((part) => part.resources(context)).map(({ id }) => id);
    expect(all).toEqual(expect.arrayContaining(followed));
    expect(new Set(all).size).toBe(all.length);
  });

  test('does not have to be right before a deploy, which brings it', () => {
    const given = Object.values(givenParts)
      .flat()
      .flatMap(({ subtasks }) => subtasks.flatMap((part) => part.resources(context)));
    expect(given.map(({ id }) => id).filter((id) => followed.includes(id))).toEqual([]);
    expect(given.map(({ id }) => id)).toContain('file:/etc/haproxy/haproxy.cfg');
  });
});
