import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { access, constants, open } from 'node:fs/promises';
import { delimiter, join, resolve } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { QDRANT_VERSION, RELEASE_URL } from '../config/schema/qdrant.js';
import { EXIT, messageOf, VdbError } from '../errors.js';
import { runProgram } from './engine.js';

/** Where the Qdrant of a lab host comes from, in the words of `qdrant.artifact`. */
export type QdrantArtifact =
  | { from: 'file'; path: string; sha256: string }
  | { from: 'release'; sha256: 'unpinned' }
  | { from: 'emulator' };

export interface QdrantChoice {
  artifact: QdrantArtifact;
  /** Known for a binary that was asked; otherwise the configuration's default holds. */
  version?: string;
  /** Why this one and not those before it. */
  why: string;
}

interface ChoiceOptions {
  /** `--qdrant PATH`. */
  path?: string | undefined;
  cwd: string;
  env: NodeJS.ProcessEnv;
}

const HEAD_TIMEOUT_MS = 5_000;

/**
 * The first Qdrant that is there: a given binary, `qdrant` on PATH, the official release, else the emulator.
 * Throws `lab.bad-qdrant` when the given binary is none.
 */
export async function chooseQdrant(options: ChoiceOptions): Promise<QdrantChoice> {
  if (options.path !== undefined) return givenBinary(resolve(options.cwd, options.path));
  const onPath = await binaryOnPath(options.env);
  if (typeof onPath !== 'string') return onPath;
  const release = await askRelease(QDRANT_VERSION);
  if (release === undefined) {
    return {
      artifact: { from: 'release', sha256: 'unpinned' },
      why: `${onPath}; the official release answers`,
    };
  }
  return { artifact: { from: 'emulator' }, why: `${onPath}; ${release}` };
}

async function givenBinary(path: string): Promise<QdrantChoice> {
  const version = await versionOf(path);
  if (version !== undefined) return { artifact: await pinned(path), version, why: 'given with --qdrant' };
  throw new VdbError(`${path} is not a Qdrant binary for Linux that runs here`, {
    code: 'lab.bad-qdrant',
    exitCode: EXIT.usage,
    meaning: 'it must be an ELF executable that answers `--version` with its version',
  });
}

async function binaryOnPath(env: NodeJS.ProcessEnv): Promise<QdrantChoice | string> {
  const path = await findOnPath('qdrant', env);
  if (path === undefined) return 'there is no qdrant on PATH';
  const version = await versionOf(path);
  if (version === undefined) return `${path} is not a Qdrant binary for Linux`;
  return { artifact: await pinned(path), version, why: `found on PATH as ${path}` };
}

/** With its hash in the configuration, not every later run has to read the binary. */
async function pinned(path: string): Promise<QdrantArtifact> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  return { from: 'file', path, sha256: hash.digest('hex') };
}

/** The version that an ELF binary reports; undefined when it is no such binary or does not run. */
export async function versionOf(path: string): Promise<string | undefined> {
  if (!(await isElf(path))) return undefined;
  const result = await runProgram(path, ['--version'], { timeoutMs: 10_000 });
  return /^qdrant (\d+\.\d+\.\d+)/.exec(result.stdout)?.[1];
}

async function isElf(path: string): Promise<boolean> {
  try {
    const file = await open(path);
    try {
      const { buffer } = await file.read(Buffer.alloc(4), 0, 4, 0);
      return buffer.toString('latin1') === '\u007fELF';
    } finally {
      await file.close();
    }
  } catch {
    return false;
  }
}

/** The first executable of that name on PATH. */
export async function findOnPath(program: string, env: NodeJS.ProcessEnv): Promise<string | undefined> {
  for (const directory of (env.PATH ?? '').split(delimiter)) {
    const path = join(directory, program);
    const executable = await access(path, constants.X_OK).then(
      () => true,
      () => false,
    );
    if (directory !== '' && executable) return path;
  }
  return undefined;
}

/** Undefined when the official release can be downloaded, else why not. */
async function askRelease(version: string): Promise<string | undefined> {
  try {
    const signal = AbortSignal.timeout(HEAD_TIMEOUT_MS);
    const answer = await fetch(releaseUrl(version), { method: 'HEAD', signal });
    return answer.ok ? undefined : `the official release answered ${answer.status}`;
  } catch (error) {
    const cause = error instanceof Error && error.cause !== undefined ? error.cause : error;
    return `the official release cannot be reached (${messageOf(cause)})`;
  }
}

/** The archive of an official release for this machine's architecture; the lab host has the same. */
export function releaseUrl(version: string, arch: string = process.arch): string {
  const target = arch === 'arm64' ? 'aarch64-unknown-linux-musl' : 'x86_64-unknown-linux-gnu';
  return RELEASE_URL.replace('{version}', version).replace('{target}', target);
}
