import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { EXIT, messageOf, VdbError } from '../../errors.js';
import { type TarFile, tarOf } from '../../tar.js';

/** vdb itself, as it is put on a server: what an installed package needs beside Node, in one archive. */
export interface Bundle {
  version: string;
  /** Name of its directory: the version and the beginning of `sums`. */
  name: string;
  /** sha256 of {@link SUMS}: it stands for every file. */
  sums: string;
  /** A gzip of a tar. */
  archive: Uint8Array;
  archiveSha256: string;
}

/** Names every other file of the release with its sha256, as `sha256sum -c` reads it. */
export const SUMS = 'SHA256SUMS';

/** Programs of their own, which no command of vdb needs. */
const LEFT_OUT = ['dist/emulator.mjs', 'dist/bench.mjs'];

/** Packs the package at `directory`. Throws `schedule.no-bundle` where it is not built. */
export async function bundleOf(directory: string): Promise<Bundle> {
  const files = await filesOf(directory);
  const lines = files.map(({ path, content }) => `${hash(content)}  ${path}\n`).join('');
  const sums = { path: SUMS, content: Buffer.from(lines), executable: false };
  const archive = await promisify(gzip)(tarOf([...files, sums]), { level: 9 });
  const { version } = JSON.parse(textOf(files, 'package.json')) as { version: string };
  const digest = hash(sums.content);
  return {
    version,
    name: `${version}-${digest.slice(0, 12)}`,
    sums: digest,
    archive,
    archiveSha256: hash(archive),
  };
}

async function filesOf(directory: string): Promise<TarFile[]> {
  try {
    const found = await Promise.all(['bin', 'dist', 'templates'].map((name) => below(directory, name)));
    const paths = ['LICENSE', 'package.json', ...found.flat()].filter((path) => !LEFT_OUT.includes(path));
    return await Promise.all(
      paths.sort().map(async (path) => ({
        path,
        content: await readFile(join(directory, path)),
        executable: path.startsWith('bin/'),
      })),
    );
  } catch (cause) {
    throw new VdbError(`vdb cannot be packed for the server: ${messageOf(cause)}`, {
      code: 'schedule.no-bundle',
      exitCode: EXIT.failed,
      meaning: `What is needed of ${directory} is not there: it was not built, or not installed as a whole.`,
      next: 'Install the package again; in a source tree: npm run build',
      cause,
    });
  }
}

async function below(directory: string, name: string): Promise<string[]> {
  const entries = await readdir(join(directory, name), { withFileTypes: true });
  const nested = entries.map((entry) => {
    const path = `${name}/${entry.name}`;
    return entry.isDirectory() ? below(directory, path) : [path];
  });
  return (await Promise.all(nested)).flat();
}

function textOf(files: readonly TarFile[], path: string): string {
  return Buffer.from(files.find((file) => file.path === path)?.content ?? []).toString('utf8');
}

function hash(content: Uint8Array): string {
  return createHash('sha256').update(content).digest('hex');
}
