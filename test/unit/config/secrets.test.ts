import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { generateSecrets, writeSecrets } from '../../../src/config/secrets.js';
import { inDirectory } from './helpers.js';

test('generated secrets have 256 bits, differ, and need no quoting', () => {
  const secrets = [...Object.values(generateSecrets()), ...Object.values(generateSecrets())];
  expect(new Set(secrets).size).toBe(secrets.length);
  for (const secret of secrets) expect(secret).toMatch(/^[A-Za-z0-9_-]{43}$/);
});

test('secrets are written for their owner alone, and nothing is left beside them', async () => {
  await inDirectory(async (directory) => {
    const file = join(directory, 'deep', 'vdb.secrets.yaml');
    expect(await writeSecrets(file)).toBe('written');
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    expect(Object.keys(parse(await readFile(file, 'utf8')))).toEqual(Object.keys(generateSecrets()));
    expect(await readdir(join(directory, 'deep'))).toEqual(['vdb.secrets.yaml']);
  });
});

test('secrets that are there are kept', async () => {
  await inDirectory(async (directory) => {
    const file = join(directory, 'vdb.secrets.yaml');
    await writeFile(file, 'mine');
    expect(await writeSecrets(file)).toBe('kept');
    expect(await readFile(file, 'utf8')).toBe('mine');
    expect(await readdir(directory)).toEqual(['vdb.secrets.yaml']);
  });
});
