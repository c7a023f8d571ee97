import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { events, result } from '../support/lab.js';
import { changes, listFiles } from './support/listing.js';
import { onSharedHost } from './support/shared.js';
import { site } from './support/site.js';

const LIMITS = '/etc/security/limits.d/60-vdb.conf';
const UPDATES = '/etc/apt/apt.conf.d/52vdb-unattended';

onSharedHost('a saved plan', (host) => {
  const plan = async (file: string) => {
    const ended = await host().vdb(`provision --only 0.2,3.2 --plan -o ${file}`);
    expect(ended.exitCode).toBe(0);
    const saved = JSON.parse(await readFile(join(site.directory, file), 'utf8')) as {
      tasks: { steps: { resource: string; status: string }[] }[];
    };
    const steps = saved.tasks.flatMap(({ steps }) => steps).filter(({ status }) => status === 'change');
    return steps.map(({ resource }) => resource);
  };

  test('it is applied exactly: the steps it names and no others', async () => {
    await host().inside(`chmod 0600 ${LIMITS}; systemctl stop redis-server; chmod 0644 /opt/citadel/.env`);
    const planned = await plan('exact.json');
    expect(planned).toEqual(expect.arrayContaining([`file:${LIMITS}`, 'service:redis-server.service']));
    expect(planned).not.toContain('file:/opt/citadel/.env');
    const ended = await host().vdb('apply exact.json --json');
    expect(result(ended)).toMatchObject({ changed: 2, exit_code: 0 });
    const done = events(ended.stdout).filter(
      ({ type, status }) => type === 'step.finished' && status === 'changed',
    );
    expect(planned).toEqual(expect.arrayContaining(done.map(({ resource }) => resource)));
    expect(await host().inside('stat -c %a /opt/citadel/.env')).toBe('644\n');
    await host().inside('chmod 0600 /opt/citadel/.env');
  });

  test('it is refused when the host has moved on, with what moved, and nothing is changed', async () => {
    await host().inside(`chmod 0600 ${LIMITS}`);
    await plan('stale.json');
    await host().inside(`echo '// by hand' >> ${UPDATES}`);
    const before = await listFiles(host());
    const { exitCode, stderr } = await host().vdb('apply stale.json');
    expect(exitCode).toBe(3);
    expect(stderr).toContain('stale.json no longer fits shared, so nothing was changed');
    expect(stderr).toContain(`${UPDATES}: was as wanted, now: content differs`);
    expect(stderr).not.toContain(LIMITS);
    expect(changes(before, await listFiles(host()))).toEqual([]);
    expect((await host().vdb('provision --only 0.2')).exitCode).toBe(0);
  });

  test('it is refused once it has been applied', async () => {
    await host().inside(`chmod 0600 ${LIMITS}`);
    await plan('once.json');
    expect((await host().vdb('apply once.json')).exitCode).toBe(0);
    const again = await host().vdb('apply once.json --json');
    expect(again.exitCode).toBe(3);
    expect(result(again)).toMatchObject({ status: 'failed', exit_code: 3, error: { code: 'plan.stale' } });
  });

  test('a file that is no plan is a usage error', async () => {
    const { exitCode, stderr } = await host().vdb(`apply ${join(host().directory, 'vdb.yaml')}`);
    expect(exitCode).toBe(2);
    expect(stderr).toContain('is not a plan that can be applied');
  });
});
