import { type Script, sh } from '../host/shell.js';

/** How many lines of a log are taken. */
export const LOG_LINES = 300;

/**
 * The commands that parts are made of.
 * - `run COMMAND…` shows a command, what it says and how it ended; it has a time limit of its own.
 * - `show FILE…` shows files with owner and mode, without comments in the ones that are mostly comments.
 * - `journal UNIT` shows the end of a unit's log. Of a pattern that no entry is of, journalctl makes a failure.
 */
export const PRELUDE: Script = sh`
  ended() {
  case $1 in
  0) well=$((well + 1)) ;;
  124|137) ill=$((ill + 1)); printf '(no answer within %s s)\n' "$limit" ;;
  127) ill=$((ill + 1)); printf '(the command is not there)\n' ;;
  *) ill=$((ill + 1)); printf '(exit code %s)\n' "$1" ;;
  esac
  }
  run() { printf '$ %s\n' "$*"; timeout -k 1 "$limit" "$@" 2>&1; ended $?; echo; }
  show() {
  for file in "$@"; do
  [ -f "$file" ] || continue
  printf '==> %s (%s)\n' "$file" "$(stat -c '%A %U:%G, %s bytes, %y' "$file")"
  case $file in
  *redis.conf|*postgresql.conf) grep -vE '^[[:space:]]*(#|$)' "$file" ;;
  *) tail -c 65536 "$file" ;;
  esac
  ended $?; echo
  done
  }
  journal() {
  case $(timeout -k 1 "$limit" journalctl -q -u "$1" -n 1 2>&1) in *'No data available'*)
  well=$((well + 1)); printf '(nothing is kept of %s)\n' "$1"; return ;;
  esac
  run journalctl -u "$1" -n ${LOG_LINES} --no-pager -o short-iso --no-hostname
  }
  export -f ended run show journal`;
