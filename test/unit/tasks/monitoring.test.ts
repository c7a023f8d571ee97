import { describe, expect, test } from 'vitest';
import { loopbackFirst } from '../../../src/resources/apt-loopback.js';
import { postgresql } from '../../../tasks/3.1-postgresql.js';
import { deployment } from '../../../tasks/4.5-deployment.js';
import { monitoring } from '../../../tasks/5.1-monitoring.js';
import { fakeContext, resourcesOf } from '../../support/fake-task.js';
import { commandsFor } from '../../support/resource-table.js';

const OFF = { monitoring: { enabled: false } };
const TLS = { networking: { tls: { mode: 'own-ca' }, edge: { qdrant_http_port: 6433 } } };
const all = (sections: Record<string, unknown>) =>
  monitoring.subtasks.flatMap(({ resources }) => resources(fakeContext(sections)));
const idsOf = (sections: Record<string, unknown>) => all(sections).map(({ id }) => id);

describe('monitoring', () => {
  test('is there by default, and left alone where it is off', () => {
    expect(idsOf({})).toContain('service:prometheus.service');
    expect(monitoring.runs?.(fakeContext())).toContain('127.0.0.1:9090');
    expect(all(OFF)).toEqual([]);
    expect(monitoring.runs?.(fakeContext(OFF))).toBe('Monitoring: not configured');
  });

  test('installs nothing but what it starts', () => {
    const packages = all({ redis: { enabled: false }, gateway: { enabled: false } }).flatMap(
      (resource) => resource.packages ?? [],
    );
    expect(packages).toEqual([
      ...['prometheus-node-exporter', 'prometheus-postgres-exporter'],
      ...['prometheus-alertmanager', 'prometheus'],
    ]);
  });

  test('has no program of it listen to strangers from the moment it is installed', () => {
    const packages = all({}).flatMap((resource) => resource.packages ?? []);
    const { source = '' } = loopbackFirst(packages) ?? {};
    for (const name of packages) expect(source).toContain(`/etc/default/${name} `);
    expect(source.match(/web\.listen-address=127\.0\.0\.1:/g)).toHaveLength(packages.length);
    expect(loopbackFirst(['redis-server'])).toBeNull();
  });

  test('writes what a file names before the file, and both before what is started with them', () => {
    const ids = idsOf(TLS);
    const inOrder = (...order: string[]) =>
      expect(order.map((id) => ids.indexOf(id))).toEqual(
        order.map((id) => ids.indexOf(id)).toSorted((a, b) => a - b),
      );
    for (const id of ['file:/etc/prometheus/vdb-qdrant-key', 'file:/etc/prometheus/vdb.rules.yml'])
      inOrder(id, 'file:/etc/prometheus/prometheus.yml', 'service:prometheus.service');
    inOrder('file:/etc/prometheus/vdb-redis-password.json', 'service:prometheus-redis-exporter.service');
    inOrder('postgres-monitor:prometheus', 'service:prometheus-postgres-exporter.service');
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids).not.toContain(undefined);
  });

  test('keeps every secret from others, and from its plans', () => {
    const alertmanager = { receivers: [{ name: 'a', url: 'http://127.0.0.1:1/sentinel-of-a-receiver' }] };
    const context = fakeContext({ monitoring: { alertmanager } });
    const secrets = [context.config.qdrant.read_only_api_key, context.config.redis.password, 'sentinel'];
    const holding = monitoring.subtasks
      .flatMap(({ resources }) => resources(context))
      .filter((resource) => {
        const said = JSON.stringify(resource.diff(null) ?? '') + commandsFor(resource, null).join('');
        for (const secret of secrets) expect(said, resource.id).not.toContain(secret);
        return resource
          .apply(resource.diff(null) ?? { action: 'update', summary: '' }, null)
          .some(({ stdin }) => secrets.some((secret) => String(stdin ?? '').includes(secret)));
      });
    expect(holding.map(({ id }) => id)).toEqual([
      'file:/etc/prometheus/vdb-redis-password.json',
      'file:/etc/prometheus/vdb-receivers/a-url',
      'file:/etc/prometheus/vdb-qdrant-key',
    ]);
    for (const resource of holding)
      expect(commandsFor(resource, null).join('\n')).toMatch(/chown root:prometheus[\s\S]*chmod 0640/);
  });

  test('tells of the certificate of the edge where there is one, and forgets it where there is none', () => {
    expect(idsOf(TLS)).toContain('service:vdb-certificate-metrics.timer');
    expect(idsOf(TLS)).toContain('file:/usr/local/lib/vdb/certificate-metrics');
    const without = idsOf({});
    expect(without).toContain('absent:/var/lib/prometheus/node-exporter/vdb_certificate.prom');
    expect(without).not.toContain('file:/usr/local/lib/vdb/certificate-metrics');
  });

  test('puts dashboards where Grafana is, everywhere, or nowhere', () => {
    const grafana = (wanted: string) =>
      all({ monitoring: { grafana: wanted } }).find(({ id }) => id.startsWith('tree:'));
    const missing = { installed: false, tree: null };
    expect(grafana('auto')?.diff(missing)).toBeNull();
    expect(grafana('auto')?.diff({ ...missing, installed: true })).toMatchObject({ action: 'create' });
    expect(grafana('always')?.diff(missing)).toMatchObject({ action: 'create' });
    expect(grafana('never')).toBeUndefined();
  });

  test('is let into PostgreSQL over its socket, as itself, and only where it is on', () => {
    const hba = (sections: Record<string, unknown>) => {
      const file = resourcesOf(postgresql, '3.1.1', fakeContext(sections)).find(({ id }) =>
        id.endsWith('/pg_hba.conf'),
      );
      return file?.diff(null)?.content?.after ?? '';
    };
    expect(hba({})).toContain('local\t"postgres"\t"prometheus"\tpeer\n');
    expect(hba(OFF)).not.toContain('prometheus');
  });

  test('is started with vdb.target, after everything else', () => {
    const units = (sections: Record<string, unknown>) =>
      resourcesOf(deployment, '4.5.3', fakeContext(sections))
        .filter(({ id }) => id.startsWith('file:/etc/systemd/system/prometheus'))
        .map((resource) => resource.diff(null)?.content?.after ?? '');
    expect(units(OFF)).toEqual([]);
    expect(units({})).toHaveLength(5);
    for (const content of units({})) {
      expect(content).toContain('PartOf=vdb.target');
      expect(content).toMatch(/After=.*redis-server\.service.*qdrant@blue\.service/);
      expect(content).toContain('Restart=on-failure');
    }
  });
});
