import { spawnSync } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { bundleOf, SUMS } from '../../../../src/backup/schedule/bundle.js';

let root: string;

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'vdb-bundle-'));
});

afterEach(() => rm(root, { recursive: true }));

const PACKAGE = {
  'package.json': '{"version":"1.2.3"}',
  LICENSE: 'free',
  'bin/vdb': '#!/usr/bin/env node\n',
  'dist/cli.mjs': 'cli',
  'dist/emulator.mjs': 'emulator',
  'dist/bench.mjs': 'bench',
  'templates/qdrant/unit': 'unit',
  'src/cli.ts': 'source',
  'vdb.secrets.yaml': 'secret',
};

async function packageWith(files: Record<string, string>): Promise<string> {
  const directory = await mkdtemp(join(root, 'package-'));
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(directory, path)), { recursive: true });
    await writeFile(join(directory, path), text);
  }
  return directory;
}

describe('a bundle of vdb', () => {
  it('has what an installed package needs, whole and in its list, and nothing else', async () => {
    const bundle = await bundleOf(await packageWith(PACKAGE));
    const there = join(root, 'there');
    await mkdir(there);
    expect(spawnSync('tar', ['-xzf', '-', '-C', there], { input: bundle.archive }).status).toBe(0);
    const run = (script: string) => spawnSync('sh', ['-c', script], { cwd: there, encoding: 'utf8' });
    expect(run('find . -type f | sort').stdout.trim().split('\n')).toEqual([
      './LICENSE',
      `./${SUMS}`,
      './bin/vdb',
      './dist/cli.mjs',
      './package.json',
      './templates/qdrant/unit',
    ]);
    expect(run(`sha256sum --strict -c ${SUMS}`).status).toBe(0);
    expect(run(`sha256sum ${SUMS}`).stdout).toContain(bundle.sums);
    expect(run('test -x bin/vdb').status).toBe(0);
    expect(bundle.version).toBe('1.2.3');
    expect(bundle.name).toBe(`1.2.3-${bundle.sums.slice(0, 12)}`);
  });

  it('is the same for the same files, and another one as soon as a byte differs', async () => {
    const one = await bundleOf(await packageWith(PACKAGE));
    const same = await bundleOf(await packageWith({ ...PACKAGE, 'src/cli.ts': 'another source' }));
    const other = await bundleOf(await packageWith({ ...PACKAGE, 'dist/cli.mjs': 'clj' }));
    expect(same).toEqual(one);
    expect(other.name).not.toBe(one.name);
  });

  it('cannot be made of what was not built', async () => {
    const { 'dist/cli.mjs': _, 'dist/emulator.mjs': __, 'dist/bench.mjs': ___, ...source } = PACKAGE;
    await expect(bundleOf(await packageWith(source))).rejects.toMatchObject({
      details: { code: 'schedule.no-bundle', next: expect.stringContaining('npm run build') },
    });
  });
});
