import { readFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { type EngineName, runProgram } from './engine.js';

/**
 * The OCI runtimes worth trying, best first; `undefined` is the engine's own. crun refuses machines that
 * have cgroup v1 and v2 side by side, so there runc comes first.
 */
export async function runtimeCandidates(engine: EngineName): Promise<(string | undefined)[]> {
  if (engine === 'docker' || process.platform !== 'linux') return [undefined];
  const runc = (await runProgram('runc', ['--version'])).exitCode === 0;
  if (!runc) return [undefined];
  const mounts = await readFile('/proc/mounts', 'utf8').catch(() => '');
  return isHybrid(mounts) ? ['runc', undefined] : [undefined, 'runc'];
}

/** Whether a machine with these mounts has both versions of cgroup. */
export function isHybrid(mounts: string): boolean {
  return /^\S+ \S+ cgroup /m.test(mounts) && /^\S+ \S+ cgroup2 /m.test(mounts);
}

/** Whether slirp4netns is to be used: with podman, where it is installed. */
export async function usesSlirp(engine: EngineName): Promise<boolean> {
  return engine === 'podman' && (await runProgram('slirp4netns', ['--version'])).exitCode === 0;
}

/** The hard limit of open files of this process, capped at what a database server asks for. */
export async function maxOpenFiles(): Promise<number> {
  const limits = await readFile('/proc/self/limits', 'utf8').catch(() => '');
  const hard = /^Max open files\s+\S+\s+(\d+)/m.exec(limits)?.[1];
  return Math.min(65_536, hard === undefined ? 65_536 : Number(hard));
}

/** A TCP port of 127.0.0.1 that nothing listens on. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      const port = typeof address === 'object' && address !== null ? address.port : 0;
      server.close(() => resolve(port));
    });
  });
}
