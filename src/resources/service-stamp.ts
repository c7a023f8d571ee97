import type { Command } from '../host/command.js';
import { type Script, sh } from '../host/shell.js';

/** Characters that mean nothing to systemd, to `sh` or to `sha256sum`. */
const PLAIN_PATH = /^\/[\w@+=:,./-]+$/;

/** Where the sums of the files that `unit` was started with are kept. Lost with the running system, as they shall be. */
export function stampPath(unit: string): string {
  return `/run/vdb/started/${unit}`;
}

/** The drop-in of `unit` itself, also for an instance of a template: each instance has files of its own. */
export function stampDropIn(unit: string): string {
  return `/etc/systemd/system/${unit}.d/10-vdb-stamp.conf`;
}

/**
 * A drop-in that records what `paths` hold at the moment of each start, whoever starts the unit. `+` runs it
 * outside the unit's sandbox and user.
 */
export function renderStampDropIn(unit: string, paths: readonly string[]): string {
  const script = stampScript(unit, paths).source.replaceAll('\n', ' ').replaceAll('$', '$$$$');
  return `[Service]\nExecStartPre=+/bin/sh -c '${script}'\n`;
}

/** Records the sums of `paths` for `unit`. Contains no single quotes, so that it fits a unit file. */
export function stampScript(unit: string, paths: readonly string[]): Script {
  const bad = paths.find((path) => !PLAIN_PATH.test(path));
  if (bad !== undefined) throw new Error(`not a path that a unit file can name: ${JSON.stringify(bad)}`);
  const stamp = stampPath(unit);
  return sh`umask 022;
    mkdir -p /run/vdb/started;
    for f in ${paths}; do sha256sum "$f" 2>/dev/null || echo "missing  $f"; done >${stamp}.new;
    mv -f ${stamp}.new ${stamp}`;
}

/**
 * Records that `unit` runs with `path` as it is now, without a reload: for a unit that has been told by other means what
 * the file says. `agrees` passes when that is so; the command fails otherwise. What is recorded of other files stays.
 */
export function restamp({ unit, path, agrees }: { unit: string; path: string; agrees: Script }): Command {
  const stamp = stampPath(unit);
  return {
    title: `record that ${unit} runs with ${path}`,
    script: sh`
      ( ${agrees} ) >&2 || { echo ${`${unit} does not run as ${path} says`} >&2; exit 1; }
      set -eu
      umask 022
      sum=$(sha256sum ${path})
      awk -v path=${path} '$2 != path' ${stamp} >${stamp}.new
      printf '%s\n' "$sum" >>${stamp}.new
      mv -f ${stamp}.new ${stamp}`,
  };
}
