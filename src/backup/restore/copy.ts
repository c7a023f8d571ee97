import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Command } from '../../host/command.js';
import { type Script, sh } from '../../host/shell.js';
import { CURL, type QdrantOnHost, urlOnHost } from '../../services/qdrant/on-host.js';
import {
  collectionPath,
  HANDED,
  HOLD,
  handOver,
  type QdrantPlace,
  recoverySeconds,
  removeWhenBack,
} from './recover.js';

const ROOM_SECONDS = 420;

export interface Copy {
  name: string;
  target: string;
  /** On the disk, for the time limit. */
  bytes: number;
}

/**
 * Defines `operations`, which prints the numbers of the last operations on the shards of a collection: each write has the
 * next one, whoever sends it, and neither a snapshot nor a restart has one (seen with 1.18.3). Nothing is printed where
 * Qdrant does not tell. It takes `request`.
 */
export function operationsOf(qdrant: QdrantOnHost, name: string): Script {
  const entry = `\\Q{"id":${JSON.stringify(name)},"init_time_ms":\\E.*?"transfers":\\[`;
  return sh`
    operations() {
    local said
    said=$(request --max-time 120 ${urlOnHost(qdrant, '/telemetry?details_level=3')}) || return 1
    printf %s "$said" | grep -oP ${entry} | grep -o '"op_num":[0-9]*' | tr -d '\n' || :
    }`;
}

/**
 * Copies a collection within Qdrant, by a snapshot that is recovered under the other name and removed. Prints what
 * `operations` said before, as `operations …`. Whatever goes wrong, the snapshot is removed, and the half-made copy too. A
 * snapshot of which Qdrant has not told the name, because it did not answer, cannot be told from anybody else's: it stays.
 */
export function copyCommand(qdrant: QdrantPlace, { name, target, bytes }: Copy): Command {
  const [from, to] = [collectionPath(name), collectionPath(target)];
  const seconds = recoverySeconds(bytes);
  const location = pathToFileURL(join(qdrant.snapshots, HOLD, HANDED)).href;
  return {
    title: `copy collection ${name} to ${target}`,
    stdin: JSON.stringify({ location, priority: 'snapshot' }),
    timeoutSeconds: 2 * seconds + ROOM_SECONDS,
    script: sh`
      set -eu
      umask 077
      trap '' PIPE
      own=${join(qdrant.snapshots, name)} hold=${join(qdrant.snapshots, HOLD)}
      body=$(cat)
      request() { ${CURL} -H ${`@${qdrant.keyFile}`} "$@"; }
      code() { request -o /dev/null -w '%{http_code}' --max-time 60 "$@" 2>/dev/null || true; }
      ${operationsOf(qdrant, name)}
      [ "$(code ${urlOnHost(qdrant, to)})" = 404 ] || { echo 'there is something of that name' >&2; exit 1; }
      said=$(operations)
      echo "operations $said" || :
      snapshot=
      forget() { [ -z "$snapshot" ] || rm -f -- "$own/$snapshot" "$own/$snapshot.checksum"; }
      trap forget EXIT
      made=$(request --max-time ${seconds} --fail-with-body -X POST ${urlOnHost(qdrant, `${from}/snapshots?wait=true`)}) ||
      { printf '%s\nQdrant made no snapshot of it, or still makes one in %s\n' "$made" "$own" >&2; exit 1; }
      snapshot=$(printf %b "$(printf %s "$made" | sed -n 's/.*"name":"\([^"]*\)".*/\1/p')")
      file="$own/$snapshot"
      [ -f "$file" ] || { echo 'Qdrant made no snapshot' >&2; exit 1; }
      ${handOver(qdrant.snapshots, sh`'forget; take_back'`)}
      status=0
      answer=$(printf %s "$body" | request --max-time ${seconds} --fail-with-body -X PUT -H 'content-type: application/json' --data-binary @- ${urlOnHost(qdrant, `${to}/snapshots/recover?wait=true`)} 2>&1) || status=$?
      [ $status != 0 ] || exit 0
      printf '%s\n' "$answer" >&2 || :
      ${removeWhenBack(qdrant, to)}
      exit 1`,
  };
}
