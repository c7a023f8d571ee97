import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import {
  readHealthChecks,
  readOrchestration,
  renderDeployment,
  renderHealthChecks,
  renderOrchestration,
  renderProduction,
} from '../../../../src/services/registry/documents.js';
import { servicesOf } from '../../../../src/services/registry/services.js';
import { testConfig } from '../../../support/config.js';

const config = testConfig({
  gateway: { enabled: true, api_key: 'mT6wQn3xVb8zKd1r', replicas: 1, active_slot: 'green', workers: 3 },
  collections: { docs: { size: 384, backup_priority: 'high' } },
  networking: { tls: { mode: 'own-ca' } },
});
const services = servicesOf(config, { standby: 'blue', postgres: 17 });

describe('the files of the documents', () => {
  test('production.yaml has the shape of their sample, with what is configured', () => {
    const { production_deployment: found, collections_production } = parse(
      renderProduction(config, { cpus: 4 }),
    );
    expect(found).toMatchObject({
      environment: 'production',
      deployment_strategy: 'blue_green',
      configuration: {
        qdrant: { storage_path: '/data/qdrant' },
        api_gateway: { workers: 3, limits: { max_results_k: 100, max_body_bytes: 16 * 1024 ** 2 } },
      },
      networking: { load_balancer: true, ssl_termination: true },
      backup: { enabled: true, schedule: '0 2 * * *', retention: '30d' },
      security: { api_key_auth: true, ip_allowlist: ['127.0.0.0/8', '::1/128', '192.168.10.0/24'] },
    });
    expect(collections_production).toEqual({ docs: { replicas: 1, backup_priority: 'high' } });
  });

  test('deployment.yaml names the slot that serves and the one that stands by', () => {
    const { deployment } = parse(renderDeployment(config, services));
    expect(Object.keys(deployment.services)).toEqual(['qdrant', 'api_gateway']);
    expect(deployment.services.api_gateway).toMatchObject({
      active_slot: 'green',
      standby_slot: 'blue',
      replicas: 1,
      instances: [
        { name: 'green-1', role: 'active', port: 8011 },
        { name: 'blue-1', role: 'standby', port: 8001 },
      ],
    });
  });

  test('service-orchestration.yaml is read as it was written', () => {
    expect(readOrchestration(renderOrchestration(services))).toMatchObject({
      target: 'vdb.target',
      services: {
        api_gateway: { units: ['api-gateway@green-1.service'], after: ['postgresql', 'redis', 'qdrant'] },
        edge: { units: ['haproxy.service'], after: ['qdrant', 'api_gateway'] },
      },
    });
  });

  test('health-checks.yaml is read as it was written, and names nothing that is at rest', () => {
    const found = readHealthChecks(renderHealthChecks(config, services));
    expect(found).toMatchObject({ interval: 30, timeout: 10, retries: 3 });
    expect(found?.endpoints.map(({ endpoint, status }) => [endpoint, status])).toEqual([
      ['tcp://127.0.0.1:5432', null],
      ['tcp://127.0.0.1:6379', null],
      ['http://127.0.0.1:6333/readyz', 200],
      ['http://127.0.0.1:8011/readyz', 200],
      ['http://127.0.0.1:8404/metrics', 200],
      ['http://127.0.0.1:9100/', 200],
      ['http://127.0.0.1:9187/', 200],
      ['http://127.0.0.1:9121/', 200],
      ['http://127.0.0.1:9093/-/ready', 200],
      ['http://127.0.0.1:9090/-/ready', 200],
      ['https://127.0.0.1:8000/health', 200],
    ]);
  });

  test.each(['', 'a: [', 'health_checks: {}', '[]'])('nothing is read out of %j', (text) => {
    expect(readHealthChecks(text)).toBeNull();
    expect(readOrchestration(text)).toBeNull();
  });

  test('hold no secret', () => {
    const all = [
      renderProduction(config, { cpus: 4 }),
      renderDeployment(config, services),
      renderOrchestration(services),
      renderHealthChecks(config, services),
    ].join();
    for (const secret of [config.qdrant.api_key, config.gateway.api_key, config.redis.password])
      expect(all).not.toContain(secret);
  });
});
