import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ignoreFile } from '../../../src/config/gitignore.js';
import { inDirectory } from './helpers.js';

interface Tree {
  git?: boolean;
  root?: string;
  own?: string;
}

async function ignoreIn({ git, root, own }: Tree): Promise<string | undefined> {
  return inDirectory(async (top) => {
    const directory = join(top, 'sub');
    await mkdir(directory);
    if (git) await mkdir(join(top, '.git'));
    if (root !== undefined) await writeFile(join(top, '.gitignore'), root);
    if (own !== undefined) await writeFile(join(directory, '.gitignore'), own);
    const changed = await ignoreFile(join(directory, 's.yaml'));
    return changed === undefined ? undefined : readFile(changed, 'utf8');
  });
}

test.each<[string, Tree, string | undefined]>([
  ['outside of git', {}, undefined],
  ['in a work tree', { git: true }, 's.yaml\n'],
  ['beside a .gitignore', { own: 'dist\n' }, 'dist\ns.yaml\n'],
  ['beside a .gitignore without a last newline', { own: 'dist' }, 'dist\ns.yaml\n'],
  ['where it is ignored already', { git: true, own: 's.yaml\r\n' }, undefined],
  ['where the work tree ignores it', { git: true, root: 's.yaml\n' }, undefined],
])('%s the .gitignore is dealt with', async (_where, tree, text) => {
  expect(await ignoreIn(tree)).toBe(text);
});
