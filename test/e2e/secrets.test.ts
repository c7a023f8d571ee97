import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { Samples } from './support/sampler.js';
import { onSharedHost } from './support/shared.js';
import { site } from './support/site.js';

const FIRST = join(site.directory, 'first');

onSharedHost('secrets', (host) => {
  const firstRun = (name: string) => readFile(join(FIRST, name), 'utf8');
  /** Lines that hold a secret, without the secret. */
  const leaks = (text: string): string[] =>
    text.split('\n').filter((line) => host().secrets.some((secret) => line.includes(secret)));
  /** Files of a find expression that hold a secret, or its base64 form. The patterns travel on stdin. */
  const filesWith = async (find: string): Promise<string[]> => {
    const patterns = host().secrets.flatMap((secret) => [secret, Buffer.from(secret).toString('base64')]);
    const found = await host().inside(
      `cat > /run/patterns && chmod 600 /run/patterns && find ${find} -print0 | xargs -0 -r grep -lF -f /run/patterns -- || true
       rm /run/patterns`,
      `${patterns.join('\n')}\n`,
    );
    return found
      .trim()
      .split('\n')
      .filter((line) => line !== '' && line !== '/run/patterns');
  };

  test('were in no command line on the host during the whole first provisioning', async () => {
    const { argv } = JSON.parse(await firstRun('samples.json')) as Samples;
    expect(argv.filter((line) => line.includes('apt-get install')).length).toBeGreaterThan(0);
    expect(argv.length).toBeGreaterThan(100);
    expect(leaks(argv.join('\n'))).toEqual([]);
  });

  test('are not in what vdb said with --verbose, nor in its reports', async () => {
    expect(await firstRun('stderr')).toContain('install qdrant');
    expect(leaks(await firstRun('stdout'))).toEqual([]);
    expect(leaks(await firstRun('stderr'))).toEqual([]);
    const reports = await readdir(join(FIRST, 'report'));
    expect(reports.length).toBeGreaterThan(0);
    for (const name of reports) expect(leaks(await firstRun(`report/${name}`)), name).toEqual([]);
  });

  test('are in no file that everybody may read', async () => {
    // What pip unpacked came from the package index, and there are forty thousand files of it.
    const readable = "/ -xdev -path '*/site-packages' -prune -o -type f -perm -o=r -size -4M";
    expect(await filesWith(readable)).toEqual([]);
    await host().inside('install -m 0644 /opt/citadel/.env /etc/vdb-leak');
    const found = await filesWith(readable).finally(() => host().inside('rm /etc/vdb-leak'));
    expect(found).toEqual(['/etc/vdb-leak']);
  });

  test('are in no journal, log or unit', async () => {
    expect(await filesWith('/var/lib/vdb /var/log /etc/systemd /run/systemd /run/vdb -type f')).toEqual([]);
    expect(leaks(await host().inside('journalctl --no-pager -o cat'))).toEqual([]);
    const environment = "systemctl show '*.service' -p Environment -p ExecStart";
    expect(leaks(await host().inside(environment))).toEqual([]);
  });

  test('lie in files that only their service may read', async () => {
    const files = (await filesWith('/etc /opt/qdrant/config /opt/citadel -type f')).sort();
    expect(files).toContain('/opt/qdrant/config/.admin-header');
    const modes = await host().inside(`stat -c '%a' ${files.join(' ')}`);
    for (const mode of modes.trim().split('\n')) expect(mode).toMatch(/^6[04]0$/);
  });

  test('are masked by config show', async () => {
    const { stdout, exitCode } = await host().vdb('config show');
    expect(exitCode).toBe(0);
    expect(leaks(stdout)).toEqual([]);
  });
});
