import type { SlotName } from '../../config/schema.js';
import { type Script, sh } from '../../host/shell.js';
import { type EdgeServer, RUNTIME } from './runtime.js';

/**
 * `order WHAT SERVER…` sets one thing of each server; HAProxy says nothing when it has done it. `check SERVER…` has servers
 * checked: HAProxy takes one that is enabled for healthy until a check says otherwise. So it is drained, which has it
 * checked without any request, and said to be down: it comes up by its checks alone.
 */
export const ORDERS = sh`
  set -o pipefail
  ${RUNTIME}
  order() {
  local what=$1 orders= server said
  shift
  for server; do orders+="set server $server $what;"; done
  [ -n "$orders" ] || return 0
  said=$(tell "\${orders%;}") || return
  [ -z "\${said//[[:space:]]/}" ] || { echo "HAProxy: $said" >&2; return 1; }
  }
  check() { order 'state drain' "$@" && order 'health down' "$@"; }`;

/** Which servers of these backends are meant. */
export interface ServersOf {
  backends: readonly string[];
  /** null: of either slot. */
  slot: SlotName | null;
  states: readonly EdgeServer['state'][];
}

/**
 * Fills the array `servers` with those of a slot that are in one of these states, and `missing` with the backends that have no
 * server of that slot at all.
 */
export function serversOf({ backends, slot, states }: ServersOf): Script {
  return sh`
    answer=$(states) || exit
    servers=()
    missing=${` ${backends.join('  ')} `}
    while read -r backend server state _; do
    [[ ${` ${backends.join(' ')} `} = *" $backend "* && "\${server%%-*}" = ${slot ?? sh`*`} ]] || continue
    missing=\${missing/" $backend "/ }
    [[ ${` ${states.join(' ')} `} != *" $state "* ]] || servers+=("$backend/$server")
    done <<<"$answer"`;
}
