import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EXIT, messageOf, VdbError } from '../errors.js';
import { type Engine, runProgram } from './engine.js';
import { aptInstall, canInstall } from './engine-detect.js';
import { buildContext, imageTag, LAB_CODENAME, LAB_PACKAGES, SETUP_SCRIPT } from './recipe.js';

/** Where an image came from: kept from an earlier time, built on a registry's base, or bootstrapped from packages. */
export type ImageSource = 'cache' | 'registry' | 'mmdebstrap';

export interface LabImage {
  tag: string;
  source: ImageSource;
  /** Why the ways before it were not taken; empty when the first one worked. */
  refusals: string[];
}

interface ImageOptions {
  engine: Engine;
  /** `--image`: a base image of the operator's choice instead of Debian's. */
  base?: string | undefined;
  runtime?: string | undefined;
  onProgress: (message: string) => void;
}

const REGISTRY_TIMEOUT_MS = 5_000;
const PULL_TIMEOUT_MS = 300_000;
const BUILD_TIMEOUT_MS = 900_000;

/** The image of a lab host, made on the first use. Throws `lab.no-image` when no way works. */
export async function ensureImage(options: ImageOptions): Promise<LabImage> {
  const tag = imageTag(options.base);
  if (await imageExists(options.engine, tag)) return { tag, source: 'cache', refusals: [] };
  const refusals = [`cache: there is no ${tag}`];
  const registry = await attemptWay(refusals, 'registry', () => fromRegistry(tag, options));
  if (registry) return { tag, source: 'registry', refusals };
  if (options.base !== undefined) throw noImage(refusals, `check that ${options.base} can be pulled`);
  const bootstrapped = await attemptWay(refusals, 'mmdebstrap', () => fromPackages(tag, options));
  if (bootstrapped) return { tag, source: 'mmdebstrap', refusals };
  throw noImage(refusals, 'give a base image that is already here or can be pulled: --image IMAGE');
}

async function attemptWay(refusals: string[], way: ImageSource, make: () => Promise<void>): Promise<boolean> {
  try {
    await make();
    return true;
  } catch (error) {
    refusals.push(`${way}: ${explain(error)}`);
    return false;
  }
}

function explain(error: unknown): string {
  const stderr = error instanceof VdbError ? error.details.stderr?.trim().split('\n').at(-1) : undefined;
  return stderr ? `${messageOf(error)}: ${stderr}` : messageOf(error);
}

async function imageExists(engine: Engine, tag: string): Promise<boolean> {
  return (await engine.attempt(['image', 'inspect', '--format', '{{.Id}}', tag])).exitCode === 0;
}

async function fromRegistry(tag: string, { engine, base, runtime, onProgress }: ImageOptions): Promise<void> {
  const image = base ?? `docker.io/library/debian:${LAB_CODENAME}`;
  if (!(await imageExists(engine, image))) {
    await reachRegistry(image);
    onProgress(`pulling ${image}`);
    await engine.call(['pull', '--quiet', image], { timeoutMs: PULL_TIMEOUT_MS });
  }
  onProgress(`building the image of the lab host on ${image}`);
  await inTemporaryDirectory(async (directory) => {
    for (const [name, content] of Object.entries(buildContext(image))) {
      await writeFile(join(directory, name), content);
    }
    const args = ['build', '--quiet', '--network', 'host', '--tag', tag];
    args.push('--file', join(directory, 'Containerfile'), directory);
    const global = engine.name === 'podman' && runtime !== undefined ? ['--runtime', runtime] : [];
    await engine.call([...global, ...args], { timeoutMs: BUILD_TIMEOUT_MS });
  });
}

/** Answers quickly where a pull would retry for minutes. */
async function reachRegistry(image: string): Promise<void> {
  const host = registryOf(image);
  try {
    await fetch(`https://${host}/v2/`, { method: 'HEAD', signal: AbortSignal.timeout(REGISTRY_TIMEOUT_MS) });
  } catch (error) {
    const cause =
      error instanceof Error && error.cause !== undefined ? messageOf(error.cause) : messageOf(error);
    throw new Error(`${host} cannot be reached (${cause})`);
  }
}

/** The host that serves an image: `debian:trixie` and `docker.io/…` are Docker Hub's. */
export function registryOf(image: string): string {
  const [first, ...rest] = image.split('/');
  const named = rest.length > 0 && first !== undefined && /[.:]|^localhost$/.test(first);
  return !named || first === 'docker.io' ? 'registry-1.docker.io' : first;
}

async function fromPackages(tag: string, { engine, onProgress }: ImageOptions): Promise<void> {
  await ensureMmdebstrap(onProgress);
  onProgress(`bootstrapping Debian ${LAB_CODENAME} with mmdebstrap, about half a minute`);
  await inTemporaryDirectory(async (directory) => {
    const tar = join(directory, 'rootfs.tar');
    const setup = join(directory, 'setup.sh');
    await writeFile(setup, SETUP_SCRIPT);
    const args = mmdebstrapArguments(setup, tar);
    const result = await runProgram('mmdebstrap', args, { timeoutMs: BUILD_TIMEOUT_MS });
    if (result.exitCode !== 0) throw new Error(result.stderr.trim().split('\n').slice(-3).join(' '));
    onProgress('importing the image');
    await engine.call(['import', '--change', 'CMD=["/sbin/init"]', tar, tag], {
      timeoutMs: BUILD_TIMEOUT_MS,
    });
  });
}

/** The arguments that bootstrap the lab's system into the archive `tar`, set up by the script `setup`. */
export function mmdebstrapArguments(setup: string, tar: string): string[] {
  return [
    '--quiet',
    '--variant=minbase',
    `--include=${LAB_PACKAGES.join(',')}`,
    '--dpkgopt=path-exclude=/usr/share/man/*',
    '--dpkgopt=path-exclude=/usr/share/doc/*',
    '--dpkgopt=path-include=/usr/share/doc/*/copyright',
    `--customize-hook=copy-in ${setup} /root`,
    '--customize-hook=chroot "$1" sh /root/setup.sh',
    '--customize-hook=rm "$1/root/setup.sh"',
    LAB_CODENAME,
    tar,
  ];
}

async function ensureMmdebstrap(onProgress: (message: string) => void): Promise<void> {
  const found = await runProgram('mmdebstrap', ['--version']);
  if (found.exitCode === 0) return;
  if (!(await canInstall())) throw new Error('mmdebstrap is not installed (sudo apt-get install mmdebstrap)');
  onProgress('installing mmdebstrap');
  await aptInstall(['mmdebstrap', 'debian-archive-keyring']);
}

async function inTemporaryDirectory(work: (directory: string) => Promise<void>): Promise<void> {
  const directory = await mkdtemp(join(tmpdir(), 'vdb-lab-'));
  try {
    await work(directory);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

function noImage(refusals: string[], next: string): VdbError {
  return new VdbError('The image of the lab host cannot be made', {
    code: 'lab.no-image',
    exitCode: EXIT.failed,
    meaning: refusals.join('; '),
    next,
  });
}
