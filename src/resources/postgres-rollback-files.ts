import { type Change, defineResource, type Resource } from '../engine/resource.js';
import type { Command } from '../host/command.js';
import { ask, known, type ProbeKind } from '../host/probe.js';
import { sh } from '../host/shell.js';

/** Files and directories that shall not be there, and the directory that keeps a copy of them. */
export interface FilesRemoved {
  title: string;
  paths: readonly string[];
  /** Directory of this run's backup; created when it is not there. */
  backup: string;
}

const existing: ProbeKind<readonly string[], string[]> = {
  name: 'files-removed',
  script: (args) => {
    const paths = [...new Set(args.flat())];
    return sh`for f in ${paths}; do if [ -e "$f" ] || [ -L "$f" ]; then printf '%s\n' "$f"; fi; done`;
  },
  parse: (stdout, args) => {
    const there = new Set(stdout.split('\n'));
    return args.map((paths) => {
      const found = paths.filter((path) => there.has(path));
      return known(found.length === 0 ? null : found);
    });
  },
};

/** None of `paths`. They are kept in `files.tar.gz` of the backup first; the archive is read back before they go. */
export function filesRemoved({ title, paths, backup }: FilesRemoved): Resource {
  const bad = paths.find((path) => !/^\/[^/\n]+\/[^/\n]/.test(path) || path.includes('/..'));
  if (bad !== undefined) throw new Error(`refusing to manage the absence of ${bad}`);
  return defineResource<string[]>({
    id: `files-removed:${paths[0]}`,
    title,
    probe: ask(existing, paths),
    diff: (have) => (have === null ? null : removal(have, backup)),
    apply: (_change, have) => (have === null ? [] : [removeCommand(have, backup)]),
    explain: () => ({
      meaning: 'What could not be backed up was not removed.',
      next: 'vdb task rollback 3.1',
    }),
  });
}

function removal(have: readonly string[], backup: string): Change {
  return {
    action: 'remove',
    summary: `${have.length} of them, after a copy to ${backup}/files.tar.gz that is read back`,
    fields: have.map((field) => ({ field, have: 'there', want: 'absent' })),
  };
}

/** One script, so that nothing goes without its copy. Never crosses a mount point. */
function removeCommand(paths: readonly string[], backup: string): Command {
  const members = paths.map((path) => path.slice(1));
  return {
    title: `remove ${paths.length} files and directories after a copy`,
    timeoutSeconds: 600,
    script: sh`
      set -eu
      umask 077
      mkdir -p ${backup}
      t=${backup}/.files.partial
      trap 'rm -f -- "$t"' EXIT
      tar -czf "$t" --one-file-system -C / -- ${members}
      tar -tzf "$t" >/dev/null
      sync "$t"
      mv -fT -- "$t" ${backup}/files.tar.gz
      rm -rf --one-file-system -- ${paths}`,
  };
}
