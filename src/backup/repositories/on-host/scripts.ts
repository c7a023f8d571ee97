import type { Command } from '../../../host/command.js';
import { argumentsText, type Script, sh, TAKE_ARGUMENTS } from '../../../host/shell.js';
import { type BackupManifest, type BackupPart, MANIFEST, manifestText } from '../../manifest.js';
import { DRILLED, VERIFIED } from '../../sets/notes.js';

/** Exit codes of the scripts: the source is not what its manifest says; what was written is not what was read. */
export const SOURCE_DAMAGED = 65;
export const WRITTEN_DAMAGED = 74;

/** What a part came to, as the last line of a script. */
export const THERE = 'there';
export const BROUGHT = 'brought';

/** Long enough for a slow disk, and not for a dead one. */
function secondsFor(bytes: number): number {
  return 600 + Math.ceil(bytes / 1_000_000);
}

/**
 * `hash FILE` reads back from the disk and leaves nothing in the page cache; dd's own flag for that on writing would
 * hide why a write fails. `watch FILE TOTAL` tells once a second how much there is; it waits for a pipe on which nothing
 * comes, because a sleep would outlive it.
 */
const HELPERS = sh`
  hash() { dd if="$1" bs=1M iflag=nocache status=none | sha256sum | cut -c 1-64; }
  size() { stat -c %s -- "$1"; }
  watch() { while ! read -rt 1 <&9; do [ ! -f "$1" ] || echo "progress $(size "$1") $2"; done 9<> <(:); }`;

/** Ends before anything is written where the part is there with its hash. Removes what is left of an attempt. */
function begin(target: string, { path, bytes, sha256 }: BackupPart): Script {
  const file = `${target}/${path}`;
  return sh`
    set -eu
    set -o pipefail
    export LC_ALL=C.UTF-8
    umask 077
    ${HELPERS}
    f=${file}
    t="$f.part"
    if [ -f "$f" ] && [ ! -L "$f" ] && [ "$(size "$f")" = ${bytes} ] && [ "$(hash "$f")" = ${sha256} ]; then
    echo ${THERE}
    exit 0
    fi
    mkdir -p "$(dirname "$f")"
    watch "$t" ${bytes} &
    w=$!
    trap 'kill "$w" 2>/dev/null; rm -f "$t"' EXIT`;
}

/** What was written has its name once it was read back and is right. */
function end({ bytes, sha256 }: BackupPart): Script {
  return sh`
    [ "$(size "$t")" = ${bytes} ] && [ "$(hash "$t")" = ${sha256} ] || { echo "$t was not written as it was read" >&2; exit ${WRITTEN_DAMAGED}; }
    mv -fT "$t" "$f"
    sync "$(dirname "$f")"
    echo ${BROUGHT}`;
}

/** Copies a part of a set from one directory of the host to another, unless it is there with its hash. */
export function copyPartCommand(source: string, target: string, part: BackupPart): Command {
  const { path, bytes, sha256 } = part;
  return {
    title: `copy ${path} to ${target}`,
    timeoutSeconds: 3 * secondsFor(bytes),
    script: sh`
      ${begin(target, part)}
      s=${`${source}/${path}`}
      [ -f "$s" ] || { echo "$s is missing" >&2; exit ${SOURCE_DAMAGED}; }
      [ "$(size "$s")" = ${bytes} ] || { echo "$s has $(size "$s") bytes in place of ${bytes}" >&2; exit ${SOURCE_DAMAGED}; }
      dd if="$s" of="$t" bs=1M iflag=nocache conv=fsync status=none
      if [ "$(hash "$t")" != ${sha256} ] && [ "$(hash "$s")" != ${sha256} ]; then
      echo "$s was changed since it was taken" >&2
      exit ${SOURCE_DAMAGED}
      fi
      ${end(part)}`,
  };
}

/** Takes a part from standard input, a file of the operator's machine. */
export function receivePartCommand(target: string, part: BackupPart, file: string): Command {
  const { path, bytes } = part;
  return {
    title: `receive ${path}`,
    timeoutSeconds: 3 * secondsFor(bytes),
    stdin: { file },
    script: sh`
      ${begin(target, part)}
      dd of="$t" bs=1M iflag=fullblock conv=fsync status=none
      ${end(part)}`,
  };
}

/**
 * Gives parts that lie whole in `staging` their places in `target`, and says of each part, by its number, whether it was
 * in its place, came to it, or is missing. What is in its place and not whole stays until it is replaced.
 */
export function placePartsCommand(staging: string, target: string, parts: readonly BackupPart[]): Command {
  return {
    title: `compare the parts of ${target}`,
    timeoutSeconds: parts.reduce((sum, { bytes }) => sum + 2 * secondsFor(bytes), 0),
    stdin: argumentsText(parts.flatMap(({ path, bytes, sha256 }) => [path, bytes, sha256])),
    script: sh`
      set -eu
      set -o pipefail
      export LC_ALL=C.UTF-8
      umask 077
      ${HELPERS}
      whole() { [ -f "$1" ] && [ ! -L "$1" ] && [ "$(size "$1")" = "$2" ] && [ "$(hash "$1")" = "$3" ]; }
      i=0
      ${TAKE_ARGUMENTS}
      while [ $# -ge 3 ]; do
      t=${target}/"$1" s=${staging}/"$1"
      if whole "$t" "$2" "$3"; then
      echo "${THERE} $i"
      elif whole "$s" "$2" "$3"; then
      mkdir -p "$(dirname "$t")"
      sync "$s"
      mv -fT "$s" "$t"
      sync "$(dirname "$t")"
      echo "${BROUGHT} $i"
      else
      echo "missing $i"
      fi
      i=$((i + 1))
      shift 3
      done`,
  };
}

/** Removes what is left in `staging`, and the directory of a set in which nothing is. */
export function leaveStagingCommand(staging: string, target: string): Command {
  return {
    title: `remove ${staging}`,
    timeoutSeconds: 3600,
    script: sh`
      rm -rf -- ${staging} || exit 1
      [ ! -d ${target} ] || find ${target} -depth -type d -empty -delete`,
  };
}

/** Makes what lies in `target` a set: its manifest, by a rename. What an earlier verification saw is not what is there now. */
export function manifestCommand(target: string, manifest: BackupManifest): Command {
  const content = manifestText(manifest);
  return {
    title: `write the manifest of ${target}`,
    stdin: content,
    script: sh`
      set -eu
      umask 077
      cd ${target}
      trap 'rm -f .${MANIFEST}.next' EXIT
      cat > .${MANIFEST}.next
      [ "$(stat -c %s .${MANIFEST}.next)" = ${Buffer.byteLength(content)} ]
      sync .${MANIFEST}.next
      rm -f ${[VERIFIED, DRILLED]}
      mv -fT .${MANIFEST}.next ${MANIFEST}
      sync . ..`,
  };
}

/** How much of a set is not there by size, and how much room there is, in bytes: `need N` and `free N`. */
export function roomScript(target: string, parts: readonly BackupPart[]): Script {
  return sh`
    set -eu
    export LC_ALL=C.UTF-8
    need=0
    set -- ${parts.flatMap(({ path, bytes }) => [path, bytes])}
    while [ $# -ge 2 ]; do
    [ "$(stat -c %s -- ${target}/"$1" 2>/dev/null || true)" = "$2" ] || need=$((need + $2))
    shift 2
    done
    d=${target}
    while [ ! -d "$d" ]; do d=$(dirname "$d"); done
    echo "need $need"
    echo "free $(($(stat -f -c '%a * %S' "$d")))"`;
}
