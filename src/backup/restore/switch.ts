import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Command } from '../../host/command.js';
import { sh } from '../../host/shell.js';
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

/** The collection was written to since it was counted: nothing was done. */
export const MOVED_ON = 65;
/** The name is gone, and Qdrant did not take the alias in its place. */
export const NAMELESS = 66;

const PATIENCE_SECONDS = 180;

/** An alias and the collection that it is to stand for. */
export interface AliasMove {
  alias: string;
  /** Null where it is to be no more. */
  to: string | null;
}

/**
 * The body that moves aliases in one request. Qdrant replaces those that are there. It does the actions one after the
 * other and keeps what it has done when one fails (seen with 1.18.3), so no alias is deleted that is to move. Pure.
 */
export function aliasBody(moves: readonly AliasMove[]): string {
  const actions = [
    ...moves.flatMap(({ alias, to }) =>
      to === null ? [] : [{ create_alias: { alias_name: alias, collection_name: to } }],
    ),
    ...moves.flatMap(({ alias, to }) => (to === null ? [{ delete_alias: { alias_name: alias } }] : [])),
  ];
  return JSON.stringify({ actions });
}

/** Moves all of them in one request. */
export function aliasCommand(qdrant: QdrantOnHost, moves: readonly AliasMove[]): Command {
  return {
    title: `switch ${moves.map(({ alias }) => alias).join(', ')}`,
    stdin: aliasBody(moves),
    timeoutSeconds: 150,
    script: sh`
      ${CURL} --max-time 120 --fail-with-body -X POST -H ${`@${qdrant.keyFile}`} -H 'content-type: application/json' --data-binary @- ${urlOnHost(qdrant, '/collections/aliases?timeout=60')} >&2`,
  };
}

export interface Exchange {
  /** The collection that makes room for an alias of its name. */
  name: string;
  /** Its points: with another number it is left alone. */
  points: number;
  /** The alias of its name, and those that Qdrant removes with the collection. */
  moves: readonly AliasMove[];
}

/**
 * Removes a collection and has aliases take its name and its aliases. In between the name means nothing: the script
 * prints for how long, as `nameless MILLISECONDS`, and does not give up before the aliases are there, whatever becomes
 * of the operator. Exits with {@link MOVED_ON} or {@link NAMELESS}.
 */
export function exchangeCommand(qdrant: QdrantOnHost, { name, points, moves }: Exchange): Command {
  const path = collectionPath(name);
  return {
    title: `put the restored ${name} in the place of the collection`,
    stdin: aliasBody(moves),
    timeoutSeconds: PATIENCE_SECONDS + 240,
    script: sh`
      set -eu
      trap '' PIPE
      actions=$(cat)
      request() { ${CURL} -H ${`@${qdrant.keyFile}`} -H 'content-type: application/json' "$@"; }
      counted=$(request --max-time 120 --fail-with-body -X POST --data-binary '{"exact":true}' ${urlOnHost(qdrant, `${path}/points/count`)} | sed -n 's/.*"count":\([0-9]*\).*/\1/p')
      [ "$counted" = ${points} ] || { echo "it has $counted points now, and not "${points} >&2; exit ${MOVED_ON}; }
      since=$(date +%s%3N)
      request --max-time 120 --fail-with-body -X DELETE ${urlOnHost(qdrant, `${path}?timeout=60`)} >/dev/null ||
      { [ "$(request -o /dev/null -w '%{http_code}' ${urlOnHost(qdrant, path)})" = 404 ] || exit 1; }
      end=$((SECONDS + ${PATIENCE_SECONDS}))
      until said=$(printf %s "$actions" | request --max-time 60 --fail-with-body -X POST --data-binary @- ${urlOnHost(qdrant, '/collections/aliases?timeout=60')} 2>&1); do
      [ "$SECONDS" -lt "$end" ] || { printf '%s\n' "$said" >&2; exit ${NAMELESS}; }
      sleep 0.5
      done
      echo "nameless $(($(date +%s%3N) - since))" || :`,
  };
}

export interface Copy {
  name: string;
  target: string;
  /** On the disk, for the time limit. */
  bytes: number;
}

/**
 * Copies a collection within Qdrant, by a snapshot that is recovered under the other name and removed. Whatever goes
 * wrong, snapshots that were not there before are removed, and the half-made copy too.
 */
export function copyCommand(qdrant: QdrantPlace, { name, target, bytes }: Copy): Command {
  const [from, to] = [collectionPath(name), collectionPath(target)];
  const seconds = recoverySeconds(bytes);
  const location = pathToFileURL(join(qdrant.snapshots, HOLD, HANDED)).href;
  return {
    title: `copy collection ${name} to ${target}`,
    stdin: JSON.stringify({ location, priority: 'snapshot' }),
    timeoutSeconds: 2 * seconds + PATIENCE_SECONDS + 240,
    script: sh`
      set -eu
      umask 077
      trap '' PIPE
      own=${join(qdrant.snapshots, name)} hold=${join(qdrant.snapshots, HOLD)}
      body=$(cat)
      request() { ${CURL} -H ${`@${qdrant.keyFile}`} "$@"; }
      code() { request -o /dev/null -w '%{http_code}' --max-time 60 "$@" 2>/dev/null || true; }
      names() { find "$own" -maxdepth 1 -name '*.snapshot' -printf '%f\n' 2>/dev/null | sort || true; }
      [ "$(code ${urlOnHost(qdrant, to)})" = 404 ] || { echo 'there is something of that name' >&2; exit 1; }
      before=$(names)
      made() { comm -13 <(printf '%s\n' "$before") <(names); }
      forget() {
      made | while IFS= read -r snapshot; do
      rm -f -- "$own/$snapshot" "$own/$snapshot.checksum"
      done
      }
      finish() { forget; take_back; }
      request --max-time ${seconds} --fail-with-body -X POST ${urlOnHost(qdrant, `${from}/snapshots?wait=true`)} >/dev/null || { forget; exit 1; }
      file="$own/$(made | tail -n 1)"
      [ -f "$file" ] || { echo 'Qdrant made no snapshot' >&2; exit 1; }
      ${handOver(qdrant.snapshots)}
      trap finish EXIT
      status=0
      answer=$(printf %s "$body" | request --max-time ${seconds} --fail-with-body -X PUT -H 'content-type: application/json' --data-binary @- ${urlOnHost(qdrant, `${to}/snapshots/recover?wait=true`)} 2>&1) || status=$?
      [ $status != 0 ] || exit 0
      printf '%s\n' "$answer" >&2 || :
      ${removeWhenBack(qdrant, to)}
      exit 1`,
  };
}
