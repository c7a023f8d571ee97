import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { chooseQdrant, findOnPath, releaseUrl, versionOf } from '../../../src/lab/qdrant.js';

describe('the Qdrant of a lab host', () => {
  let directory = '';
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'vdb-lab-test-'));
  });
  afterEach(() => rm(directory, { recursive: true, force: true }));

  const script = async (mode: number): Promise<string> => {
    const path = join(directory, 'qdrant');
    await writeFile(path, '#!/bin/sh\necho qdrant 1.18.3\n');
    await chmod(path, mode);
    return path;
  };

  it('is never a script that only says it is one', async () => {
    expect(await versionOf(await script(0o755))).toBeUndefined();
  });

  it('is never another program', async () => {
    expect(await versionOf(process.execPath)).toBeUndefined();
    expect(await versionOf(join(directory, 'absent'))).toBeUndefined();
  });

  it('must be one where a path is given', async () => {
    const path = await script(0o755);
    await expect(chooseQdrant({ path, cwd: '/', env: {} })).rejects.toMatchObject({
      details: { code: 'lab.bad-qdrant', exitCode: 2 },
    });
  });

  it('is looked for among executables only', async () => {
    await script(0o644);
    expect(await findOnPath('qdrant', { PATH: directory })).toBeUndefined();
    await script(0o755);
    expect(await findOnPath('qdrant', { PATH: `:/nowhere:${directory}` })).toBe(join(directory, 'qdrant'));
  });

  it('has a release for each architecture', () => {
    expect(releaseUrl('1.18.3', 'x64')).toMatch(/\/v1\.18\.3\/qdrant-x86_64-unknown-linux-gnu\.tar\.gz$/);
    expect(releaseUrl('1.18.3', 'arm64')).toMatch(/\/qdrant-aarch64-unknown-linux-musl\.tar\.gz$/);
  });
});
