import { readFile } from 'node:fs/promises';
import { EXIT, VdbError } from '../errors.js';
import { type Engine, type EngineName, engineOf, runProgram } from './engine.js';

/** What podman needs on Debian and Ubuntu to run a lab host, beside what it depends on itself. */
export const ENGINE_PACKAGES = [
  'podman',
  'runc',
  'slirp4netns',
  'netavark',
  'uidmap',
  'catatonit',
  'mmdebstrap',
] as const;

type Progress = (message: string) => void;

/** The first engine that answers: podman, else docker. Docker counts only when its daemon is reachable. */
export async function detectEngine(): Promise<{ engine?: Engine; refusals: string[] }> {
  const refusals: string[] = [];
  for (const name of ['podman', 'docker'] satisfies EngineName[]) {
    const engine = engineOf(name);
    const question = name === 'podman' ? '{{.Version.Version}}' : '{{.ServerVersion}}';
    const answer = await engine.attempt(['info', '--format', question], { timeoutMs: 20_000 });
    if (answer.exitCode === 0 && answer.stdout.trim() !== '') return { engine, refusals };
    refusals.push(`${name}: ${refusalOf(answer.stderr)}`);
  }
  return { refusals };
}

/** An engine that works, installed first where that is possible without asking anything of the operator. */
export async function ensureEngine(onProgress: Progress): Promise<Engine> {
  const found = await detectEngine();
  if (found.engine !== undefined) return found.engine;
  if (!(await canInstall())) throw missingEngine(found.refusals);
  onProgress(`installing ${ENGINE_PACKAGES.join(', ')}`);
  await installEngine();
  const installed = await detectEngine();
  if (installed.engine === undefined) throw missingEngine(installed.refusals);
  return installed.engine;
}

/** Whether packages can be installed here: root on Debian or Ubuntu. */
export async function canInstall(): Promise<boolean> {
  if (process.getuid?.() !== 0) return false;
  const release = await readFile('/etc/os-release', 'utf8').catch(() => '');
  return /^ID(_LIKE)?=.*\b(debian|ubuntu)\b/m.test(release);
}

/** Installs Debian packages without recommendations. Throws `lab.install-failed`. */
export async function aptInstall(packages: readonly string[]): Promise<void> {
  const options = { timeoutMs: 600_000, env: { DEBIAN_FRONTEND: 'noninteractive' } };
  const install = ['install', '--yes', '--quiet', '--no-install-recommends', ...packages];
  if ((await runProgram('apt-get', install, options)).exitCode === 0) return;
  await runProgram('apt-get', ['update', '--quiet'], options);
  const result = await runProgram('apt-get', install, options);
  if (result.exitCode === 0) return;
  throw new VdbError(`apt-get could not install ${packages.join(', ')}`, {
    code: 'lab.install-failed',
    exitCode: EXIT.failed,
    command: `apt-get ${install.join(' ')}`,
    stderr: result.stderr.split('\n').slice(-12).join('\n'),
    next: 'install them by hand, then run the command again',
  });
}

/** Packages that a release does not have (netavark before Debian 12) are left out. */
async function installEngine(): Promise<void> {
  const known = await runProgram('apt-cache', ['show', '--no-all-versions', ...ENGINE_PACKAGES]);
  const available = ENGINE_PACKAGES.filter((name) => known.stdout.includes(`Package: ${name}\n`));
  await aptInstall(available.length === 0 ? ENGINE_PACKAGES : available);
}

function refusalOf(stderr: string): string {
  if (stderr.includes('ENOENT')) return 'not installed';
  return stderr.trim().split('\n').at(-1) || 'does not answer';
}

function missingEngine(refusals: string[]): VdbError {
  return new VdbError('A lab host needs a container engine, and none answers', {
    code: 'lab.no-engine',
    exitCode: EXIT.failed,
    meaning: refusals.join('; '),
    next:
      `on Debian or Ubuntu: sudo apt-get install --no-install-recommends ${ENGINE_PACKAGES.join(' ')}; ` +
      'on Fedora: sudo dnf install podman; on macOS: brew install podman && podman machine init --now; ' +
      'or start the Docker engine',
  });
}
