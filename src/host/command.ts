import { type Script, sh } from './shell.js';

/** A command that may change a host, as data: built by pure functions, run only by {@link Host.run}. */
export interface Command {
  /** What it does, for people and the journal: "install 14 packages". */
  title: string;
  /** Source for bash. Never contains a secret: those travel on stdin. */
  script: Script;
  /** Standard input, or the operator's file to stream there. The only place for secrets and file contents. */
  stdin?: string | Uint8Array | { file: string };
  /** Killed after this many seconds. Default 120. */
  timeoutSeconds?: number;
  /** Exit codes that mean "could not be had here": the step is reported as skipped with the last line of stderr. */
  skipCodes?: readonly number[];
  /** Lines of output worth showing while it runs (default: none). */
  progress?: boolean;
}

/** sysexits' EX_UNAVAILABLE: a script exits with it when something outside the host cannot be reached. */
export const UNAVAILABLE = 69;

/** A file as it shall be on the host. Mode and owner are set before it appears under its name. */
export interface PutFile {
  path: string;
  content: string | Uint8Array;
  /** Octal, as in `chmod`. Default 0644. */
  mode?: string;
  /** `user:group`. Default root:root. */
  owner?: string;
  /**
   * Runs before the rename with the path of the temporary file in `$1`; a failure leaves the old file in place.
   */
  validate?: Script;
}

/**
 * Writes a file atomically: a temporary file in the same directory, size compared, mode and owner set,
 * validated, synced, renamed. A reader sees the old file or the new one, never half of it.
 */
export function putCommand(file: PutFile): Command {
  const size = Buffer.byteLength(file.content);
  const validate = file.validate ? sh`( set -- "$t"; ${file.validate} ) >&2 || exit 65` : sh`:`;
  return {
    title: `write ${file.path}`,
    stdin: file.content,
    script: sh`
      set -eu
      umask 077
      f=${file.path}
      t=$(mktemp "$(dirname "$f")/.vdb.XXXXXXXX")
      trap 'rm -f "$t"' EXIT
      cat > "$t"
      [ "$(stat -c %s "$t")" = ${size} ] || { echo "received $(stat -c %s "$t") of ${size} bytes" >&2; exit 74; }
      chown ${file.owner ?? 'root:root'} "$t"
      chmod ${file.mode ?? '0644'} "$t"
      ${validate}
      sync "$t"
      mv -fT "$t" "$f"
      trap - EXIT`,
  };
}
