import type { Command } from '../../../host/command.js';
import { type Script, sh } from '../../../host/shell.js';
import { MANIFEST } from '../../manifest.js';
import { environmentOf, hostTag, type Repository, tagsOf, takeEnvironment, VDB_TAG } from './input.js';

/** Of a copy: hours on a slow line, and not for ever on a dead one. */
const TRANSFER_SECONDS = 7 * 86_400;
const SHORT_SECONDS = 600;
/** As much of a repository is read and compared with its hashes after each copy, at random. */
const READ_SUBSET = '256M';
/** A lock of somebody else is waited for. */
const RETRY = '--retry-lock=1m';

/** What a script of {@link initCommand} says when it has made the repository. */
export const MADE = 'made a new repository';

/** Makes the repository where there is none; only the plain word that there is none counts as that. */
export function initCommand(repository: Repository): Command {
  return {
    title: `open restic repository ${repository.name}`,
    stdin: environmentOf(repository),
    timeoutSeconds: SHORT_SECONDS,
    script: sh`
      ${takeEnvironment}
      said=$(restic cat config --no-lock 2>&1 >/dev/null)
      code=$?
      [ $code -ne 0 ] || exit 0
      if [ $code -ne 10 ] && ! grep -q 'Is there a repository at the following location' <<< "$said"; then
      printf '%s\n' "$said" >&2
      exit $code
      fi
      restic init >/dev/null && echo ${MADE}`,
  };
}

/** The snapshots that hold sets of `host`, as JSON. Leaves no lock. */
export function snapshotsScript(host: string): Script {
  return sh`
    ${takeEnvironment}
    restic snapshots --json --no-lock --tag ${`${VDB_TAG},${hostTag(host)}`}`;
}

/**
 * Puts the directory of a set into the repository, with its progress as JSON, a line each. `--force` looks for no
 * snapshot before it: there is none of this directory, and one that is damaged would end the search and the backup.
 */
export function backupCommand(repository: Repository, directory: string, host: string, id: string): Command {
  const tags = tagsOf(host, id).flatMap((tag) => ['--tag', tag]);
  return {
    title: `back up ${id} to restic repository ${repository.name}`,
    stdin: environmentOf(repository),
    timeoutSeconds: TRANSFER_SECONDS,
    script: sh`
      ${takeEnvironment}
      ionice -c 3 -p $$ 2>/dev/null; renice -n 10 -p $$ >/dev/null 2>&1
      [ -e ${`${directory}/${id}/${MANIFEST}`} ] || { echo ${`there is no backup set ${id}`} >&2; exit 66; }
      restic backup --json --force ${RETRY} --host ${host} ${tags} -- ${`${directory}/${id}`}`,
  };
}

/** Looks whether the repository is sound, and reads a part of it. A lock that a killed run of this host left is removed first. */
export function checkCommand(repository: Repository): Command {
  return {
    title: `check restic repository ${repository.name}`,
    stdin: environmentOf(repository),
    timeoutSeconds: TRANSFER_SECONDS,
    script: sh`
      ${takeEnvironment}
      restic unlock >/dev/null
      restic check ${RETRY} --read-data-subset=${READ_SUBSET}`,
  };
}

/** Takes snapshots out of the repository, by their ids, and what only they hold. */
export function forgetCommand(repository: Repository, snapshots: readonly string[], prune = true): Command {
  return {
    title: `forget ${snapshots.length} snapshots of restic repository ${repository.name}`,
    stdin: environmentOf(repository),
    timeoutSeconds: TRANSFER_SECONDS,
    script: sh`
      ${takeEnvironment}
      restic unlock >/dev/null
      restic forget ${RETRY} ${prune ? ['--prune'] : []} ${[...snapshots]}`,
  };
}

/** The manifests of snapshots, a line each: `ID = BASE64`, or `ID ? BASE64` with what restic said where it cannot be read. */
export function manifestsScript(snapshots: readonly { snapshot: string; path: string }[]): Script {
  const words = snapshots.flatMap(({ snapshot, path }) => [snapshot, `${path}/${MANIFEST}`]);
  return sh`
    ${takeEnvironment}
    set -- ${words}
    while [ $# -ge 2 ]; do
    kind='='
    text=$(restic dump --no-lock "$1" "$2" 2>/dev/null | base64 -w 0) || { kind='?'; text=$(restic dump --no-lock "$1" "$2" 2>&1 >/dev/null | tail -c 4000 | base64 -w 0); }
    echo "$1 $kind $text"
    shift 2
    done`;
}

/** Brings the parts of a snapshot to `target`; its manifest is left for the end. */
export function restoreCommand(
  repository: Repository,
  { snapshot, path }: { snapshot: string; path: string },
  target: string,
): Command {
  return {
    title: `restore ${target} from restic repository ${repository.name}`,
    stdin: environmentOf(repository),
    timeoutSeconds: TRANSFER_SECONDS,
    script: sh`
      ${takeEnvironment}
      restic restore --json --no-lock ${`${snapshot}:${path}`} --target ${target} --exclude ${`/${MANIFEST}`}`,
  };
}
