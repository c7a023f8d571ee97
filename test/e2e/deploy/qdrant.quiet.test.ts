import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { otherSlot } from '../../../src/deploy/installed.js';
import { phasesOf } from '../../../src/deploy/record.js';
import { result } from '../../support/lab.js';
import { eventually } from '../gateway/load.js';
import { describeLab } from '../support/shared.js';
import { WITHOUT_PYTHON } from '../support/site.js';
import { done, type QdrantHost, qdrantHost } from './qdrant-host.js';

/** What ends a deploy otherwise is in qdrant-faults.test.ts. */
describeLab('a deploy of Qdrant', () => {
  let host: QdrantHost;
  let wal = 0;

  beforeAll(async () => {
    host = await qdrantHost('qdrant-deploy', { gateway: true });
  });
  afterAll(() => host?.close());

  const settingsOf = (slot: string) => host.inside(`cat /opt/qdrant/config/qdrant-${slot}.yaml`);

  test('brings other settings in under load, without a failed request or a lost write', async () => {
    wal = await host.another();
    const from = await host.active();
    const { value, failed } = await host.underLoad('none', () => host.lab.vdb('deploy --service qdrant'));
    done(value);
    expect(failed).toEqual([]);
    expect(await host.active()).toBe(otherSlot(from));
    expect(await host.running()).toBe(`qdrant@${otherSlot(from)}.service`);
    expect(await settingsOf(otherSlot(from))).toContain(`wal_capacity_mb: ${wal}`);
    const { phases, state, strategy } = await host.record();
    expect({ state, strategy }).toEqual({ state: 'done', strategy: host.genuine ? 'replicate' : 'snapshot' });
    expect(phases.map(({ name }) => name)).toEqual(phasesOf('qdrant', 'deploy'));
    const opened = phases.find(({ name }) => name === 'outside')?.note ?? '';
    if (!host.genuine) expect(opened).toMatch(/writes were held back for \d+\.\d s/);
  });

  test('leaves nothing for a provisioning to change, and nothing to deploy', async () => {
    const provisioned = await host.lab.vdb(`provision ${WITHOUT_PYTHON} --json`);
    expect(result(provisioned), provisioned.stdout).toMatchObject({ changed: 0, exit_code: 0 });
    expect(result(await host.lab.vdb('deploy --json'))).toMatchObject({ status: 'unchanged', exit_code: 0 });
  });

  test('is taken back under load, with everything that was written since', async () => {
    const from = await host.active();
    const before = await host.probe.contents();
    const { value, failed } = await host.underLoad('rollback', () => host.lab.vdb('rollback'));
    done(value);
    expect(value.stderr).toContain('Validated: ');
    expect(failed).toEqual([]);
    expect(await host.active()).toBe(otherSlot(from));
    expect(await settingsOf(otherSlot(from))).not.toContain(`wal_capacity_mb: ${wal}`);
    const after = await host.probe.contents();
    expect([...before].filter(([id, values]) => after.get(id) !== values)).toEqual([]);
  });

  test('that is cut off by kill -9 in copy says so, and is continued', async () => {
    await host.another();
    const from = await host.active();
    const { failed } = await host.underLoad('kill -9 in copy, continue', async () => {
      const run = host.lab.begin('deploy --service qdrant --json');
      await run.until(/"phase.started","phase":"copy"/, 240);
      await sleep(300);
      run.child.kill('SIGKILL');
      await run.ended;
      expect((await host.lab.vdb('deploy status')).stdout).toContain('cut short in copy');
      await eventually(
        async () => {
          const ended = await host.lab.vdb('deploy continue');
          if (ended.exitCode === 5) return false;
          done(ended);
          return true;
        },
        'the step that was running when the operator was killed has ended',
        120,
      );
    });
    expect(failed).toEqual([]);
    expect(await host.active()).toBe(otherSlot(from));
    expect(await host.running()).toBe(`qdrant@${otherSlot(from)}.service`);
    expect((await host.record()).state).toBe('done');
  });

  test('of a release that does not start never touches what serves', async () => {
    const from = await host.active();
    const broken = join(host.lab.directory, 'broken');
    await writeFile(broken, `#!/bin/sh\n[ "$1" != --version ] || { echo "qdrant 1.18.4"; exit; }\nexit 1\n`, {
      mode: 0o755,
    });
    const { value, failed } = await host.underLoad('release does not start', () =>
      host.lab.vdb(`deploy --service qdrant --version 1.18.4 --artifact ${broken}`),
    );
    expect(value.exitCode, value.stdout + value.stderr).toBe(1);
    expect(failed).toEqual([]);
    expect(await host.active()).toBe(from);
    expect((await host.record()).failure?.phase).toBe('start');
    expect(await host.running()).toBe(`qdrant@${from}.service`);
  });
});
