import type { Command } from '../../host/command.js';
import { sh } from '../../host/shell.js';
import { RUNTIME } from './runtime.js';

export interface ServerHealth {
  /** Of haproxy.cfg: `gateway`, `gateway_grpc`. */
  backends: readonly string[];
  /** `blue-1`. */
  server: string;
  /** How long its health checks may take to pass: see `upSeconds`. */
  limitSeconds: number;
}

/**
 * Waits until a server that has just started gets requests: the edge may have found it down meanwhile. A server that is to
 * have none, and an edge that does not run, are not waited for.
 */
export function untilHealthy({ backends, server, limitSeconds }: ServerHealth): Command {
  return {
    title: `wait until the edge finds ${server} healthy`,
    timeoutSeconds: limitSeconds + 60,
    script: sh`
      ${RUNTIME}
      end=$((SECONDS + ${limitSeconds}))
      while answer=$(states) || { code=$?; [ "$code" -eq 3 ] && exit 0 || exit "$code"; }
      down=$(awk -v backends=${` ${backends.join(' ')} `} -v server=${server} '
      index(backends, " " $1 " ") && $2 == server && $3 == "ready" && $4 != "up" { print $1 "/" $2 }' <<<"$answer")
      [ -n "$down" ]; do
      [ "$SECONDS" -lt "$end" ] || { echo 'not healthy after '${limitSeconds}' s:' $down >&2; exit 1; }
      sleep 0.5
      done`,
  };
}
