import { MANIFEST } from '../../backup/manifest.js';
import { SET_ID_GLOB } from '../../backup/set.js';
import { NOTES } from '../../backup/sets/notes.js';
import { known, type Observation, type ProbeKind } from '../../host/probe.js';
import { sh } from '../../host/shell.js';

/** The sets at `source`, and the directory that is to hold copies of them. */
export interface CopiesQuestion {
  source: string;
  copies: string;
}

/**
 * Where copies lie, as seen from the sets. `disk-not-known` is another file system whose disks cannot be told: of
 * an image, or of a container.
 */
export type CopiesPlace =
  | 'same-file-system'
  | 'same-disk'
  | 'another-disk'
  | 'disk-not-known'
  | 'memory'
  | 'another-machine'
  /** A network file system that this machine serves to itself. */
  | 'this-machine';

export interface Copies {
  place: CopiesPlace;
  /** Type of their file system, as in `ext4`, `nfs4`. */
  fileSystem: string;
  /** The newest sets, and whether the copy of each has the same manifest and parts of the same sizes. */
  sets: Readonly<Record<string, 'same' | 'differs' | 'missing'>>;
}

const NEWEST_COPIES = 4;

/** What each directory of copies holds of the newest sets; null for one that does not exist. */
export const backupCopies: ProbeKind<CopiesQuestion, Copies> = {
  name: 'backup-copies',
  script: (questions) => sh`
    files() { (cd "$1" && find . -type f ${NOTES.map((name) => sh`! -path ./${name}`)} -printf '%P %s\n' | sort); }
    mounted() { findmnt -nvo "$2" -T "$1" | head -n 1; }
    disks() { lsblk -snlo NAME,TYPE "$(mounted "$1" SOURCE)" 2>/dev/null | sed -n 's/ *disk *$//p' | sort -u; }
    place() {
    here=$(disks "$1") there=$(disks "$2")
    if [ "$(stat -c %d -- "$1")" = "$(stat -c %d -- "$2")" ]; then echo same-file-system
    elif [ -z "$here" ] || [ -z "$there" ]; then echo disk-not-known
    elif [ -n "$(comm -12 <(echo "$here") <(echo "$there"))" ]; then echo same-disk
    else echo another-disk
    fi
    }
    compare() {
    echo @copies
    [ -d "$2" ] || { echo absent; return; }
    [ -d "$1" ] || { echo 'no source'; return; }
    type=$(mounted "$2" FSTYPE) && [ -n "$type" ] || type=$(stat -f -c %T -- "$2") || exit 1
    echo "place $(place "$1" "$2") $type $(mounted "$2" SOURCE)"
    find "$1" -mindepth 2 -maxdepth 2 -name ${MANIFEST} -path ${`*/${SET_ID_GLOB}/*`} -printf '%h\n' | sort -r | head -n ${NEWEST_COPIES} |
    while read -r set; do
    id=\${set##*/} state=same
    if [ ! -e "$2/$id/${MANIFEST}" ]; then state=missing
    elif ! cmp -s "$set/${MANIFEST}" "$2/$id/${MANIFEST}" || [ "$(files "$set")" != "$(files "$2/$id")" ]; then state=differs
    fi
    echo "$id $state"
    done
    echo end
    }
    ${questions.map(({ source, copies }) => sh`compare ${source} ${copies};`)}`,
  parse: (stdout, questions) => {
    const answers = stdout.split(/^@copies\n/m).slice(1);
    return questions.map(({ source }, index) => copiesOf(source, answers[index] ?? ''));
  },
};

function copiesOf(source: string, answer: string): Observation<Copies> {
  const [first, ...lines] = answer.trimEnd().split('\n');
  if (first === 'absent') return known<Copies>(null);
  if (first === 'no source') return { status: 'unknown', why: `${source} does not exist` };
  if (lines.pop() !== 'end') throw new Error('the list of copies has no end');
  return known({ ...placeOf(first ?? ''), sets: Object.fromEntries(lines.map(copyOf)) });
}

const MEMORY = /^(?:tmpfs|ramfs|devtmpfs)$/;
const NETWORK = /^(?:nfs4?|cifs|smb[23]?|fuse\.sshfs)$/;
/** `localhost:/x`, `//127.0.0.1/x`, `me@[::1]:x`. */
const OWN = /^(?:\/\/|[^@]*@)?(?:localhost|127\.[\d.]+|\[?::1\]?)[:/]/;

function placeOf(line: string): Pick<Copies, 'place' | 'fileSystem'> {
  const [, seen, fileSystem = '', source = ''] =
    /^place (same-file-system|same-disk|another-disk|disk-not-known) (\S+) (.*)$/.exec(line) ?? [];
  if (seen === undefined) throw new Error(line.slice(0, 80));
  if (MEMORY.test(fileSystem)) return { place: 'memory', fileSystem };
  if (seen === 'same-file-system' || !NETWORK.test(fileSystem))
    return { place: seen as CopiesPlace, fileSystem };
  return { place: OWN.test(source) ? 'this-machine' : 'another-machine', fileSystem };
}

function copyOf(line: string): [string, Copies['sets'][string]] {
  const [, id = '', state] = /^(\S+) (same|differs|missing)$/.exec(line) ?? [];
  if (state === undefined) throw new Error(line.slice(0, 80));
  return [id, state as Copies['sets'][string]];
}
