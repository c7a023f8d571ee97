import { execFileSync } from 'node:child_process';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { containerEngine, gatewayImageRelease } from '../../../src/resources/gateway-image.js';
import { explainGatewayImage } from '../../../src/resources/gateway-image-explain.js';
import type { GatewayImage } from '../../../src/services/gateway/image.js';
import { answer, commandsFor, scriptOf, summaryOf } from '../../support/resource-table.js';
import { inDirectory } from '../config/helpers.js';

const DIGEST = 'a'.repeat(64);
const ID = 'b'.repeat(64);

const IMAGE: GatewayImage = {
  ...{ name: 'gateway-image-aaaaaaaaaaaa', repository: 'registry.test/gateway', digest: DIGEST },
  engines: ['podman', 'docker'],
  source: { from: 'registry', timeoutSeconds: 5 },
};

const optionsIn = (root: string, image: Partial<GatewayImage> = {}) => ({
  directory: join(root, 'releases/gateway-image-aaaaaaaaaaaa'),
  image: { ...IMAGE, ...image },
  user: 'nobody',
});

/** Stands in for an engine: it has one image once `images` says so, notes what it was told, and pulls what `pulls` says. */
const ENGINE = `#!/bin/sh
here=$(dirname "$(dirname "$0")")
echo "$(basename "$0") $*" >>"$here/told"
case "$1 $2" in
'images --quiet') [ ! -e "$here/broken" ] || { echo 'no daemon' >&2; exit 1; }; cut -d' ' -f1 "$here/images" ;;
'image inspect') cat "$here/images" ;;
pull*) cat "$here/pulls" >>"$here/images" ;;
'rmi --force') : >"$here/images" ;;
esac
`;

/** All that a script may find beside the engines: this machine may have engines of its own. */
const TOOLS =
  'awk base64 basename bash cat comm cut dirname id ln ls mkdir mktemp mv paste readlink rm sh sort sync tail timeout tr xargs';

async function host(root: string, engines: readonly string[], images = ''): Promise<NodeJS.ProcessEnv> {
  const bin = join(root, 'bin');
  await mkdir(bin);
  execFileSync('sh', ['-c', `for tool in ${TOOLS}; do ln -s "$(command -v $tool)" "$0"; done`, bin]);
  await writeFile(join(root, 'images'), images);
  for (const name of engines) await writeFile(join(bin, name), ENGINE, { mode: 0o755 });
  return { PATH: bin, LC_ALL: 'C.UTF-8' };
}

const bash = (script: string, env: NodeJS.ProcessEnv): string =>
  execFileSync('bash', ['-c', script], { env, stdio: ['ignore', 'pipe', 'pipe'], encoding: 'utf8' });

const HAS_IT = `${ID} sha256:${DIGEST} registry.test/gateway@sha256:${DIGEST}\n`;
const OTHER = `${'c'.repeat(64)} registry.test/gateway@sha256:${'d'.repeat(64)}\n`;

describe('a host without an engine', () => {
  test('is refused with the reason, before anything of the gateway is changed', () =>
    inDirectory(async (root) => {
      const env = await host(root, ['docker']);
      await writeFile(join(root, 'broken'), '');
      const engine = containerEngine(optionsIn(root));
      const seen = answer(engine, bash(scriptOf(engine), env));
      const change = seen.status === 'known' ? engine.diff(seen.value) : null;
      expect(change?.refused).toMatchObject({ blocks: true });
      expect(change?.refused?.why).toContain('podman is not installed; docker does not answer (no daemon)');
    }));
});

describe('an image as a release', () => {
  const plan = async (root: string, env: NodeJS.ProcessEnv, image: Partial<GatewayImage> = {}) => {
    const release = gatewayImageRelease(optionsIn(root, image));
    return summaryOf(release, bash(scriptOf(release), env));
  };
  const install = (root: string, env: NodeJS.ProcessEnv, present = false) => {
    const release = gatewayImageRelease(optionsIn(root));
    const have = { engine: null, why: '', id: present ? ID : null, runAs: null };
    for (const script of commandsFor(release, { ...have, manifest: '', settings: '', link: '' }))
      bash(script, env);
  };

  test('is said to be pulled or loaded, and by which engine', () =>
    inDirectory(async (root) => {
      const env = await host(root, ['docker']);
      expect(await plan(root, env)).toBe(`pull registry.test/gateway@sha256:${DIGEST} with docker`);
      const source = { from: 'archive', path: '/home/ops/g.tar' } as const;
      expect(await plan(root, env, { source })).toContain('from /home/ops/g.tar with docker');
    }));

  test('is pulled once, named by digest, id and engine, and then needs nothing', () =>
    inDirectory(async (root) => {
      const env = await host(root, ['podman', 'docker']);
      await writeFile(join(root, 'pulls'), HAS_IT);
      install(root, env);
      const { directory } = optionsIn(root);
      expect(JSON.parse(await readFile(join(directory, 'manifest.json'), 'utf8'))).toMatchObject({
        ...{ image: 'registry.test/gateway', digest: `sha256:${DIGEST}`, image_id: ID, engine: 'podman' },
      });
      expect(await readFile(join(root, 'told'), 'utf8')).toContain(
        `podman pull registry.test/gateway@sha256:${DIGEST}\n`,
      );
      expect(await plan(root, env)).toBeNull();
      await writeFile(join(root, 'images'), OTHER);
      expect(await plan(root, env)).toMatch(/^pull /);
    }));

  test('that names another image than the pinned one is written again, and nothing is pulled for it', () =>
    inDirectory(async (root) => {
      const env = await host(root, ['docker'], HAS_IT);
      install(root, env, true);
      const settings = join(optionsIn(root).directory, 'image.env');
      await writeFile(settings, (await readFile(settings, 'utf8')).replace(ID, 'c'.repeat(64)));
      expect(await plan(root, env)).toBe('not as installed: image.env: write it again');
      install(root, env, true);
      expect(await plan(root, env)).toBeNull();
      expect(await readFile(join(root, 'told'), 'utf8')).not.toContain(' pull');
    }));

  test('that turns out to be another one is removed again, and no release is made', () =>
    inDirectory(async (root) => {
      const env = await host(root, ['podman']);
      await writeFile(join(root, 'pulls'), OTHER);
      expect(() => install(root, env)).toThrow('what came is not the image that is pinned');
      expect(await readFile(join(root, 'told'), 'utf8')).toContain(`podman rmi --force ${'c'.repeat(64)}`);
      expect(bash(`ls -A ${join(root, 'releases')}`, env)).toBe('');
    }));
});

test.each([
  ['reading manifest sha256:d9 in r/g: authentication required', 'refuses to give'],
  ['Error response from daemon: pull access denied for r/g', 'refuses to give'],
  ['reading manifest sha256:d9 in r/g: manifest unknown', 'no image of this name with this digest'],
  ['dial tcp 127.0.0.1:5000: connect: connection refused', 'cannot reach the registry'],
  ['the pull took longer than 5 s', 'too slow'],
])('%s is explained', (stderr, meaning) => {
  expect(explainGatewayImage({ stderr, stdout: '', exitCode: 1 } as never)?.meaning).toContain(meaning);
});
