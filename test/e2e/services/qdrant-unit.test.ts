import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { putCommand } from '../../../src/host/command.js';
import type { Host } from '../../../src/host/host.js';
import { sh } from '../../../src/host/shell.js';
import { renderQdrantConfig, renderQdrantEnvironment } from '../../../src/services/qdrant/config.js';
import { renderQdrantUnit } from '../../../src/services/qdrant/unit.js';
import { testConfig } from '../../support/config.js';
import { NO_CONTAINER, rootHost } from '../../support/root-host.js';

if (NO_CONTAINER !== undefined) console.info(`skipped: ${NO_CONTAINER}`);

/** `sleep` stands in for Qdrant: what counts here is what systemd makes of the unit. */
describe.skipIf(NO_CONTAINER !== undefined)('the unit of Qdrant under systemd', () => {
  const root = `/opt/vdb-test-${Math.random().toString(36).slice(2, 8)}`;
  const unit = `vdb-test-${root.slice(-6)}`;
  const paths = { root, storage: `${root}/data`, citadel: '/opt/citadel', backups: '/b', state: '/s' };
  const config = testConfig({ paths });
  const file = `${root}/config/qdrant-blue.yaml`;
  let host: Host;

  const start = () =>
    host.read(sh`systemctl start ${`${unit}@blue.service`}; systemctl is-active ${`${unit}@blue.service`}`);
  const write = (path: string, content: string, mode = '0644') =>
    host.run(putCommand({ path, content, mode }));

  beforeAll(async () => {
    host = await rootHost();
    await host.run({
      title: 'an account and directories',
      script: sh`
        id qdrant >/dev/null 2>&1 || useradd -r -s /usr/sbin/nologin qdrant
        mkdir -p ${root}/config ${root}/slots/blue ${root}/data/blue`,
    });
    await write(`${root}/slots/blue/qdrant`, '#!/bin/sh\nexec sleep 600\n', '0755');
    await write(`${root}/config/qdrant-blue.env`, renderQdrantEnvironment(config, 'blue'));
    await write(
      `/run/systemd/system/${unit}@.service`,
      renderQdrantUnit(config).replace('Restart=on-failure', 'Restart=no'),
    );
    await host.run({ title: 'reload', script: sh`systemctl daemon-reload` });
  });

  afterAll(async () => {
    await host.run({
      title: 'clean up',
      script: sh`
        systemctl stop ${`${unit}@blue.service`}
        systemctl reset-failed ${`${unit}@blue.service`} 2>/dev/null
        rm -rf ${root} ${`/run/systemd/system/${unit}@.service`}
        systemctl daemon-reload`,
    });
  });

  it('is exposed no more than 2.0 out of 10', async () => {
    const { stdout } = await host.read(
      sh`systemd-analyze security --no-pager ${`${unit}@blue.service`} | tail -n 1`,
    );
    expect(Number(/: ([\d.]+)/.exec(stdout)?.[1])).toBeLessThanOrEqual(2);
  });

  it.each([
    ['without a configuration', null],
    ['with an empty key', 'service:\n  api_key: ""\n'],
    ['with the key commented out', 'service:\n#  api_key: "Zk3vTq8sXw1mBn6cLd9f"\n'],
  ])('does not start %s', async (_, content) => {
    if (content !== null) await write(file, content);
    expect((await start()).stdout).toBe('failed\n');
  });

  it('starts with the rendered configuration', async () => {
    await write(file, renderQdrantConfig(config, 'blue'));
    expect((await start()).stdout).toBe('active\n');
  });
});
