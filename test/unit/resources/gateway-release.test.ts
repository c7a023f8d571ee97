import { execFileSync } from 'node:child_process';
import { chmod, mkdir, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { type GatewayReleaseOptions, gatewayRelease } from '../../../src/resources/gateway-release.js';
import { DESCRIBE, INSTALLED, LISTED, SUMS } from '../../../src/resources/gateway-release-probe.js';
import type { GatewayArtefact } from '../../../src/services/gateway/artefact.js';
import { commandsFor, scriptOf, summaryOf } from '../../support/resource-table.js';
import { inDirectory } from '../config/helpers.js';

const SHA = 'a'.repeat(64);
const SECRET = 'https://user:s3cret-of-the-index@index.test/simple';

const ARTEFACT: GatewayArtefact = {
  ...{ from: 'directory', name: 'gateway-1-abc', sha256: SHA, app: 'shop.asgi:app' },
  files: () => [{ path: 'tree.tar', content: Buffer.from('tree'), executable: false }],
};

function releaseIn(directory: string, more: Partial<GatewayReleaseOptions> = {}) {
  return gatewayRelease({
    ...{ directory, artefact: ARTEFACT, user: 'gateway', index: [`--index-url ${SECRET}`] },
    ...{ online: true, timeoutSeconds: 60 },
    ...more,
  });
}

/** A release as an installation leaves it, but small. */
async function install(directory: string): Promise<void> {
  await mkdir(join(directory, 'venv/bin'), { recursive: true });
  await mkdir(join(directory, 'shop'));
  await writeFile(join(directory, 'shop/asgi.py'), 'app = 1\n');
  await writeFile(join(directory, 'shop/a b.py'), '');
  execFileSync('ln', ['-s', '/usr/bin/env', join(directory, 'venv/bin/python')]);
  const interpreter = execFileSync('readlink', ['-f', '/usr/bin/env']).toString().trim();
  await writeFile(join(directory, 'manifest.json'), JSON.stringify({ artefact_sha256: SHA, interpreter }));
  bash(`cd ${directory}; ${DESCRIBE}
    listed >${LISTED}
    find . -type f ! -path ./${LISTED} ! -path ./${SUMS} -printf '%P\\0' | sort -z | xargs -0 sha256sum >${SUMS}
    stamp >${INSTALLED}`);
}

function bash(script: string): string {
  const env = { PATH: process.env.PATH, LC_ALL: 'C.UTF-8' };
  return execFileSync('bash', ['-c', script], { env, stdio: ['ignore', 'pipe', 'ignore'], encoding: 'utf8' });
}

/** What is said of a release after something was done to it. */
function said(change: (directory: string) => Promise<unknown>): Promise<string | null> {
  return inDirectory(async (root) => {
    const directory = join(root, 'release');
    await install(directory);
    await change(directory);
    const release = releaseIn(directory);
    return summaryOf(release, bash(scriptOf(release)));
  });
}

describe('a release of the gateway', () => {
  test('that was not touched needs nothing, nor one that was moved', async () => {
    expect(await said(async () => {})).toBeNull();
    expect(
      await said(async (directory) => {
        await rename(directory, `${directory}.aside`);
        await rename(`${directory}.aside`, directory);
      }),
    ).toBeNull();
  });

  test('whose files were touched, but are the same, needs nothing', async () => {
    expect(await said((directory) => utimes(join(directory, 'shop/asgi.py'), 1, 1))).toBeNull();
  });

  test('that is not there is installed', async () => {
    expect(await said((directory) => rm(directory, { recursive: true }))).toMatch(/^install it into /);
  });

  test.each<[string, (directory: string) => Promise<unknown>, string]>([
    ['a changed file', (d) => writeFile(join(d, 'shop/asgi.py'), 'app = 2\n'), 'shop/asgi.py'],
    ['a removed file', (d) => rm(join(d, 'shop/a b.py')), 'shop/a b.py'],
    ['an added file', (d) => writeFile(join(d, 'shop/sitecustomize.py'), ''), 'shop/sitecustomize.py'],
    ['a file that others may write', (d) => chmod(join(d, 'shop/asgi.py'), 0o666), 'shop/asgi.py'],
    ['a changed manifest', (d) => writeFile(join(d, 'manifest.json'), '{}'), 'manifest.json'],
    ['no list of its files', (d) => rm(join(d, LISTED)), LISTED],
    [
      'no record of its installation and a changed file',
      async (d) => {
        await rm(join(d, INSTALLED));
        await writeFile(join(d, 'shop/asgi.py'), '');
      },
      'shop/asgi.py',
    ],
  ])('with %s is installed again', async (_, change, name) => {
    expect(await said(change)).toContain(`not as installed: ${name}`);
  });

  test('of which a file was changed and given its size and times back is installed again', async () => {
    const summary = await said(async (directory) => {
      const path = join(directory, 'shop/asgi.py');
      const { atime, mtime } = await stat(path);
      await writeFile(path, 'app = 3\n');
      await utimes(path, atime, mtime);
    });
    expect(summary).toContain('not as installed: shop/asgi.py');
  });

  test('whose interpreter is another one now is installed again', async () => {
    const summary = await said((directory) =>
      rm(join(directory, 'venv/bin/python')).then(() =>
        bash(`ln -s /usr/bin/tail ${directory}/venv/bin/python`),
      ),
    );
    expect(summary).toContain('interpreter /usr/bin/tail, want ');
  });

  test('of another artefact is installed again', () =>
    inDirectory(async (root) => {
      await install(join(root, 'release'));
      const artefact = { ...ARTEFACT, sha256: 'b'.repeat(64) };
      const release = releaseIn(join(root, 'release'), { artefact });
      expect(summaryOf(release, bash(scriptOf(release)))).toContain(`sha256 of the artefact ${SHA}`);
    }));
});

describe('the installation', () => {
  const [command] = releaseIn('/opt/q/releases/g').apply({ action: 'install', summary: '' }, null);

  test('is valid bash, and sweeps what a killed one left', () => {
    for (const script of commandsFor(releaseIn('/opt/q/releases/g'), null)) {
      expect(execFileSync('bash', ['-n', '-c', script]).toString()).toBe('');
      expect(script).toContain('rm -rf "$releases"/.vdb-gateway.*');
    }
  });

  test('gets the address of the index, which may hold a password, with the artefact on standard input', () => {
    expect(command?.script.source).not.toContain('s3cret');
    expect(Buffer.from(command?.stdin as Uint8Array).toString('latin1')).toContain(SECRET);
  });

  test('installs nothing whose hash the requirements do not name, and builds nothing', () => {
    expect(command?.script.source).toContain('--require-hashes --no-deps --only-binary :all:');
  });

  test('asks no index where there is a directory of wheels', () => {
    const offline = releaseIn('/opt/q/releases/g', { online: false });
    expect(commandsFor(offline, null)[0]).not.toContain('urlopen');
    expect(command?.script.source).toContain('urlopen');
  });

  test.each([
    ['what arrived has sha256 a, want b', 'not what the configuration names'],
    ['the artefact has no module shop.asgi', 'not complete'],
    [
      'ERROR: In --require-hashes mode, all requirements must have their versions pinned',
      'hash of everything',
    ],
    ['/venv/bin/python: No module named gunicorn', 'do not bring gunicorn'],
    [
      'the package index https://pypi.org/simple/ cannot be reached: timed out',
      'cannot reach the package index',
    ],
    ['THESE PACKAGES DO NOT MATCH THE HASHES FROM THE REQUIREMENTS FILE', 'not what the index promised'],
  ])('explains "%s"', (stderr, meaning) => {
    const explained = releaseIn('/r').explain?.({ exitCode: 1, stdout: '', stderr, durationMs: 0 });
    expect(explained?.meaning).toContain(meaning);
  });

  test('says how to go on without it where its packages cannot be had: python.required does not help', () => {
    const stderr = 'the package index https://pypi.org/simple/ cannot be reached: refused';
    const explained = releaseIn('/r').explain?.({ exitCode: 1, stdout: '', stderr, durationMs: 0 });
    expect(explained?.next).toContain('gateway.enabled: false');
    expect(explained?.next).not.toContain('python.required');
  });
});
