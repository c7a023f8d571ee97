import { describe, expect, test } from 'vitest';
import { withValueAt } from '../../../src/config/path.js';
import { validate } from '../../../src/config/validate.js';
import { minimal } from './helpers.js';

type Path = (string | number)[];

function messagesFor(path: Path, value: unknown): string[] {
  return validate(withValueAt(minimal(), path, value)).issues.map(
    (issue) => `${issue.path.join('.')}: ${issue.message}`,
  );
}

describe('a minimal configuration', () => {
  const { config } = validate(minimal());

  test('is valid', () => {
    expect(validate(minimal()).issues).toEqual([]);
  });

  test('gets the ports of the two slots', () => {
    expect(config?.qdrant.slots).toEqual({
      blue: { http: 6333, grpc: 6334, p2p: 6335 },
      green: { http: 6343, grpc: 6344, p2p: 6345 },
    });
  });

  test('gets strict host keys, a cluster from day one, and loopback', () => {
    expect(config?.hosts[0]?.host_key).toBe('strict');
    expect(config?.qdrant.cluster.enabled).toBe(true);
    expect(config?.qdrant.bind).toBe('127.0.0.1');
  });

  test('has no collections', () => {
    expect(config?.collections).toEqual({});
  });
});

describe('a collection', () => {
  const { config } = validate({
    ...minimal(),
    collections: { a: { size: 384 }, b: { size: 8, quantization: null } },
  });

  test('is quantized to int8 unless it says otherwise', () => {
    expect(config?.collections.a?.quantization).toEqual({ type: 'scalar', always_ram: true });
    expect(config?.collections.b?.quantization).toBeNull();
  });
});

describe('kernel settings', () => {
  const sysctl = { 'vm.swappiness': 10, 'net.core.rmem_max': 1, 'vm.dirty_ratio': null };
  const { config } = validate({ ...minimal(), os: { sysctl } });

  test('keep the tuned defaults beside those of the file', () => {
    expect(config?.os.sysctl).toMatchObject({ 'vm.max_map_count': 262_144, 'net.core.rmem_max': 1 });
  });

  test('of the file win, and null leaves a default out', () => {
    expect(config?.os.sysctl['vm.swappiness']).toBe(10);
    expect(config?.os.sysctl).not.toHaveProperty(['vm.dirty_ratio']);
  });
});

test.each<[Path, unknown, string]>([
  [['version'], 2, 'version: must be 1; found 2'],
  [['hosts'], [], 'hosts: must have at least 1 entries; found a list'],
  [['hosts', 0, 'port'], 0, 'hosts.0.port: must be at least 1; found 0'],
  [['hosts', 0, 'prot'], 1, 'hosts.0.prot: is not a known key; did you mean port?'],
  [['hosts', 0, 'host_key'], 'no', 'hosts.0.host_key: must be one of strict, accept-new; found "no"'],
  [['paths', 'root'], 'opt/qdrant', 'paths.root: must be an absolute path; found "opt/qdrant"'],
  [
    ['paths', 'root'],
    '/opt/../etc',
    'paths.root: must not contain . or .., nor end in /; found "/opt/../etc"',
  ],
  [['collections', 'a'], { size: 0 }, 'collections.a.size: must be at least 1; found 0'],
  [['collections', 'a'], { size: 70_000 }, 'collections.a.size: must be at most 65536; found 70000'],
  [['collections', 'a'], { size: 4, shards: 0 }, 'collections.a.shards: must be at least 1; found 0'],
  [['collections', 'a'], { size: 4, replicas: 0 }, 'collections.a.replicas: must be at least 1; found 0'],
  [['collections', 'a'], { size: 4.5 }, 'collections.a.size: must be a whole number; found 4.5'],
  [['collections', 'a'], {}, 'collections.a.size: is missing; it must be a number'],
  [['qdrant', 'artifact'], { from: 'file' }, 'qdrant.artifact.path: is missing; it must be text'],
  [['qdrant', 'version'], 'latest', 'qdrant.version: must be a version such as 1.18.3; found "latest"'],
  [['qdrant', 'memory'], '32', 'qdrant.memory: must be a size such as 512MiB, 32GiB or 1TiB; found "32"'],
  [['qdrant', 'cluster', 'enabled'], 'yes', 'qdrant.cluster.enabled: must be true or false; found "yes"'],
  [
    ['postgres', 'allow'],
    ['10.0.0.0'],
    'postgres.allow.0: must be a network such as 192.168.10.0/24; found "10.0.0.0"',
  ],
  [
    ['python', 'packages'],
    { core: ['numpy'] },
    'python.packages.core.0: must be pinned: name==version; found "numpy"',
  ],
  [['python', 'trusted_hosts'], [], 'python.trusted_hosts: is not a known key; known keys: '],
  [
    ['backup', 'retention'],
    '30',
    'backup.retention: must be a duration such as 30d, 12h, 10m or 45s; found "30"',
  ],
  [['monitoring', 'scrape_interval'], '3s', 'monitoring.scrape_interval: must be 4s or more; found "3s"'],
  [
    ['monitoring', 'alertmanager', 'repeat_interval'],
    '0s',
    'monitoring.alertmanager.repeat_interval: must be 1s or more; found "0s"',
  ],
  [
    ['checks', 'waivers'],
    [{ id: 'a', owner: 'b', reason: 'c' }],
    'checks.waivers.0.expires: is missing; it must be',
  ],
  [['redis'], null, 'redis: must be a mapping; found nothing'],
])('%j must not be %j', (path, value, message) => {
  expect(messagesFor(path, value)).toEqual([expect.stringContaining(message)]);
});

test.each<[Path, string]>([
  [['qdrant', 'api_key'], 'hunter2'],
  [['postgres', 'password'], 'secure_password_123'],
  [['hosts', 0, 'sudo_password'], 'changeme'],
])('the refusal of %j does not show its value', (path, value) => {
  const messages = messagesFor(path, value);
  expect(messages).not.toEqual([]);
  expect(messages.join('\n')).not.toContain(value);
});
