import { sh } from '../host/shell.js';

/**
 * Shell functions. `find_engine NAME…` sets `engine` to the path of the first that answers and `name` to its name, else
 * `why` and a failure. `image_of DIGEST` prints the id of the image that has this digest or id, and nothing where there is none.
 * Both names of an engine's own place for images and credentials depend on HOME, which sudo may leave to someone else.
 */
export const ENGINE_FUNCTIONS = sh`
  export HOME=/root
  find_engine() {
  local said
  why=
  for name in "$@"; do
  engine=$(command -v "$name") || { why="$why$name is not installed; "; continue; }
  said=$(timeout 15 "$engine" images --quiet 2>&1 >/dev/null) && return
  why="$why$name does not answer ($(printf '%s' "$said" | tail -n 1)); "
  done
  engine=
  return 1
  }
  image_ids() { "$engine" images --quiet --no-trunc | sort -u; }
  image_of() {
  local ids format='{{.Id}} {{range .RepoDigests}}{{.}} {{end}}'
  [ "$name" = docker ] || format="{{.Digest}} $format"
  ids=$(image_ids) || return 1
  [ -n "$ids" ] || return 0
  "$engine" image inspect --format "{{.Id}} $format" $ids | awk -v want="$1" '
  { for (i = 1; i <= NF; i++) { field = $i; sub(/^.*@/, "", field); sub(/^sha256:/, "", field)
  if (field == want) { sub(/^sha256:/, "", $1); print $1; exit } } }'
  }`;
