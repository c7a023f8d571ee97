import { type Script, sh } from '../host/shell.js';

/**
 * Makes `$w`, beside the place `$dir` of a release, with `$w/new` for what will be there; it goes when the script ends.
 * What a killed installation left is swept: whoever installs holds the lock, and so is alone.
 */
export const WORK_DIRECTORY: Script = sh`
  releases=$(dirname "$dir")
  mkdir -p "$releases"
  rm -rf "$releases"/.vdb-gateway.*
  w=$(mktemp -d "$releases/.vdb-gateway.XXXXXXXX")
  trap 'rm -rf "$w"' EXIT
  mkdir -m 0755 "$w/new"`;

/** Puts `$w/new` in its place. What was there is moved aside, not deleted, until then. */
export const SWITCH_OVER: Script = sh`
  sync -f "$w/new"
  [ ! -e "$dir" ] || mv -T "$dir" "$w/old"
  mv -T "$w/new" "$dir" || { mv -T "$w/old" "$dir"; exit 1; }`;
