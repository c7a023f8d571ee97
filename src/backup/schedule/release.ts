import { type Change, defineResource, type Resource } from '../../engine/resource.js';
import type { Command } from '../../host/command.js';
import { ask, known, type Observation, type ProbeKind } from '../../host/probe.js';
import { sh } from '../../host/shell.js';
import { type Bundle, SUMS } from './bundle.js';
import { NODE } from './place.js';

/** A release of vdb on the host. */
export interface VdbRelease {
  /** sha256 of its list of files; empty when it has none. */
  sums: string;
  /** Every file is as the list says. */
  whole: boolean;
  /** Somebody besides root could change it. */
  open: boolean;
}

/** Hashes what lies in each directory; null for one that does not exist. */
export const vdbReleases: ProbeKind<string, VdbRelease> = {
  name: 'vdb-release',
  script: (directories) => sh`
    release() {
    [ -d "$1" ] || { echo absent; return; }
    cd "$1" || exit 1
    sums=$(sha256sum ${SUMS} 2>/dev/null | cut -d' ' -f1)
    whole=no; sha256sum --quiet --strict -c ${SUMS} >/dev/null 2>&1 && whole=yes
    open=no; [ -z "$(find . \( ! -user root -o -perm /022 \) -print -quit)" ] || open=yes
    echo "release $whole $open $sums"
    }
    ${directories.map((directory) => sh`release ${directory};`)}`,
  parse: (stdout, directories) => {
    const lines = stdout.trimEnd().split('\n');
    return directories.map((_, index) => releaseOf(lines[index] ?? ''));
  },
};

function releaseOf(line: string): Observation<VdbRelease> {
  if (line === 'absent') return known<VdbRelease>(null);
  const [, whole, open, sums] = /^release (yes|no) (yes|no) ([0-9a-f]{64}|)$/.exec(line) ?? [];
  if (sums === undefined) throw new Error(line.slice(0, 80));
  return known({ sums, whole: whole === 'yes', open: open === 'yes' });
}

/** vdb itself in a directory of its own. It appears complete, verified and tried, or not at all. */
export function vdbRelease(directory: string, bundle: Bundle): Resource {
  return defineResource<VdbRelease>({
    id: `vdb-release:${directory}`,
    title: `vdb ${bundle.name}`,
    probe: ask(vdbReleases, directory),
    diff: (have) => releaseDiff(bundle, have),
    apply: () => [installVdb(directory, bundle)],
    explain: ({ stderr }) =>
      /does not run here/.test(stderr)
        ? {
            meaning: 'The host has a Node that cannot run vdb; nothing was switched.',
            next: 'Run backups from this machine: vdb backup schedule install --on here',
          }
        : null,
  });
}

function releaseDiff({ version, sums }: Bundle, have: VdbRelease | null): Change | null {
  if (have === null) return { action: 'install', summary: `install version ${version}` };
  if (have.sums !== sums || !have.whole)
    return { action: 'install', summary: 'its files are not those of this version' };
  return have.open ? { action: 'install', summary: 'others than root could change its files' } : null;
}

function installVdb(directory: string, { version, sums, archive, archiveSha256 }: Bundle): Command {
  return {
    title: `install vdb ${version}`,
    stdin: archive,
    script: sh`
      set -eu
      umask 022
      dir=${directory}
      w=$(mktemp -d "$(dirname "$dir")/.vdb.XXXXXXXX")
      trap 'rm -rf "$w"' EXIT
      chmod 0755 "$w"
      cat > "$w/archive"
      sum=$(sha256sum "$w/archive" | cut -d' ' -f1)
      [ "$sum" = ${archiveSha256} ] || { echo "what arrived has sha256 $sum, want "${archiveSha256} >&2; exit 1; }
      mkdir "$w/new"
      tar -xzf "$w/archive" --no-same-owner -C "$w/new"
      ( cd "$w/new" && echo ${`${sums}  ${SUMS}`} | sha256sum --quiet -c && sha256sum --quiet --strict -c ${SUMS} ) >&2
      said=$(cd / && timeout 60 ${NODE} "$w/new/bin/vdb" --version 2>&1 </dev/null) || {
      printf '%s\n' "$said" >&2
      echo "vdb does not run here (node is $(${NODE} --version 2>&1))" >&2
      exit 1
      }
      [ "$said" = ${version} ] || { echo "it calls itself $said, not "${version} >&2; exit 1; }
      find "$w/new" -type f -exec sync {} +
      [ ! -e "$dir" ] || mv -T "$dir" "$w/old"
      mv -T "$w/new" "$dir" || { mv -T "$w/old" "$dir"; exit 1; }`,
    timeoutSeconds: 600,
  };
}

/** Releases besides the one that is kept, and what a killed run left of one. */
const olderReleases: ProbeKind<{ directory: string; keep: string }, string[]> = {
  name: 'older-vdb-releases',
  script: (questions) => sh`
    ${questions.map(({ directory }) => sh`echo @releases; [ ! -d ${directory} ] || find ${directory} -mindepth 1 -maxdepth 1 -type d -printf '%f\n' || exit 1;`)}`,
  parse: (stdout, questions) => {
    const answers = stdout.split(/^@releases\n/m).slice(1);
    return questions.map(({ keep }, index) => {
      const names = (answers[index] ?? '').split('\n').filter((name) => name !== '' && name !== keep);
      return known(names.length === 0 ? null : names.sort());
    });
  },
};

/** No release of vdb but `keep`. Nothing of vdb runs on the host meanwhile: the run has its lock. */
export function onlyRelease(directory: string, keep: string): Resource {
  return defineResource<string[]>({
    id: `older-vdb-releases:${directory}`,
    title: 'older releases of vdb',
    probe: ask(olderReleases, { directory, keep }),
    diff: (names) => (names === null ? null : { action: 'remove', summary: `remove ${names.join(', ')}` }),
    apply: (_, names) => [
      {
        title: 'remove older releases of vdb',
        script: sh`cd ${directory} && rm -rf --one-file-system -- ${names ?? []}`,
      },
    ],
  });
}
