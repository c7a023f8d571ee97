import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Longer than a slow mirror takes; no test is worth more. */
const MOST_MS = 180_000;
/** Another test file may be installing at the same time. */
const WAIT_FOR_DPKG = 'DPkg::Lock::Timeout=120';

/**
 * Installs packages of Debian or Ubuntu on this machine, for what a test cannot do without. Gives why that was not possible;
 * undefined when they are there.
 */
export async function installPackages(...packages: readonly string[]): Promise<string | undefined> {
  if (process.getuid?.() !== 0) return 'only root can install it';
  const install = ['install', '-y', '-qq', '--no-install-recommends', ...packages];
  try {
    await apt(install).catch(async () => {
      await apt(['update', '-qq']);
      await apt(install);
    });
    return undefined;
  } catch {
    return 'it could not be installed';
  }
}

async function apt(args: readonly string[]): Promise<void> {
  await run('apt-get', ['-o', WAIT_FOR_DPKG, ...args], {
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive', RUNLEVEL: '1' },
    timeout: MOST_MS,
  });
}
