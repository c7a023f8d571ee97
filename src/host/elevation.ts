import { EXIT, VdbError } from '../errors.js';
import { tail } from '../text.js';
import type { Elevation, Host } from './host.js';
import { sh } from './shell.js';

/** Before the answer, because a start-up file of the shell may print too. */
const MARKER = 'vdb-elevation:';

/**
 * Asks for exactly what commands will need, bash by sudo, and ignores what sudo has cached. Prints one of
 * root, missing, free, refused; the last with sudo's own words on stderr.
 */
const DETECT = sh`
  export LC_ALL=C
  if [ "$(id -u)" = 0 ]; then answer=root
  elif ! command -v sudo >/dev/null; then answer=missing
  elif sudo -k -n bash -c : </dev/null; then answer=free
  else answer=refused
  fi
  echo; echo ${MARKER}$answer`;

/**
 * How commands on `host`, which is not elevated, become root. Throws `host.no-sudo` or
 * `host.sudo-password-wrong`, so that a missing right is found before anything changes.
 */
export async function detectElevation(host: Host, sudoPassword?: string): Promise<Elevation> {
  const { stdout, stderr } = await host.read(DETECT, { timeoutMs: 30_000 });
  const answer = new RegExp(`^${MARKER}(\\w+)$`, 'm').exec(stdout)?.[1];
  if (answer === 'root') return { kind: 'none' };
  if (answer === 'free') return { kind: 'sudo' };
  if (answer === undefined) {
    throw noSudo(
      host,
      `Its shell answered with: ${tail(stdout + stderr, 1) || 'nothing'}`,
      'Log in with an account that may run commands.',
    );
  }
  if (answer === 'missing') {
    throw noSudo(
      host,
      'The account is not root and sudo is not installed.',
      'Install sudo there, or log in as root.',
    );
  }
  if (sudoPassword === undefined) {
    throw noSudo(
      host,
      `sudo says: ${tail(stderr, 1) || 'nothing'}`,
      'Set `sudo_password` for the host, allow the account NOPASSWD in sudoers, or log in as root.',
    );
  }
  return verified(host, sudoPassword);
}

async function verified(host: Host, password: string): Promise<Elevation> {
  const elevation: Elevation = { kind: 'sudo-password', password };
  const { exitCode, stderr } = await host.asRoot(elevation).read(sh`:`, { timeoutMs: 30_000 });
  if (exitCode === 0) return elevation;
  const said = tail(stderr, 2);
  if (!/try again|incorrect password|incorrect authentication|no password was provided/i.test(said)) {
    throw noSudo(
      host,
      `sudo says: ${said}`,
      'Allow the account to run commands as root in sudoers, or log in as root.',
    );
  }
  throw new VdbError(`sudo on ${host.target} does not accept the password`, {
    code: 'host.sudo-password-wrong',
    exitCode: EXIT.unreachable,
    host: host.target,
    next: 'Correct `sudo_password` for the host. Nothing was changed.',
  });
}

function noSudo(host: Host, meaning: string, next: string): VdbError {
  return new VdbError(`The account on ${host.target} cannot become root`, {
    code: 'host.no-sudo',
    exitCode: EXIT.unreachable,
    host: host.target,
    meaning,
    next,
  });
}
