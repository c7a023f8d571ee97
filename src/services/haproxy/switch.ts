import type { SlotName } from '../../config/schema.js';
import type { Command } from '../../host/command.js';
import { type Script, sh } from '../../host/shell.js';
import { ORDERS, serversOf } from './orders.js';
import { RUNTIME } from './runtime.js';

export interface SlotOf {
  /** Of haproxy.cfg: `gateway`, `gateway_grpc`. */
  backends: readonly string[];
  slot: SlotName;
}

export interface SlotSwitch {
  /** Of haproxy.cfg: `gateway`, `gateway_grpc`. */
  backends: readonly string[];
  /** The slot that shall have the requests. */
  to: SlotName;
  /** How long its servers may take until their health checks pass: see `upSeconds`. */
  limitSeconds: number;
}

/**
 * Gives all new requests to one slot, and none to any other: those that run there finish, and its servers are still
 * checked. Fails, with everything as it was, when not every server of the slot passes its health checks in time.
 */
export function switchSlot({ backends, to, limitSeconds }: SlotSwitch): Command {
  return {
    title: `give the requests of ${backends.join(' and ')} to ${to}`,
    timeoutSeconds: limitSeconds + 60,
    script: sh`
      ${ORDERS}
      look() {
      closed=() drained=() waiting=() others=()
      local answer backend server state health
      answer=$(states) || exit
      while read -r backend server state health; do
      [[ " $backends " = *" $backend "* ]] || continue
      if [ "\${server%%-*}" != ${to} ]; then
      [ "$state" = maint ] || others+=("$backend/$server")
      continue
      fi
      missing=\${missing/" $backend "/ }
      [ "$state" != maint ] || closed+=("$backend/$server")
      [ "$state" != drain ] || drained+=("$backend/$server")
      [ "$health" = up ] || waiting+=("$backend/$server")
      done <<<"$answer"
      }
      backends=${backends.join(' ')}
      missing=${` ${backends.join('  ')} `}
      look
      [ -z "\${missing// /}" ] || { echo 'no server of '${to}' in' $missing >&2; exit 1; }
      opened=("\${closed[@]}")
      check "\${opened[@]}" || exit
      end=$((SECONDS + ${limitSeconds}))
      while look; [ "\${#waiting[@]}" -gt 0 ]; do
      if [ "$SECONDS" -ge "$end" ]; then
      order 'state maint' "\${opened[@]}"
      echo 'not healthy after '${limitSeconds}' s:' "\${waiting[@]}" >&2
      exit 1
      fi
      sleep 0.2
      done
      order 'state ready' "\${drained[@]}" && order 'state drain' "\${others[@]}"`,
  };
}

/**
 * Has the servers of a disabled slot checked, and gives them no requests yet. HAProxy makes its first check up to a whole
 * interval later: done ahead, {@link switchSlot} finds them up and has not to wait.
 */
export function checkSlot({ backends, slot }: SlotOf): Command {
  return {
    title: `check ${slot} of ${backends.join(' and ')}`,
    script: sh`
      ${ORDERS}
      ${serversOf({ backends, slot, states: ['maint'] })}
      check "\${servers[@]}"`,
  };
}

/** Leaves the servers of a slot alone: no requests, no health checks. Requests that run there finish. */
export function disableSlot({ backends, slot }: SlotOf): Command {
  return {
    title: `disable ${slot} of ${backends.join(' and ')}`,
    script: sh`
      ${ORDERS}
      ${serversOf({ backends, slot, states: ['ready', 'drain'] })}
      order 'state maint' "\${servers[@]}"`,
  };
}

/**
 * Passes when the running edge gives requests to those servers that its file has: what is drained takes none, as what
 * is disabled does.
 */
export function runsAsWritten(path: string): Script {
  return sh`
    ${RUNTIME}
    written=$(awk '$1 == "backend" { backend = $2 }
    $1 == "server" { print backend, $2, / disabled( |$)/ ? "closed" : "ready" }' ${path} | sort) &&
    running=$(states | awk '{ print $1, $2, $3 == "ready" ? "ready" : "closed" }' | sort) &&
    [ -n "$running" ] && [ "$written" = "$running" ]`;
}
