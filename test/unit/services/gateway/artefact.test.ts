import { createHash } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { type GatewayArtefact, gatewayArtefact } from '../../../../src/services/gateway/artefact.js';
import { testConfig } from '../../../support/config.js';
import { inDirectory } from '../../config/helpers.js';

const artefactOf = (artifact: object): GatewayArtefact =>
  gatewayArtefact(testConfig({ gateway: { artifact } }));
const names = (artefact: GatewayArtefact): string[] => artefact.files().map(({ path }) => path);

async function write(directory: string, files: Record<string, string>): Promise<void> {
  for (const [path, content] of Object.entries(files)) {
    await mkdir(dirname(join(directory, path)), { recursive: true });
    await writeFile(join(directory, path), content);
  }
}

const TREE = { 'requirements.txt': 'a==1 --hash=sha256:0', 'shop/__init__.py': '__version__ = "2.1"\n' };

describe('the reference gateway', () => {
  test('is what runs on a server: both packages and the migrations, no tests', () => {
    const artefact = artefactOf({ from: 'reference' });
    const tree = Buffer.from(artefact.files()[0]?.content ?? '').toString('latin1');
    expect(artefact.name).toMatch(/^gateway-\d+\.\d+\.\d+-[0-9a-f]{12}$/);
    for (const path of [
      'gateway/asgi.py',
      'citadel/keys.py',
      'migrations/env.py',
      'alembic.ini',
      'gunicorn.conf.py',
    ])
      expect(tree).toContain(`${path}\0`);
    expect(tree).not.toMatch(/\0tests\/|database\.yaml\0|\.pyc\0/);
  });
});

describe('a gateway from a directory', () => {
  test('has the name of its content, whatever lies around in it', () =>
    inDirectory(async (path) => {
      await write(path, TREE);
      const before = artefactOf({ from: 'directory', path });
      await write(path, { 'shop/__pycache__/x.pyc': 'x', '.git/HEAD': 'x', 'venv/pyvenv.cfg': 'x' });
      expect(artefactOf({ from: 'directory', path }).name).toBe(before.name);
      await write(path, { 'shop/new.py': 'x' });
      const after = artefactOf({ from: 'directory', path });
      expect(before.name).toMatch(/^gateway-2\.1-[0-9a-f]{12}$/);
      expect(after.name).not.toBe(before.name);
      expect(names(after)).toEqual(['tree.tar', 'gunicorn.conf.py']);
    }));

  test('without requirements, or that is not there, is an error of the configuration', () =>
    inDirectory(async (path) => {
      const refused = (why: string) =>
        expect.objectContaining({
          exitCode: 2,
          details: expect.objectContaining({ meaning: expect.stringContaining(why) }),
        });
      expect(() => artefactOf({ from: 'directory', path })).toThrow(refused('no requirements.txt'));
      expect(() => artefactOf({ from: 'directory', path: join(path, 'no') })).toThrow(
        refused('cannot be read'),
      );
    }));
});

describe('a gateway from one file', () => {
  test('is known by its hash, without the file where the configuration has it', () => {
    const sha256 = 'a'.repeat(64);
    expect(artefactOf({ from: 'tarball', path: '/nowhere/g.tar.gz', sha256 })).toMatchObject({ sha256 });
  });

  test('is another one with other requirements', () =>
    inDirectory(async (directory) => {
      await write(directory, { 'shop-1.0-py3-none-any.whl': 'w', 'r.txt': 'a==1' });
      const path = join(directory, 'shop-1.0-py3-none-any.whl');
      const wheel = () => artefactOf({ from: 'wheel', path, requirements: join(directory, 'r.txt') });
      const before = wheel();
      expect(before.sha256).toBe(createHash('sha256').update('w').digest('hex'));
      expect(before.name).toMatch(/^gateway-1\.0-[0-9a-f]{12}$/);
      expect(names(before)).toEqual([
        'wheel/shop-1.0-py3-none-any.whl',
        'requirements.txt',
        'gunicorn.conf.py',
      ]);
      await write(directory, { 'r.txt': 'a==2' });
      expect(wheel().name).not.toBe(before.name);
    }));
});
