import { describe, expect, test } from 'vitest';
import {
  readRegistry,
  renderDiscovery,
  renderRegistry,
  undiscovered,
} from '../../../../src/services/registry/registry.js';
import { servicesOf } from '../../../../src/services/registry/services.js';
import { testConfig } from '../../../support/config.js';

const GATEWAY = { enabled: true, api_key: 'mT6wQn3xVb8zKd1r', replicas: 2 };
const PLACED = { standby: null, postgres: 17 } as const;

describe('what runs on a host', () => {
  test('is everything that the configuration has, each after what it needs', () => {
    const services = servicesOf(testConfig({ gateway: GATEWAY }), PLACED);
    expect(services.map(({ name, after }) => [name, ...after])).toEqual([
      ['postgresql'],
      ['redis'],
      ['qdrant'],
      ['gateway', 'postgresql', 'redis', 'qdrant'],
      ['edge', 'qdrant', 'gateway'],
      ['monitoring', 'postgresql', 'redis', 'qdrant', 'gateway', 'edge'],
    ]);
  });

  test('leaves out what is switched off, also where something else would wait for it', () => {
    const config = testConfig({
      gateway: { enabled: false },
      redis: { enabled: false },
      monitoring: { enabled: false },
      networking: { edge: { qdrant_http_port: 6433 } },
    });
    expect(servicesOf(config, PLACED).map(({ name, after }) => [name, ...after])).toEqual([
      ['postgresql'],
      ['qdrant'],
      ['edge', 'qdrant'],
    ]);
  });

  test('has the replicas that stand by beside those that serve, but starts only these', () => {
    const config = testConfig({ gateway: { ...GATEWAY, active_slot: 'green' } });
    const gateway = servicesOf(config, { ...PLACED, standby: 'blue' }).find(({ name }) => name === 'gateway');
    expect(gateway?.instances.map(({ name, role }) => [name, role])).toEqual([
      ['green-1', 'active'],
      ['green-2', 'active'],
      ['blue-1', 'standby'],
      ['blue-2', 'standby'],
    ]);
    expect(gateway?.units).toEqual(['api-gateway@green-1.service', 'api-gateway@green-2.service']);
  });

  test('has monitoring where vdb brings it, with what each of its programs answers', () => {
    const config = testConfig({ gateway: GATEWAY });
    const found = servicesOf(config, PLACED).find(({ name }) => name === 'monitoring');
    expect(found?.after).toEqual(['postgresql', 'redis', 'qdrant', 'gateway', 'edge']);
    expect(found?.instances.map(({ name, health }) => [name, health?.port, health?.path])).toEqual([
      ['node-exporter', 9100, '/'],
      ['postgres-exporter', 9187, '/'],
      ['redis-exporter', 9121, '/'],
      ['alertmanager', 9093, '/-/ready'],
      ['prometheus', 9090, '/-/ready'],
    ]);
  });

  test('offers no gRPC where nothing speaks it', () => {
    const emulated = { api_key: 'Zk3vTq8sXw1mBn6cLd9f', read_only_api_key: 'pR7yHu2jKo5iGe4aSt0q' };
    const config = testConfig({ qdrant: { ...emulated, artifact: { from: 'emulator' } } });
    const qdrant = servicesOf(config, PLACED).find(({ name }) => name === 'qdrant');
    expect(qdrant?.instances[0]?.endpoints).toEqual([{ protocol: 'http', port: 6333 }]);
  });
});

describe('the registry', () => {
  const config = testConfig({ gateway: GATEWAY });
  const services = servicesOf(config, { ...PLACED, standby: 'green' });

  test('is read as it was written', () => {
    const found = readRegistry(renderRegistry(config, services));
    expect(found?.services.map(({ name, instances }) => [name, instances.length])).toEqual([
      ['postgresql', 1],
      ['redis', 1],
      ['qdrant', 1],
      ['gateway', 4],
      ['edge', 1],
      ['monitoring', 5],
    ]);
    expect(found?.doors.map(({ port }) => port)).toEqual([8000]);
  });

  test('names the link to a release, which is right after a rollback too', () => {
    const found = readRegistry(renderRegistry(config, services));
    const releases = found?.services.flatMap(({ instances }) =>
      instances.flatMap(({ release }) => release ?? []),
    );
    expect(releases).toContain('/opt/qdrant/gateway/blue-1');
    expect(releases).toContain('/opt/qdrant/slots/blue');
  });

  test('holds no secret', () => {
    const text = renderRegistry(config, services);
    for (const secret of [config.qdrant.api_key, config.postgres.password, config.redis.password])
      expect(text).not.toContain(secret);
  });

  test.each(['', '{', '[]', '{"schema":"vdb.registry/2","services":[],"doors":[]}'])(
    'is not read out of %s',
    (text) => {
      expect(readRegistry(text)).toBeNull();
    },
  );
});

describe('the targets of Prometheus', () => {
  const config = testConfig({ gateway: { ...GATEWAY, active_slot: 'green', replicas: 1 } });
  const found = renderDiscovery(servicesOf(config, { ...PLACED, standby: 'blue' }));

  test('are what serves and has metrics, by service and slot', () => {
    expect(found.map(({ name, content }) => [name, JSON.parse(content)])).toEqual([
      [
        'vdb-qdrant.json',
        [{ targets: ['127.0.0.1:6333'], labels: { service: 'qdrant', role: 'active', slot: 'blue' } }],
      ],
      [
        'vdb-gateway.json',
        [{ targets: ['127.0.0.1:8011'], labels: { service: 'gateway', role: 'active', slot: 'green' } }],
      ],
      ['vdb-edge.json', [{ targets: ['127.0.0.1:8404'], labels: { service: 'edge', role: 'active' } }]],
    ]);
  });

  test('leave no file of a service that is gone', () => {
    expect(undiscovered(found)).toEqual(['vdb-postgresql.json', 'vdb-redis.json', 'vdb-monitoring.json']);
  });
});
