import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { deployMetrics, tellDeploy } from '../../../src/deploy/metrics.js';
import { type DeployRecord, newRecord, PHASES } from '../../../src/deploy/record.js';

const AT = new Date('2030-01-01T00:00:00Z');
const record = (state: DeployRecord['state']): DeployRecord => ({
  ...newRecord(
    {
      ...{ kind: 'deploy', service: 'gateway', from: { slot: 'blue', release: 'a' }, standby: null },
      to: { slot: 'green', release: 'b', sha256: '' },
      ...{ configuration: 'c', by: 'me@here', command: "it's", vdb: '1' },
    },
    PHASES,
    AT,
  ),
  state,
});
const samples = (state: DeployRecord['state']) =>
  deployMetrics(record(state), AT)
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'));

describe('metrics of deploys', () => {
  test.each(['running', 'paused'] as const)('say of one that is %s that it is open, and no more', (state) => {
    expect(samples(state)).toEqual([
      'vdb_deploy_open{service="gateway"} 1',
      `vdb_deploy_written_timestamp_seconds{service="gateway"} ${AT.getTime() / 1000}`,
    ]);
  });

  test.each([
    ['done', 1],
    ['aborted', 1],
    ['failed', 0],
    ['returned', 0],
  ] as const)('say of one that is %s how it ended', (state, status) => {
    expect(samples(state)).toContain('vdb_deploy_open{service="gateway"} 0');
    expect(samples(state)).toContain(`vdb_deploy_status{service="gateway"} ${status}`);
  });

  describe('on the host', () => {
    let directory: string;
    beforeEach(() => {
      directory = mkdtempSync(join(tmpdir(), 'vdb-deploy-metrics-'));
    });
    afterEach(() => rmSync(directory, { recursive: true }));
    const run = () => {
      const { source } = tellDeploy(record('done'), AT);
      const place = join(directory, 'textfiles');
      return execFileSync('bash', ['-c', source.replaceAll('/var/lib/prometheus/node-exporter', place)]);
    };

    test('are written in one step where node exporter is, for all to read', () => {
      mkdirSync(join(directory, 'textfiles'));
      run();
      expect(readdirSync(join(directory, 'textfiles'))).toEqual(['vdb_deploy_gateway.prom']);
      expect(readFileSync(join(directory, 'textfiles/vdb_deploy_gateway.prom'), 'utf8')).toBe(
        deployMetrics(record('done'), AT),
      );
    });

    test('are nowhere where it is not', () => {
      run();
      expect(existsSync(join(directory, 'textfiles'))).toBe(false);
    });
  });
});
