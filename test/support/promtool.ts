import { execFile, execFileSync } from 'node:child_process';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Where the distribution has it: in a package of its own, or in that of Prometheus. */
const PACKAGES = ['promtool', 'prometheus'];

/** A promtool that can be asked. */
export interface Promtool {
  /** Which one it is, and where from. */
  origin: string;
  /** What it finds fault with, in its words; empty when it finds none. */
  faultsOf(...args: string[]): string;
  /** Leaves nothing of it behind. */
  remove(): Promise<void>;
}

/** The one on PATH, else that of the distribution, which is unpacked beside the machine and not installed; else why there is none. */
export async function getPromtool(): Promise<Promtool | string> {
  const onPath = await versionOf('promtool');
  if (onPath !== undefined) return promtoolAt('promtool', `${onPath}, on PATH`);
  const directory = await mkdtemp(join(tmpdir(), 'vdb-promtool-'));
  const remove = () => rm(directory, { recursive: true });
  try {
    const from = await unpack(directory);
    const path = join(directory, 'usr/bin/promtool');
    return promtoolAt(path, `${await versionOf(path)}, of the package ${from}`, remove);
  } catch (error) {
    await remove();
    return `there is no promtool on PATH, and apt-get could not get it: ${reasonOf(error)}`;
  }
}

function promtoolAt(path: string, origin: string, remove = () => Promise.resolve()): Promtool {
  return { origin, remove, faultsOf: (...args) => faultsOf(path, args) };
}

async function versionOf(path: string): Promise<string | undefined> {
  const { stdout } = await run(path, ['--version']).catch(() => ({ stdout: '' }));
  return /^promtool, version \S+/.exec(stdout)?.[0];
}

/** Gives the package that it was in. */
async function unpack(directory: string): Promise<string> {
  const name = await download(directory).catch(async () => {
    await run('apt-get', ['update', '--quiet']);
    return download(directory);
  });
  const archive = (await readdir(directory)).find((file) => file.endsWith('.deb')) ?? '';
  await run('dpkg-deb', ['--extract', join(directory, archive), directory]);
  return name;
}

async function download(directory: string): Promise<string> {
  for (const name of PACKAGES) {
    const { stdout } = await run('apt-cache', ['show', '--no-all-versions', name]).catch(() => ({
      stdout: '',
    }));
    if (stdout === '') continue;
    await run('apt-get', ['download', '--quiet', name], { cwd: directory });
    return name;
  }
  throw new Error(`no package ${PACKAGES.join(' or ')}`);
}

function reasonOf(error: unknown): string {
  const { stderr, message } = error as { stderr?: string; message: string };
  return (stderr || message).trim().split('\n', 1)[0] ?? '';
}

function faultsOf(path: string, args: readonly string[]): string {
  try {
    execFileSync(path, args, { encoding: 'utf8', stdio: 'pipe' });
    return '';
  } catch (error) {
    const { stdout, stderr } = error as { stdout: string; stderr: string };
    return `${stdout}${stderr}` || String(error);
  }
}
