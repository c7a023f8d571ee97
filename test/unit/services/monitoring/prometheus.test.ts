import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { monitoringJobs, renderPrometheus } from '../../../../src/services/monitoring/jobs.js';
import {
  MONITORING_UNITS,
  monitoringPrograms,
  redisPasswords,
} from '../../../../src/services/monitoring/programs.js';
import { testConfig } from '../../../support/config.js';

const HOST = { hostname: 'one' };
const config = testConfig({ monitoring: { enabled: true, scrape_interval: '5s', retention_size: '1GiB' } });
const small = testConfig({
  gateway: { enabled: false },
  networking: { load_balancer: false },
  postgres: { enabled: false },
  redis: { enabled: false },
  monitoring: { enabled: true, node_exporter: false, alertmanager: { enabled: false } },
});

interface Rendered {
  global: Record<string, unknown>;
  scrape_configs: { job_name: string }[];
  alerting?: unknown;
}
const read = (text: string) => parse(text) as Rendered;

describe('prometheus.yml', () => {
  test('asks everything that the configuration has', () => {
    expect(monitoringJobs(config).map(({ name }) => name)).toEqual([
      ...['prometheus', 'alertmanager', 'node', 'qdrant', 'gateway', 'edge', 'postgresql', 'redis'],
    ]);
    expect(monitoringJobs(small).map(({ name }) => name)).toEqual(['prometheus', 'qdrant']);
    expect(read(renderPrometheus(small, HOST)).alerting).toBeUndefined();
  });

  test('follows the slots by the files that a deploy keeps true', () => {
    const { scrape_configs } = read(renderPrometheus(config, HOST));
    expect(scrape_configs.find(({ job_name }) => job_name === 'qdrant')).toEqual({
      job_name: 'qdrant',
      authorization: { type: 'Bearer', credentials_file: '/etc/prometheus/vdb-qdrant-key' },
      file_sd_configs: [{ files: ['/opt/qdrant/config/file_sd/vdb-qdrant.json'] }],
    });
    expect(scrape_configs.find(({ job_name }) => job_name === 'redis')).toEqual({
      job_name: 'redis',
      static_configs: [{ targets: ['127.0.0.1:9121'] }],
    });
  });

  test('does not ask a gateway of their own, of which it is not known what it tells', () => {
    const own = testConfig({
      gateway: { api_key: 'a-key-of-sixteen', artifact: { from: 'directory', path: '/g' } },
      monitoring: { enabled: true },
    });
    expect(monitoringJobs(own).map(({ name }) => name)).not.toContain('gateway');
  });

  test('never waits longer for an answer than until it asks again', () => {
    expect(read(renderPrometheus(config, HOST)).global).toEqual({
      ...{ scrape_interval: '5s', scrape_timeout: '5s', evaluation_interval: '15s' },
      external_labels: { host: 'one', environment: 'production' },
    });
    const slow = testConfig({ monitoring: { enabled: true, scrape_interval: '1m' } });
    expect(read(renderPrometheus(slow, HOST)).global).toMatchObject({ scrape_timeout: '10s' });
  });

  test('holds no secret', () => {
    const text = renderPrometheus(config, HOST);
    for (const secret of [config.qdrant.read_only_api_key, config.qdrant.api_key, config.redis.password])
      expect(text).not.toContain(secret);
  });
});

describe('the programs of monitoring', () => {
  const programs = monitoringPrograms(config);

  test('are none where it is off, and those of what there is where it is on', () => {
    expect(monitoringPrograms(testConfig({ monitoring: { enabled: false } }))).toEqual([]);
    expect(monitoringPrograms(small).map(({ name }) => name)).toEqual(['prometheus']);
    expect(programs.map(({ unit }) => unit)).toEqual(MONITORING_UNITS);
  });

  test('listen on loopback alone, with no secret in their arguments', () => {
    for (const { port, defaults } of programs) {
      expect(defaults.content).toContain(`web.listen-address=127.0.0.1:${port}`);
      for (const secret of [config.redis.password, config.postgres.password])
        expect(defaults.content).not.toContain(secret);
    }
    const alertmanager = programs.find(({ name }) => name === 'alertmanager');
    expect(alertmanager?.defaults.content).toContain('--cluster.listen-address= ');
  });

  test('keep metrics for a time, and up to a size', () => {
    const { content } = programs.at(-1)?.defaults ?? { content: '' };
    expect(content).toContain(`--storage.tsdb.retention.time=${15 * 86_400}s`);
    expect(content).toContain(`--storage.tsdb.retention.size=${1024 ** 3}B`);
  });

  test('are closed off where their package does not; node exporter without mounts of its own', () => {
    const hardened = programs.flatMap(({ hardening }) => hardening ?? []);
    expect(hardened.map(({ name }) => name)).toEqual([
      'prometheus-node-exporter.service.d/15-vdb-hardening.conf',
      'prometheus-postgres-exporter.service.d/15-vdb-hardening.conf',
      'prometheus-redis-exporter.service.d/15-vdb-hardening.conf',
      'prometheus-alertmanager.service.d/15-vdb-hardening.conf',
    ]);
    const mounting = /^(Protect(System|Home|Kernel|Control|Proc)|Private|ReadWrite)/m;
    expect(hardened[0]?.content).not.toMatch(mounting);
    for (const { content } of hardened.slice(1)) expect(content).toMatch(mounting);
    expect(hardened[3]?.content).toContain('ReadWritePaths=-/var/lib/prometheus/alertmanager\n');
    for (const { content } of hardened) expect(content).not.toMatch(/\n\n|<%/);
  });

  test('come to PostgreSQL where it listens, and to Redis with its password', () => {
    const moved = testConfig({
      postgres: { password: 'v8Lr2Wn5Yc1Xq', settings: { port: 5433 } },
      redis: { password: 'e4#Tg9Ub3Mz7Ks', port: 6380 },
      monitoring: { enabled: true },
    });
    const postgres = monitoringPrograms(moved).find(({ name }) => name === 'postgres-exporter');
    expect(postgres?.defaults.content).toContain('host=/run/postgresql port=5433 dbname=postgres');
    expect(JSON.parse(redisPasswords(moved))).toEqual({ 'redis://127.0.0.1:6380': 'e4#Tg9Ub3Mz7Ks' });
  });
});
