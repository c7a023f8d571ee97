import type { Config } from '../../../config/schema.js';
import { EXIT, VdbError } from '../../../errors.js';
import { type Script, sh } from '../../../host/shell.js';

export type Repository = Config['backup']['repositories'][number];

/** Where restic keeps what it knows of a repository, encrypted as the repository is. */
const CACHE = '/var/cache/vdb-restic';

/** Exit code of a script that does not find restic. */
export const NO_RESTIC = 127;

/**
 * What a script that begins with {@link takeEnvironment} reads: names and values, each ended by a NUL. The only way on
 * which the password goes; an address may have one in it too.
 */
export function environmentOf({ name, path, password, environment }: Repository): string {
  if (password === undefined)
    throw new VdbError(`The repository ${name} has no password`, {
      code: 'backup.restic-password',
      exitCode: EXIT.usage,
      meaning: 'restic encrypts everything with it.',
      next: `Set backup.repositories, ${name}, password, and keep it elsewhere too: without it nothing is read back.`,
    });
  const variables = { ...environment, RESTIC_REPOSITORY: path, RESTIC_PASSWORD: password };
  return Object.entries(variables)
    .map(([key, value]) => `${key}\0${value}\0`)
    .join('');
}

/**
 * Reads the environment from standard input, then leaves restic nothing to ask from there. Its messages are in English
 * and its progress comes once a second; SSH asks for nothing and does not wait for ever.
 */
export const takeEnvironment: Script = sh`
  set -o pipefail
  umask 077
  command -v restic >/dev/null || { echo 'restic is not installed' >&2; exit ${NO_RESTIC}; }
  while IFS= read -r -d '' name && IFS= read -r -d '' value; do export "$name=$value"; done
  exec </dev/null
  export LC_ALL=C.UTF-8 HOME=\${HOME:-/root} RESTIC_CACHE_DIR=${CACHE} RESTIC_PROGRESS_FPS=1
  restic() { command restic -o sftp.args='-o BatchMode=yes -o ConnectTimeout=20' "$@"; }`;

/** Tags of a snapshot that holds a set. */
export function tagsOf(host: string, id: string): string[] {
  return [VDB_TAG, `set:${id}`, hostTag(host)];
}

export const VDB_TAG = 'vdb';

export function hostTag(host: string): string {
  return `host:${host}`;
}
