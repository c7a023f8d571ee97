import { join } from 'node:path';
import type { Command } from '../../host/command.js';
import { type Script, sh } from '../../host/shell.js';
import type { Endpoint } from '../qdrant-requests.js';
import { fileNameOf, INTENT_PREFIX, snapshotPart } from './files.js';
import { TOOLS } from './tools.js';

/** The Qdrant that is backed up, on the host. */
export interface QdrantPlace extends Endpoint {
  /** The systemd unit that runs it. */
  unit: string;
  /** Where it keeps snapshots, in a directory for each collection. */
  snapshots: string;
  /** Where it builds them. */
  temp: string;
}

export interface SnapshotOrder {
  qdrant: QdrantPlace;
  collection: string;
  /** The directory of the set. */
  directory: string;
  /** Bytes that the snapshot will have, more or less. */
  estimate: number;
}

/** The script ends with it where there is no such collection (any more). */
export const GONE = 44;

/** Half a minute would do for most; a server with many collections loads for minutes. */
const RESTART_SECONDS = 300;
const DAY_SECONDS = 86_400;

/**
 * Makes one snapshot and brings it into the set: a hard link where that is possible, else a copy. Qdrant's own file is
 * deleted before the script ends, however it ends. An answer that did not come is never asked for twice, unless the
 * Qdrant that was asked has ended: what that one had begun is gone.
 */
export function snapshotCommand({ qdrant, collection, directory, estimate }: SnapshotOrder): Command {
  const part = join(directory, snapshotPart(collection));
  const intent = join(directory, `${INTENT_PREFIX}${fileNameOf(collection)}`);
  return {
    title: `take a snapshot of collection ${collection}`,
    timeoutSeconds: DAY_SECONDS,
    skipCodes: [GONE],
    script: sh`
      ${TOOLS}
      set=${directory} part=${part} intent=${intent} estimate=${estimate}
      ${snapshotTools(qdrant)}
      ${collectionVariables(collection, qdrant)}
      answered=yes name= checksum= removed= sealed=
      finish() {
        local rc=$?
        trap - EXIT
        [ -n "$sealed" ] || rm -f -- "$part"
        if [ -n "$name" ]; then remove "\${name%.snapshot}"; removed=yes; fi
        if [ -n "$removed" ]; then rm -f -- "$intent"
        elif [ -n "$answered" ]; then forget unfinished || :
        fi
        exit $rc
      }
      trap finish EXIT
      trap 'exit 1' HUP INT TERM
      before=$(entries)
      printf '%s\n' "$collection" "$before" > "$set/.intent"
      sync -- "$set/.intent"
      mv -fT -- "$set/.intent" "$intent"
      mkdir -p -- "$(dirname -- "$part")"
      base=$(space)
      from=$(instant)
      ${POST}
      until=$(instant)
      [ -f "$snapshots/$name" ] || fail "Qdrant made $name, which is not in $snapshots"
      size() { stat -c %s -- "$part" 2>/dev/null || echo 0; }
      rm -f -- "$part"
      ln -P -- "$snapshots/$name" "$part" 2>/dev/null ||
      telling taking "$(stat -c %s -- "$snapshots/$name")" size cp -P --sparse=never -- "$snapshots/$name" "$part"
      [ -f "$part" ] && [ ! -L "$part" ] || fail "$snapshots/$name is no file"
      remove "\${name%.snapshot}"
      name= removed=yes
      seal "$part"
      [ -z "$checksum" ] || [ "$hash" = "$checksum" ] || fail "The snapshot has the hash $hash; Qdrant says $checksum"
      sealed=yes
      tell_part "$from" "$until"`,
  };
}

/**
 * Functions that the sweep needs too: of a collection, what is new in its directory, and how that is removed. The intent
 * is touched for as long as its run lives, so that what was begun later is somebody else's: with `latest`, `stems` leaves
 * that out. The names that Qdrant gives end in the second, in UTC.
 */
export function snapshotTools({ port, keyFile, unit, temp }: QdrantPlace): Script {
  const base = `http://127.0.0.1:${port}`;
  return sh`
    base_url=${base} temp=${temp}
    api() { curl -q -sS -g --noproxy '*' --connect-timeout 3 -H ${`@${keyFile}`} "$@"; }
    invocation() { systemctl show -p InvocationID --value -- ${unit}; }
    entries() { [ ! -e "$snapshots" ] || ls -A -- "$snapshots" | sort; }
    latest=
    stems() {
      local stem
      comm -13 <(printf '%s\n' "$before") <(entries) | sed -nE 's/\.(snapshot(\.checksum|\.tmp)?|tmp)$//p' | sort -u |
      while IFS= read -r stem; do
        if [[ -n $latest && $stem =~ -([0-9]{4}(-[0-9]{2}){5})$ && \${BASH_REMATCH[1]} > $latest ]]; then continue; fi
        printf '%s\n' "$stem"
      done
    }
    making() { api --max-time 10 "$base_url/metrics" 2>/dev/null | grep -F 'snapshot_creation_running{id="'"$collection"'"' | grep -qv ' 0$'; }
    remove() {
      api --max-time 60 -o /dev/null -X DELETE "$url/$encoded\${1#"$collection"}.snapshot?wait=true" 2>/dev/null || :
      rm -f -- "$snapshots/$1".snapshot "$snapshots/$1".snapshot.checksum "$snapshots/$1".snapshot.tmp "$snapshots/$1".tmp
      [ "$(api --max-time 10 -o /dev/null -w '%{http_code}' "\${url%/snapshots}" 2>/dev/null)" != 404 ] || rmdir -- "$snapshots" 2>/dev/null || :
    }
    unfinished() { [ ! -s "$snapshots/$1.snapshot.checksum" ]; }
    forget() {
      local found
      found=$(stems)
      case $found in *$'\n'*) return 1 ;; esac
      [ -z "$found" ] || "\${1:-true}" "$found" || return 1
      [ -z "$found" ] || remove "$found"
      rm -f -- "$intent"
    }
    space() { du -sB1 -- "$temp" "$snapshots" 2>/dev/null | awk '{ n += $1 } END { printf "%d\n", n }' || :; }
    growth() { touch -c -- "$intent"; echo $(($(space) - base)); }`;
}

/** Sets what the functions of {@link snapshotTools} work on. */
export function collectionVariables(
  collection: string,
  { snapshots }: Pick<QdrantPlace, 'snapshots'>,
): Script {
  const encoded = encodeURIComponent(collection);
  return sh`
    collection=${collection} encoded=${encoded} snapshots=${join(snapshots, collection)}
    url=$base_url/collections/$encoded/snapshots`;
}

/** Sets `name` and `checksum` of the snapshot that Qdrant made. */
const POST = sh`
  answering() {
    local since=$SECONDS
    until [ "$(api --max-time 5 -o /dev/null -w '%{http_code}' "$base_url/readyz" 2>/dev/null)" = 200 ]; do
      [ $((SECONDS - since)) -lt ${RESTART_SECONDS} ] || return 1
      pause 1
    done
  }
  awaited() {
    local since=$SECONDS found grown=
    while [ $((SECONDS - since)) -lt ${RESTART_SECONDS} ]; do
      found=$(stems)
      [ ! -f "$snapshots/$found.snapshot.checksum" ] || { echo "$found.snapshot"; return; }
      if making || [ "$(growth)" != "$grown" ]; then since=$SECONDS grown=$(growth); fi
      pause 2
    done
    return 1
  }
  gone() { [ "$(api --max-time 60 -o /dev/null -w '%{http_code}' "\${url%/snapshots}")" = 404 ]; }
  born=$(invocation)
  for attempt in 1 2 3; do
    touch -- "$intent"
    answered=
    if said=$(telling taking "$estimate" growth api -X POST -w '\n%{http_code}' "$url?wait=true"); then
      answered=yes
      if [ "\${said##*$'\n'}" != 200 ]; then
        ! gone || exit ${GONE}
        fail "Qdrant answered \${said##*$'\n'}: \${said%$'\n'*}"
      fi
      name=$(sed -nE 's/.*"name":"([^"]*)".*/\1/p' <<<"$said")
      checksum=$(sed -nE 's/.*"checksum":"([0-9a-f]{64})".*/\1/p' <<<"$said")
      [ -n "$name" ] || fail "Qdrant did not say what it made: $said"
      break
    fi
    answering || fail "Qdrant ended the connection while it made the snapshot, and did not answer again within ${RESTART_SECONDS} s"
    if [ "$(invocation)" = "$born" ]; then
      name=$(awaited) || fail "Qdrant ended the connection while it made the snapshot, and no snapshot came of it within ${RESTART_SECONDS} s"
      checksum=$(cat -- "$snapshots/$name.checksum")
      answered=yes
      break
    fi
    answered=yes born=$(invocation)
    found=$(stems)
    case $found in *$'\n'*) fail "Qdrant was restarted while it made the snapshot; of several new ones in $snapshots it is not known which is ours" ;; esac
    [ -z "$found" ] || remove "$found"
    say "restarted"
    from=$(instant)
  done
  [ -n "$name" ] || fail "Qdrant was restarted three times while it made the snapshot"`;
