import type { Config } from '../../config/schema.js';
import { EXIT, VdbError } from '../../errors.js';
import type { Command } from '../../host/command.js';
import type { Host } from '../../host/host.js';
import { type Script, sh } from '../../host/shell.js';
import { filesOfSlots } from '../../services/registry/registry.js';

/** A file of a set's archive, compared with the one on the host. Sizes in bytes. */
export interface ConfigurationFile {
  path: string;
  /**
   * `missing`: the host has none. `differs`: in content, mode or owner. `bound`: either, and it is left alone, as it holds
   * for one machine, or for what ran on it when the set was taken.
   */
  state: 'missing' | 'differs' | 'bound';
  archived: number;
  there: number | null;
}

/** What an archive may bring back: everything else in it is left alone. */
export interface ConfigurationRestore {
  /** The archive on the host. */
  archive: string;
  /** Where the files that are replaced are kept, as an archive. */
  keep: string;
  /** Files that are left alone, see {@link boundFiles}. */
  bound: readonly string[];
}

/**
 * Files of an archive that are there to be read, and never brought back: another machine does not boot with the file
 * systems of this one, and vdb, as others who look for it on the host, must know the slot that runs, not the one that ran. Mount and swap units are of that kind
 * too. Pure.
 */
export function boundFiles(config: Pick<Config, 'paths'>): string[] {
  return ['/etc/fstab', `${config.paths.state}/state.json`, ...filesOfSlots(config)];
}

const LISTING_SECONDS = 300;

/**
 * Files of an archive that are not on the host as they are in it, by path. Only looks. Throws
 * `restore.configuration-unseen` when the archive cannot be read.
 */
export async function compareConfiguration(
  host: Host,
  { archive, bound }: Pick<ConfigurationRestore, 'archive' | 'bound'>,
): Promise<ConfigurationFile[]> {
  const { stdout, stderr, exitCode } = await host.read(
    sh`
      set -euo pipefail
      export LC_ALL=C.UTF-8
      work=$(mktemp -d)
      trap 'rm -rf -- "$work"' EXIT
      ${differingFiles(archive, bound)}
      list() {
      while IFS= read -r -d '' path; do
      there=-
      [ ! -f "/$path" ] || there=$(stat -c %s -- "/$path")
      printf '%s %s %s %s\n' "$1" "$(stat -c %s -- "$work/new/$path")" "$there" "$(printf %s "$path" | base64 -w 0)"
      done <"$work/$1"
      }
      list differing
      list bound`,
    { timeoutMs: LISTING_SECONDS * 1000 },
  );
  if (exitCode === 0) return filesOf(stdout);
  throw new VdbError(`The configuration in ${archive} cannot be compared: ${stderr.trim()}`, {
    code: 'restore.configuration-unseen',
    exitCode: EXIT.failed,
    host: host.target,
    meaning: 'Nothing was changed.',
    next: 'vdb backup verify SET tells whether its file is damaged; vdb backup list shows other sets.',
  });
}

/** Pure. */
export function filesOf(stdout: string): ConfigurationFile[] {
  return stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line): ConfigurationFile => {
      const [, list, archived, there, base64] = /^(differing|bound) (\d+) (\d+|-) (\S*)$/.exec(line) ?? [];
      if (base64 === undefined) throw new Error(`unreadable: ${line.slice(0, 80)}`);
      const path = `/${Buffer.from(base64, 'base64').toString('utf8')}`;
      const isThere = there !== '-';
      return {
        path,
        state: list === 'bound' ? 'bound' : isThere ? 'differs' : 'missing',
        archived: Number(archived),
        there: isThere ? Number(there) : null,
      };
    });
}

/**
 * Unpacks the archive to `$work/new` and writes the paths of its regular files that differ, in content, mode or owner, to
 * `$work/differing`, and those of them that are left alone to `$work/bound`, with a NUL after each. Links, and directories
 * that are there, are the host's own.
 */
function differingFiles(archive: string, bound: readonly string[]): Script {
  return sh`
    mkdir -- "$work/new"
    umask 022
    tar --extract --file ${archive} --directory "$work/new" --same-owner --same-permissions --no-overwrite-dir
    umask 077
    (cd "$work/new" && find . -type f -printf '%P\0' | sort -z) >"$work/files"
    while IFS= read -r -d '' path; do
    [ ! -L "/$path" ] && [ -f "/$path" ] &&
    [ "$(stat -c '%a %u %g %s' -- "/$path")" = "$(stat -c '%a %u %g %s' -- "$work/new/$path")" ] &&
    cmp -s -- "/$path" "$work/new/$path" || printf '%s\0' "$path"
    done <"$work/files" >"$work/all"
    : >"$work/differing"; : >"$work/bound"
    is_bound() {
    case "/$1" in /etc/systemd/system/*.mount | /etc/systemd/system/*.automount | /etc/systemd/system/*.swap) return 0 ;; esac
    for other in ${bound}; do [ "/$1" != "$other" ] || return 0; done
    return 1
    }
    while IFS= read -r -d '' path; do
    if is_bound "$path"; then list=bound; else list=differing; fi
    printf '%s\0' "$path" >>"$work/$list"
    done <"$work/all"`;
}

/** Replaces the files that differ, and returns their paths. What was there is kept first, in an archive. */
export async function replaceConfiguration(host: Host, restore: ConfigurationRestore): Promise<string[]> {
  const { stdout } = await host.run(replaceCommand(restore));
  return stdout.split('\n').flatMap((line) => (line.startsWith('replaced ') ? [pathIn(line)] : []));
}

function pathIn(line: string): string {
  return `/${Buffer.from(line.slice('replaced '.length), 'base64').toString('utf8')}`;
}

/**
 * Each file is written aside and renamed, in a directory that is made as the archive has it where there is none. Where no
 * file differs, nothing is done and nothing kept. A file that is a link on the host is left alone: what it points to is
 * not this archive's to change.
 */
export function replaceCommand({ archive, keep, bound }: ConfigurationRestore): Command {
  return {
    title: 'replace configuration files',
    timeoutSeconds: 900,
    script: sh`
      set -euo pipefail
      trap '' PIPE
      export LC_ALL=C.UTF-8
      umask 077
      work=$(mktemp -d)
      trap 'rm -rf -- "$work" '${`${keep}.part`} EXIT
      ${differingFiles(archive, bound)}
      directory() {
      [ ! -d "/$1" ] || return 0
      case $1 in */*) directory "\${1%/*}" ;; esac
      install -d -m "$(stat -c %a -- "$work/new/$1")" -o "$(stat -c %u -- "$work/new/$1")" -g "$(stat -c %g -- "$work/new/$1")" -- "/$1"
      }
      [ -s "$work/differing" ] || exit 0
      [ ! -e ${keep} ] || { echo ${`${keep} is there already`} >&2; exit 1; }
      while IFS= read -r -d '' path; do [ ! -f "/$path" ] || printf '%s\0' "$path"; done <"$work/differing" >"$work/kept"
      mkdir -p -- "$(dirname -- ${keep})"
      tar --create --file ${`${keep}.part`} --format=pax --directory / --null --files-from="$work/kept"
      sync ${`${keep}.part`}
      mv -fT -- ${`${keep}.part`} ${keep}
      while IFS= read -r -d '' path; do
      [ ! -L "/$path" ] || continue
      case $path in */*) directory "\${path%/*}" ;; esac
      aside=$(mktemp "/$(dirname -- "$path")/.vdb.XXXXXXXX")
      cp --preserve=mode,ownership,timestamps -- "$work/new/$path" "$aside"
      sync "$aside"
      mv -fT -- "$aside" "/$path"
      printf 'replaced %s\n' "$(printf %s "$path" | base64 -w 0)" || :
      done <"$work/differing"`,
  };
}
