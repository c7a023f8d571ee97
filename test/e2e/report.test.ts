import { mkdtemp, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { result } from '../support/lab.js';
import { onSharedHost } from './support/shared.js';

onSharedHost('a look at the whole server', (host) => {
  test('vdb capacity answers for its collections, in two SSH commands', async () => {
    const ended = await host().vdb('capacity --json');
    expect(ended.exitCode, ended.stdout).toBe(0);
    const answer = result(ended) as unknown as { collections: { name: string }[]; needs: { room: number }[] };
    expect(answer).toMatchObject({ status: 'fits', ssh_commands: 2, exit_code: 0 });
    expect(answer.collections.map(({ name }) => name)).toContain('general');
    for (const { room } of answer.needs) expect(room).toBeGreaterThan(0);
  });

  test('vdb capacity ends with 3 for more points than fit', async () => {
    const ended = await host().vdb('capacity --points 5G');
    expect(ended.exitCode).toBe(3);
    expect(ended.stdout).toMatch(/\nDoes not fit: memory in operation/);
  });

  test('vdb report is one page without secrets, for a command or two more than the checks', async () => {
    const file = join(await mkdtemp(join(tmpdir(), 'vdb-report-')), 'server.html');
    const checked = result(await host().vdb('check readiness --json'));
    const ended = await host().vdb(`report --output ${file} --json`);
    expect(ended.exitCode).toBe(checked.exit_code);
    const told = result(ended) as unknown as { ssh_commands: number; releases: { name: string }[] };
    expect(told.ssh_commands).toBeLessThanOrEqual(Number(checked.ssh_commands) + 2);
    expect(told).toMatchObject({ output: file, status: checked.status });
    const page = await readFile(file, 'utf8');
    for (const section of ['checks', 'services', 'collections', 'capacity', 'releases', 'backups', 'history'])
      expect(page).toContain(`<section id="${section}"`);
    expect(told.releases).not.toEqual([]);
    for (const { name } of told.releases) expect(page).toContain(name);
    expect(page).not.toContain('Could not be seen');
    for (const secret of host().secrets) expect(page + ended.stdout).not.toContain(secret);
  });

  test('vdb report goes to stdout without --output', async () => {
    const ended = await host().vdb('report');
    expect(ended.stdout).toMatch(/^<!doctype html>/);
    expect(ended.stderr).toMatch(/^(Ready|Not ready): /m);
  });
});
