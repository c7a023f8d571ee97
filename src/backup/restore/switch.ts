import type { Command } from '../../host/command.js';
import { sh } from '../../host/shell.js';
import { CURL, type QdrantOnHost, urlOnHost } from '../../services/qdrant/on-host.js';
import { operationsOf } from './copy.js';
import { collectionPath } from './recover.js';

/** The collection was written to since it was copied: nothing was done. */
export const MOVED_ON = 65;
/** Qdrant was told to remove the collection, and did not take the alias in its place. */
export const NAMELESS = 66;

const PATIENCE_SECONDS = 180;
/** curl's exit code: nobody has heard the request. */
const COULD_NOT_CONNECT = 7;

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
  /** Points of its copy: with another number it is left alone. */
  points: number;
  /** What `operations` has said before it was copied; null where it is not copied. */
  operations: string | null;
  /** The alias of its name, and those that Qdrant removes with the collection. */
  moves: readonly AliasMove[];
}

/**
 * Removes a collection and has aliases take its name and its aliases. In between the name means nothing: the script
 * prints for how long, as `nameless MILLISECONDS`, and does not give up before the aliases are there, whatever becomes
 * of the operator. Qdrant may remove it though it has not said so, as where it took too long: unless it has refused, it is
 * asked until the collection is gone. Exits with {@link MOVED_ON} or {@link NAMELESS}; with any other code but 0 the
 * collection is as it was.
 */
export function exchangeCommand(
  qdrant: QdrantOnHost,
  { name, points, operations, moves }: Exchange,
): Command {
  const path = collectionPath(name);
  const { returnSeconds: patience = PATIENCE_SECONDS } = qdrant;
  return {
    title: `put the restored ${name} in the place of the collection`,
    stdin: aliasBody(moves),
    timeoutSeconds: 2 * patience + 480,
    script: sh`
      set -eu
      trap '' PIPE
      actions=$(cat)
      request() { ${CURL} -H ${`@${qdrant.keyFile}`} -H 'content-type: application/json' "$@"; }
      ${operationsOf(qdrant, name)}
      counted=$(request --max-time 120 --fail-with-body -X POST --data-binary '{"exact":true}' ${urlOnHost(qdrant, `${path}/points/count`)} | sed -n 's/.*"count":\([0-9]*\).*/\1/p')
      [ "$counted" = ${points} ] || { echo "it has $counted points now, and not "${points} >&2; exit ${MOVED_ON}; }
      ${operations === null ? sh`:` : sh`now=$(operations); [ "$now" = ${operations} ] || { echo 'it was written to since it was copied' >&2; exit ${MOVED_ON}; }`}
      since=$(date +%s%3N)
      sent=0
      removed=$(request --max-time 120 -w '\n%{http_code}' -X DELETE ${urlOnHost(qdrant, `${path}?timeout=60`)} 2>&1) || sent=$?
      case "$sent \${removed##*$'\n'}" in
      '0 404' | '0 408') ;;
      "${COULD_NOT_CONNECT} "* | '0 4'*) printf '%s\n' "$removed" >&2; exit 1 ;;
      esac
      end=$((SECONDS + ${patience}))
      until [ "$(request --max-time 60 -o /dev/null -w '%{http_code}' ${urlOnHost(qdrant, path)} 2>/dev/null || :)" = 404 ]; do
      [ "$SECONDS" -lt "$end" ] || { printf '%s\n' "$removed" >&2; exit ${NAMELESS}; }
      sleep 0.2
      done
      end=$((SECONDS + ${patience}))
      until said=$(printf %s "$actions" | request --max-time 60 --fail-with-body -X POST --data-binary @- ${urlOnHost(qdrant, '/collections/aliases?timeout=60')} 2>&1); do
      [ "$SECONDS" -lt "$end" ] || { printf '%s\n' "$said" >&2; exit ${NAMELESS}; }
      sleep 0.5
      done
      echo "nameless $(($(date +%s%3N) - since))" || :`,
  };
}
