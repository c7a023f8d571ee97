import { sh } from '../../host/shell.js';

/**
 * What the scripts of this directory start with. They go on when the operator is gone, so a closed pipe must not end
 * them. What they tell is on file descriptor 3, so that it can be told from within a command substitution.
 *
 * - `instant`: now, by the host's clock.
 * - `telling PHASE TOTAL MEASURE COMMAND…`: runs a command; each second a line `progress BYTES TOTAL PHASE`.
 * - `seal FILE`: makes a part root's alone, durable, and sets `bytes` and `hash`.
 * - `tell_part FROM UNTIL`: the line that says what was sealed.
 */
export const TOOLS = sh`
  set -euo pipefail
  trap '' PIPE
  export LC_ALL=C.UTF-8 PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
  umask 077
  cd /
  exec 3>&1
  exec {tick}<> <(:)
  say() { printf '%s\n' "$*" 2>/dev/null >&3 || :; }
  fail() { printf '%s\n' "$*" >&2 2>/dev/null || :; exit 1; }
  instant() { date -u +%Y-%m-%dT%H:%M:%S.%3NZ; }
  pause() { read -rt "$1" -u "$tick" || :; }
  telling() {
    local phase=$1 total=$2 measure=$3 watcher rc=0
    shift 3
    ( set +e; while kill -0 $$ 2>/dev/null; do pause 1; say "progress $($measure) $total $phase"; done ) 8>&- &
    watcher=$!
    "$@" || rc=$?
    kill "$watcher" 2>/dev/null || :
    wait "$watcher" 2>/dev/null || :
    return $rc
  }
  position() { sed -n 's/^pos:[[:space:]]*//p' "/proc/$$/fdinfo/$in"; }
  seal() {
    chown root:root -- "$1"
    chmod 0600 -- "$1"
    sync -- "$1"
    bytes=$(stat -c %s -- "$1")
    exec {in}<"$1"
    hash=$(telling hashing "$bytes" position sha256sum <&"$in")
    exec {in}<&-
    hash=\${hash%% *}
  }
  tell_part() { say "part $bytes $hash $1 $2"; }`;
