import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Command } from '../../host/command.js';
import { type Script, sh } from '../../host/shell.js';
import { CURL, type QdrantOnHost, urlOnHost } from '../../services/qdrant/on-host.js';

/** A Qdrant on the host that takes snapshots from a directory of its own. */
export interface QdrantPlace extends QdrantOnHost {
  /** Its `storage.snapshots_path`. */
  snapshots: string;
}

export interface Recovery {
  /** The snapshot on the host. */
  file: string;
  sha256: string;
  bytes: number;
  /** The collection that it becomes; there must be none, and no alias, of that name. */
  target: string;
}

/** Below `snapshots_path`: what is handed to Qdrant lies there for as long as it reads. */
export const HOLD = '.vdb-restore';
export const HANDED = 'collection.snapshot';

/** The script failed, and what it had begun is gone again. */
export const FAILED_AND_REMOVED = 75;
/** The script failed, and Qdrant could not be told to remove what it had begun. */
export const FAILED_AND_LEFT = 76;
/** There is something of that name already; nothing was done. */
export const EXISTS = 77;
/** An alias points to the collection, so it was not removed. */
export const IN_USE = 78;

const LEAST_SECONDS = 900;
/** Reading, unpacking and loading, on a slow disk. */
const BYTES_PER_SECOND = 4_000_000;

/** `/collections/{name}`, encoded. */
export function collectionPath(name: string): string {
  return `/collections/${encodeURIComponent(name)}`;
}

/** Seconds after which a recovery of so many bytes is given up. */
export function recoverySeconds(bytes: number): number {
  return LEAST_SECONDS + Math.ceil(bytes / BYTES_PER_SECOND);
}

/**
 * Has Qdrant make a collection of a snapshot. Qdrant reads files below its `snapshots_path` only, so the file is
 * linked there, or copied where that is another file system, readable for the group of that directory; the set
 * itself stays out of its reach. Should Qdrant fail, or be killed meanwhile, the half-made collection is removed by the
 * same script: it would be in the way of Qdrant's next start, and the operator may be gone by then. A Qdrant that is
 * asked to end finishes a recovery first (seen with 1.18.3).
 * Exits with {@link EXISTS}, {@link FAILED_AND_REMOVED} or {@link FAILED_AND_LEFT}.
 */
export function recoverCommand(qdrant: QdrantPlace, { file, sha256, bytes, target }: Recovery): Command {
  const seconds = recoverySeconds(bytes);
  const location = pathToFileURL(join(qdrant.snapshots, HOLD, HANDED)).href;
  const path = collectionPath(target);
  return {
    title: `recover collection ${target}`,
    stdin: JSON.stringify({ location, priority: 'snapshot', checksum: sha256 }),
    timeoutSeconds: seconds + RETURN_SECONDS + 120,
    script: sh`
      set -eu
      umask 077
      trap '' PIPE
      file=${file} hold=${join(qdrant.snapshots, HOLD)}
      body=$(cat)
      request() { ${CURL} -H ${`@${qdrant.keyFile}`} "$@"; }
      code() { request -o /dev/null -w '%{http_code}' --max-time 60 "$@" 2>/dev/null || true; }
      there=$(code ${urlOnHost(qdrant, path)})
      case $there in
      404) ;;
      200) echo 'there is a collection or an alias of that name' >&2; exit ${EXISTS} ;;
      000) echo 'Qdrant does not answer' >&2; exit 1 ;;
      *) echo "Qdrant answered $there" >&2; exit 1 ;;
      esac
      ${handOver(qdrant.snapshots)}
      status=0
      answer=$(printf %s "$body" | request --max-time ${seconds} --fail-with-body -X PUT -H 'content-type: application/json' --data-binary @- ${urlOnHost(qdrant, `${path}/snapshots/recover?wait=true`)} 2>&1) || status=$?
      [ $status != 0 ] || exit 0
      printf '%s\n' "$answer" >&2 || :
      ${removeWhenBack(qdrant, path)}
      exit ${FAILED_AND_REMOVED}`,
  };
}

/** Qdrant may be on its way up again: systemd restarts it, and it loads its collections first. */
const RETURN_SECONDS = 180;

/**
 * Puts `$file` where Qdrant reads it, until the script ends. Qdrant makes its directory for snapshots when it makes the
 * first one (seen with 1.18.3), so it may have to be made. What an earlier run that was killed has left there is taken
 * back first: a link shares owner and mode with its file. `atEnd` is what the script's trap does, with `take_back` in it.
 */
export function handOver(snapshots: string, atEnd: Script = sh`take_back`): Script {
  return sh`
    [ -d ${snapshots} ] ||
    install -d -m 0700 -o "$(stat -c %u -- ${dirname(snapshots)})" -g "$(stat -c %g -- ${dirname(snapshots)})" -- ${snapshots}
    take_back() {
    [ -d "$hold" ] || return 0
    find "$hold" -type f -exec chown "$(id -u):$(id -g)" {} + -exec chmod 0600 {} +
    rm -rf -- "$hold"
    }
    take_back
    trap ${atEnd} EXIT
    group=$(stat -c %g -- ${snapshots})
    install -d -m 0710 -g "$group" -- "$hold"
    ln -- "$file" "$hold/${HANDED}" 2>/dev/null || cp --reflink=auto -- "$file" "$hold/${HANDED}"
    chgrp "$group" "$hold/${HANDED}"
    chmod 0640 "$hold/${HANDED}"`;
}

/**
 * Removes a collection once Qdrant answers, unless an alias points to it by then: that is asked right before. Ends the
 * script with {@link IN_USE} or {@link FAILED_AND_LEFT} where it stays.
 */
export function removeWhenBack(qdrant: QdrantOnHost, path: string): Script {
  const { returnSeconds = RETURN_SECONDS } = qdrant;
  const patience = Math.min(returnSeconds, 60);
  return sh`
    gone=
    end=$((SECONDS + ${returnSeconds}))
    while [ "$SECONDS" -lt "$end" ]; do
    case $(request --max-time ${patience} ${urlOnHost(qdrant, `${path}/aliases`)} 2>/dev/null || :) in
    *'"alias_name"'*) echo 'an alias points to it' >&2; exit ${IN_USE} ;;
    '') sleep 2; continue ;;
    esac
    case $(code --max-time ${patience} -X DELETE ${urlOnHost(qdrant, `${path}?timeout=60`)}) in
    200|404) gone=yes; break ;;
    esac
    sleep 2
    done
    [ -n "$gone" ] && [ "$(code ${urlOnHost(qdrant, path)})" = 404 ] || exit ${FAILED_AND_LEFT}`;
}

/** Removes a collection that no alias points to; one that is not there is as good. Exits with {@link IN_USE}. */
export function discardCommand(qdrant: QdrantOnHost, name: string): Command {
  return {
    title: `remove collection ${name}`,
    timeoutSeconds: RETURN_SECONDS + 120,
    script: sh`
      set -eu
      trap '' PIPE
      request() { ${CURL} -H ${`@${qdrant.keyFile}`} "$@"; }
      code() { request -o /dev/null -w '%{http_code}' --max-time 60 "$@" 2>/dev/null || true; }
      ${removeWhenBack(qdrant, collectionPath(name))}`,
  };
}

/** Indexes a payload field as the set has it. */
export function indexCommand(
  qdrant: QdrantOnHost,
  collection: string,
  { field, schema }: { field: string; schema: unknown },
): Command {
  return {
    title: `index ${collection}.${field}`,
    stdin: JSON.stringify({ field_name: field, field_schema: schema }),
    timeoutSeconds: 3700,
    script: sh`
      ${CURL} --max-time 3600 --fail-with-body -X PUT -H ${`@${qdrant.keyFile}`} -H 'content-type: application/json' --data-binary @- ${urlOnHost(qdrant, `${collectionPath(collection)}/index?wait=true`)} >&2`,
  };
}
