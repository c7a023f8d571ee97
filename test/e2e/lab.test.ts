import { existsSync } from 'node:fs';
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { start } from '../support/lab.js';
import { describeLab } from './support/shared.js';
import { freshHost, remove, site, vdb } from './support/site.js';

describeLab('the lab', () => {
  const files = async (directory: string) => {
    const names = (await readdir(directory)).sort();
    return Promise.all(
      names.map(async (name) => {
        const path = join(directory, name);
        const { mtimeMs, mode } = await stat(path);
        return { name, mtimeMs, mode, content: await readFile(path, 'utf8') };
      }),
    );
  };

  afterAll(() => Promise.all(['left', 'right'].map(remove)));

  test('brings a host up in seconds; up again finds it and rewrites nothing', async () => {
    const left = await freshHost('left');
    const before = await files(left.directory);
    const again = await vdb(['lab', 'up', 'left']);
    expect(again.exitCode).toBe(0);
    expect(again.stderr).toContain('is already up');
    expect(again.durationMs).toBeLessThan(15_000);
    expect(await files(left.directory)).toEqual(before);
  });

  test('keeps its key and secrets from everybody else', async () => {
    const left = await freshHost('left');
    for (const name of ['id_ed25519', 'vdb.secrets.yaml']) {
      expect((await stat(join(left.directory, name))).mode & 0o777, name).toBe(0o600);
    }
  });

  test('has two hosts side by side, each with its own keys and secrets', async () => {
    const [left, right] = [await freshHost('left'), await freshHost('right')];
    expect(left.port).not.toBe(right.port);
    expect(left.secrets.filter((secret) => right.secrets.includes(secret))).toEqual([]);
    for (const host of [left, right]) {
      expect((await vdb(['lab', 'ssh', host.name, 'hostname'])).stdout.trim()).toBe(host.name);
    }
    const { stdout } = await vdb(['lab', 'status']);
    expect(stdout).toMatch(/^left\s+running/m);
    expect(stdout).toMatch(/^right\s+running/m);
  });

  test('removes a host with everything that it left, and no other', async () => {
    const [left, right] = [await freshHost('left'), await freshHost('right')];
    const down = await vdb(['lab', 'down', 'left']);
    expect(down.exitCode).toBe(0);
    expect(existsSync(left.directory)).toBe(false);
    const { stdout } = await start(right.engine, ['ps', '--all', '--quiet', '--no-trunc']).ended;
    expect(stdout).not.toContain(left.container);
    expect(stdout).toContain(right.container);
    expect((await vdb(['lab', 'down', 'left'])).exitCode).toBe(0);
  });

  test('a host that was stopped is started again as it was', async () => {
    const left = await freshHost('left');
    await left.inside('echo kept > /etc/kept');
    expect((await start(left.engine, ['stop', left.container]).ended).exitCode).toBe(0);
    expect((await vdb(['--lab', 'left', 'status'])).exitCode).toBe(4);
    const up = await vdb(['lab', 'up', 'left']);
    expect(up.stderr).toContain('was stopped and is up again');
    expect(await left.inside('cat /etc/kept')).toBe('kept\n');
  });

  test('is in the working directory alone', async () => {
    expect((await readdir(join(site.directory, '.vdb'))).sort()).toEqual(['lab']);
  });
});
