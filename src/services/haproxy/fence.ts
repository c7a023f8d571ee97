import type { Command } from '../../host/command.js';
import { sh } from '../../host/shell.js';
import { ORDERS, serversOf } from './orders.js';
import type { SlotOf } from './switch.js';

export interface Fence {
  /** Of haproxy.cfg, those that have the writes alone: `qdrant_rest_write`. */
  backends: readonly string[];
  /** How long writes that run may take to finish. */
  limitSeconds: number;
}

/** Looks in a row that have to see nothing run: a request may be on its way to its server when it is closed. */
const QUIET_LOOKS = 2;

/**
 * Holds back all requests of these backends: HAProxy itself answers 503 and when to come back. Ends once those that run have
 * finished. Fails, with everything as it was, when some still run after the limit, or a backend is not there. Where the
 * fence is up already, it stays.
 */
export function raiseFence({ backends, limitSeconds }: Fence): Command {
  return {
    title: `hold back the requests of ${backends.join(', ')}`,
    timeoutSeconds: limitSeconds + 60,
    script: sh`
      ${ORDERS}
      busy() {
      local orders
      printf -v orders 'show stat %s 4 -1;' ${backends}
      tell "\${orders%;}" | awk -F , '/^# /{ rows++ } $5 ~ /^[0-9]+$/ && $5 > 0 { print $1 "/" $2 " (" $5 ")" }
      END { exit rows != ${backends.length} }' || { echo 'HAProxy does not say what runs' >&2; return 1; }
      }
      ${serversOf({ backends, slot: null, states: ['ready'] })}
      [ -z "\${missing// /}" ] || { echo 'no server in' $missing >&2; exit 1; }
      trap 'order "state ready" "\${servers[@]}"' EXIT
      order 'state drain' "\${servers[@]}" || exit
      end=$((SECONDS + ${limitSeconds}))
      quiet=0
      until [ "$quiet" -ge ${QUIET_LOOKS} ]; do
      running=$(busy) || exit
      if [ -z "$running" ]; then quiet=$((quiet + 1)); else
      quiet=0
      [ "$SECONDS" -lt "$end" ] || { echo 'still running after '${limitSeconds}' s:' $running >&2; exit 1; }
      fi
      sleep 0.2
      done
      trap - EXIT`,
  };
}

/**
 * Lets the servers of one slot take requests again. HAProxy takes one that was disabled, as after a start with the fence
 * up, for healthy until a check says otherwise: the slot has to serve.
 */
export function lowerFence({ backends, slot }: SlotOf): Command {
  return {
    title: `give ${slot} the requests of ${backends.join(', ')} again`,
    script: sh`
      ${ORDERS}
      ${serversOf({ backends, slot, states: ['drain', 'maint'] })}
      [ -z "\${missing// /}" ] || { echo 'no server of '${slot}' in' $missing >&2; exit 1; }
      order 'state ready' "\${servers[@]}"`,
  };
}
