import { execFile } from 'node:child_process';
import { lstat, mkdir, mkdtemp, readFile, readlink, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { forgetStandby, keepStandby, putStandbyBack } from '../../../src/deploy/standby.js';
import type { Command } from '../../../src/host/command.js';

const run = promisify(execFile);

describe('what the idle slot held', () => {
  let base: string;
  let kept: Parameters<typeof keepStandby>[0];
  const at = (path: string): string => join(base, 'root', path);
  const bash = ({ script }: Command) => run('bash', ['-c', script.source]);

  beforeEach(async () => {
    base = await mkdtemp(join(tmpdir(), 'vdb-standby-'));
    const paths = { root: join(base, 'root'), state: join(base, 'state') };
    kept = { config: { paths: paths as never }, service: 'gateway', slot: 'green', id: '20300101T000000Z' };
    await mkdir(at('config'), { recursive: true, mode: 0o755 });
    await mkdir(at('gateway'));
    await mkdir(join(base, 'state', 'deploys'), { recursive: true });
    await writeFile(at('config/gateway-green-1.env'), 'old', { mode: 0o640 });
    await writeFile(at('config/gateway-blue-1.env'), 'serves');
    await symlink('/releases/old', at('gateway/green-1'));
  });
  afterEach(() => rm(base, { recursive: true }));

  test('comes back as it was, whatever took its place, and nothing else is touched', async () => {
    await bash(keepStandby(kept));
    await writeFile(at('config/gateway-green-1.env'), 'new');
    await rm(at('gateway/green-1'));
    await symlink('/releases/new', at('gateway/green-1'));
    await writeFile(at('config/gateway-blue-1.env'), 'changed meanwhile');
    await bash(putStandbyBack(kept));
    expect(await readFile(at('config/gateway-green-1.env'), 'utf8')).toBe('old');
    expect((await stat(at('config/gateway-green-1.env'))).mode & 0o777).toBe(0o640);
    expect(await readlink(at('gateway/green-1'))).toBe('/releases/old');
    expect(await readFile(at('config/gateway-blue-1.env'), 'utf8')).toBe('changed meanwhile');
    expect((await stat(at('config'))).mode & 0o777).toBe(0o755);
  });

  test('is kept once: a deploy that is continued does not take the new release for it', async () => {
    await bash(keepStandby(kept));
    await writeFile(at('config/gateway-green-1.env'), 'new');
    await bash(keepStandby(kept));
    await bash(putStandbyBack(kept));
    expect(await readFile(at('config/gateway-green-1.env'), 'utf8')).toBe('old');
  });

  test('may be nothing', async () => {
    await rm(at('config/gateway-green-1.env'));
    await rm(at('gateway'), { recursive: true });
    await bash(keepStandby(kept));
    await bash(putStandbyBack(kept));
    await expect(lstat(at('config/gateway-green-1.env'))).rejects.toThrow('ENOENT');
  });

  test('is not put back where it was not kept, and can be forgotten', async () => {
    await bash(putStandbyBack(kept));
    await bash(keepStandby(kept));
    await bash(forgetStandby(kept));
    await writeFile(at('config/gateway-green-1.env'), 'new');
    await bash(putStandbyBack(kept));
    expect(await readFile(at('config/gateway-green-1.env'), 'utf8')).toBe('new');
  });
});
