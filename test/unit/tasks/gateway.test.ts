import { describe, expect, test } from 'vitest';
import type { Resource } from '../../../src/engine/resource.js';
import type { TaskContext } from '../../../src/engine/task.js';
import { gateway } from '../../../tasks/1.2-gateway.js';
import { QDRANT } from '../../support/config.js';
import { fakeContext, resourcesOf } from '../../support/fake-task.js';
import { commandsFor, summaryOf } from '../../support/resource-table.js';

const API_KEY = 'Vq3xTn8wLr5yKc2mBd7f';
const enabled = (more: object = {}) => fakeContext({ gateway: { enabled: true, api_key: API_KEY, ...more } });
const ids = (id: string, context = enabled()) => resourcesOf(gateway, id, context).map((each) => each.id);
const OWN = { artifact: { from: 'tarball', path: '/nowhere/g.tar', sha256: 'a'.repeat(64) } };

describe('task 1.2', () => {
  test('only takes away what is left of it where the gateway is off', () => {
    const off = fakeContext({ gateway: { enabled: false } });
    const all = gateway.subtasks.flatMap(({ id }) => ids(id, off));
    expect(all).toEqual(['settled:1.2', 'gateway-retired', 'absent:/opt/qdrant/config/.gateway-header']);
    expect(gateway.runs?.(off)).toBe('Gateway: not configured');
  });

  test('runs every replica on a port of its own, from a link to one release', () => {
    const links = ids('1.2.1').filter((id) => id.startsWith('symlink:'));
    expect(links).toEqual(['symlink:/opt/qdrant/gateway/blue-1', 'symlink:/opt/qdrant/gateway/blue-2']);
    expect(ids('1.2.4')).toEqual([
      'gateway-retired',
      'file:/etc/systemd/system/api-gateway@.service',
      'service:api-gateway@blue-1.service',
      'service:api-gateway@blue-2.service',
    ]);
    expect(gateway.runs?.(enabled())).toBe('Gateway: 127.0.0.1:8001, 8002, 4 workers each');
  });

  test('runs the replicas of the active slot, whichever slot of Qdrant is active', () => {
    const green = fakeContext({
      gateway: { enabled: true, api_key: API_KEY, active_slot: 'green' },
      qdrant: { ...QDRANT, active_slot: 'blue' },
    });
    expect(ids('1.2.4', green).slice(2)).toEqual([
      'service:api-gateway@green-1.service',
      'service:api-gateway@green-2.service',
    ]);
    expect(gateway.runs?.(green)).toBe('Gateway: 127.0.0.1:8011, 8012, 4 workers each');
  });

  test('keeps a standby slot only while the gateway is on', () => {
    const change = (context: TaskContext) =>
      summaryOf(resourcesOf(gateway, '1.2.4', context)[0] as Resource, 'there green-1\n');
    expect(change({ ...enabled(), standby: 'green' })).toBeNull();
    expect(change(enabled())).toBe('stop and remove api-gateway@green-1.service');
    expect(change({ ...fakeContext({ gateway: { enabled: false } }), standby: 'green' })).toBe(
      'stop and remove api-gateway@green-1.service',
    );
  });

  test('has settings read by the release before they take the place of others; one of their own is not asked', () => {
    const scripts = (context: TaskContext) =>
      resourcesOf(gateway, '1.2.2', context)
        .filter(({ id }) => id.endsWith('.env'))
        .flatMap((resource) => commandsFor(resource, null));
    const reads = 'venv/bin/python -m gateway settings';
    expect(scripts(enabled()).filter((script) => script.includes(reads))).toHaveLength(2);
    const artifact = { from: 'tarball', path: '/g.tar', sha256: 'a'.repeat(64), app: 'g:app' };
    const own = fakeContext({ gateway: { enabled: true, api_key: API_KEY, artifact } });
    expect(scripts(own)).toHaveLength(2);
    expect(scripts(own).join()).not.toContain(reads);
  });

  test('shows no secret of what it writes', () => {
    const context = enabled();
    for (const resource of resourcesOf(gateway, '1.2.2', context)) {
      const change = resource.diff(null);
      expect(change?.content?.secret, resource.id).toBe(true);
      expect(JSON.stringify(change)).not.toContain(API_KEY);
      expect(JSON.stringify(change)).not.toContain(context.config.postgres.password);
    }
  });

  test('brings schema and key into the database for the reference gateway alone', () => {
    expect(ids('1.2.3')).toEqual(['gateway-schema:vector_metadata', 'gateway-key:vdb']);
    expect(ids('1.2.3', enabled(OWN))).toEqual([]);
    expect(ids('1.2.3', fakeContext({ gateway: { enabled: true } }))).not.toContain('gateway-key:vdb');
  });

  test('predicts that a release which is installed again restarts what runs from it', () => {
    const context = enabled();
    const release = ids('1.2.1', context).find((id) => id.startsWith('release:')) ?? '';
    const services = resourcesOf(gateway, '1.2.4', context).slice(2);
    for (const service of services) {
      expect(service.predict?.(new Set([release]))).toMatchObject({ action: 'restart' });
      expect(service.predict?.(new Set(['release:/elsewhere']))).toBeNull();
    }
  });

  test('limits the memory of a replica to its share, where the host has what is planned', () => {
    const memoryOf = (memory: number) => {
      const [, unit] = resourcesOf(gateway, '1.2.4', { ...enabled(), facts: { ...enabled().facts, memory } });
      return /^MemoryMax=(\d+)$/m.exec(unit?.diff(null)?.content?.after ?? '')?.[1];
    };
    expect(memoryOf(64 * 1024 ** 3)).toBe(String(8 * 1024 ** 3));
    expect(memoryOf(8 * 1024 ** 3)).toBeUndefined();
  });
});
