import { dirname } from 'node:path';
import { EXIT, VdbError } from '../../../errors.js';
import type { Host } from '../../../host/host.js';
import { quote, type Script, sh } from '../../../host/shell.js';
import { tail } from '../../../text.js';
import type { Repository } from '../place.js';

const MISSING = 66;
const NOT_MOUNTED = 67;

/**
 * Ends with an exit code of its own where `directory` does not exist, or where `/etc/fstab` has a mount for `path` that
 * is not there: then it names the mount point.
 */
export function mountedScript({ path, directory }: { path: string; directory: string }): Script {
  return sh`
    d=$(realpath -m -- ${path}) || exit 1
    while IFS= read -r line; do
    target=$(printf %b "$line")
    case "$d/" in "$target"/*) mountpoint -q -- "$target" || { printf '%s\n' "$target"; exit ${NOT_MOUNTED}; } ;; esac
    done < <(findmnt --fstab -rno TARGET 2>/dev/null)
    [ -d ${directory} ] || exit ${MISSING}`;
}

/**
 * Throws `backup.no-directory` or `backup.not-mounted` for a repository on a disk of the host that is not there. Such a
 * one is not empty, and it is not made either.
 */
export async function assertMounted(host: Host, repository: Repository): Promise<void> {
  const place = placeOf(repository);
  if (place === undefined) return;
  const { exitCode, stdout, stderr } = await host.read(mountedScript(place));
  if (exitCode === 0) return;
  const { name } = repository;
  if (exitCode === NOT_MOUNTED) throw notMounted(host, name, stdout.trimEnd());
  if (exitCode === MISSING) throw noDirectory(host, name, place.directory);
  throw new VdbError(`The repository ${name} could not be looked at: ${tail(stderr, 2)}`, {
    code: 'backup.repository-unseen',
    exitCode: EXIT.failed,
    host: host.target,
    next: `On the host, this shows more: ls -la ${quote(place.path)}`,
  });
}

/** The directory that has to be there; undefined for what is no disk of the host. restic makes its own in one. Pure. */
function placeOf({ type, path }: Repository): { path: string; directory: string } | undefined {
  if (type === 'directory') return { path, directory: path };
  const local = path.replace(/^local:/, '');
  return type === 'restic' && local.startsWith('/') ? { path: local, directory: dirname(local) } : undefined;
}

const MEANING =
  'Where a mount is missing, copies only seem to be gone, and new ones would land on the disk under it. So vdb neither takes it for empty nor makes it.';

function noDirectory(host: Host, name: string, directory: string): VdbError {
  return new VdbError(`${directory} does not exist on the host`, {
    code: 'backup.no-directory',
    exitCode: EXIT.failed,
    host: host.target,
    meaning: `The repository ${name} lies there. ${MEANING}`,
    next: `Mount it. If it is to be a plain directory, make it there: mkdir -m 0700 ${quote(directory)}`,
  });
}

function notMounted(host: Host, name: string, target: string): VdbError {
  return new VdbError(`${target} is not mounted on the host`, {
    code: 'backup.not-mounted',
    exitCode: EXIT.failed,
    host: host.target,
    meaning: `The repository ${name} lies there, and /etc/fstab has a mount for it. ${MEANING}`,
    next: `On the host: mount ${quote(target)}`,
  });
}
