import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { renderQdrantConfig, renderQdrantEnvironment } from '../../../../src/services/qdrant/config.js';
import { QDRANT, testConfig } from '../../../support/config.js';

describe('renderQdrantConfig', () => {
  it('gives every slot its own ports and directories', () => {
    const [blue, green] = (['blue', 'green'] as const).map((slot) =>
      parse(renderQdrantConfig(testConfig(), slot)),
    );
    expect(blue.service).toMatchObject({ http_port: 6333, grpc_port: 6334 });
    expect(blue.cluster).toEqual({ enabled: true, p2p: { port: 6335 } });
    expect(green.service).toMatchObject({ http_port: 6343, grpc_port: 6344 });
    expect(green.cluster.p2p.port).toBe(6345);
    expect(blue.storage).toMatchObject({
      storage_path: '/data/qdrant/blue/storage',
      snapshots_path: '/data/qdrant/blue/snapshots',
      temp_path: '/data/qdrant/blue/tmp',
    });
    expect(green.storage.temp_path).toBe('/data/qdrant/green/tmp');
  });

  it('closes what is open by default', () => {
    const { service, telemetry_disabled } = parse(renderQdrantConfig(testConfig(), 'blue'));
    expect(service).toMatchObject({
      host: '127.0.0.1',
      ...QDRANT,
      enforce_internal_auth: true,
      enable_cors: false,
      enable_snapshot_url_recovery: false,
    });
    expect(telemetry_disabled).toBe(true);
  });

  it('keeps connections longer than the clients do', () => {
    expect(parse(renderQdrantConfig(testConfig(), 'blue')).service.http_keep_alive_timeout_sec).toBe(75);
  });

  it.each([
    ['true-looking', 'true-true-true-true'],
    ['numeric', '12345678901234567890'],
    ['with YAML signs', '": {}#&*!|>\'%@`abc\\n'],
  ])('keeps a %s key a string', (_, api_key) => {
    const config = testConfig({ qdrant: { ...QDRANT, api_key } });
    expect(parse(renderQdrantConfig(config, 'blue')).service.api_key).toBe(api_key);
  });

  it('has the key where the unit looks for it before a start', () => {
    expect(renderQdrantConfig(testConfig(), 'blue')).toMatch(/^ {2}api_key: .{16,}/m);
  });

  it('leaves the optimizer threads to Qdrant unless they are configured', () => {
    expect(parse(renderQdrantConfig(testConfig(), 'blue')).storage.optimizers).toBeUndefined();
    const config = testConfig({ qdrant: { ...QDRANT, optimizer_threads: 3 } });
    expect(parse(renderQdrantConfig(config, 'blue')).storage.optimizers).toEqual({
      max_optimization_threads: 3,
    });
  });
});

describe('renderQdrantEnvironment', () => {
  it.each([
    ['127.0.0.1', 'QDRANT_URI=http://127.0.0.1:6335'],
    ['0.0.0.0', 'QDRANT_URI=http://127.0.0.1:6335'],
    ['::1', 'QDRANT_URI=http://[::1]:6335'],
  ])('names the peer of a Qdrant bound to %s', (bind, line) => {
    const config = testConfig({ qdrant: { ...QDRANT, bind } });
    expect(renderQdrantEnvironment(config, 'blue').split('\n')).toContain(line);
  });

  it('names no peer outside of a cluster', () => {
    const config = testConfig({ qdrant: { ...QDRANT, cluster: { enabled: false } } });
    expect(renderQdrantEnvironment(config, 'green')).not.toContain('QDRANT_URI');
  });
});
