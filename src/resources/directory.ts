import { type Change, defineResource, type Resource } from '../engine/resource.js';
import { ask } from '../host/probe.js';
import { sh } from '../host/shell.js';
import { type Ownership, ownershipChanges, ownershipCommand, summarise } from './ownership.js';
import { type PathState, pathKind } from './path-probe.js';

export interface DirectoryOptions {
  path: string;
  /** Octal. Default 0755. */
  mode?: string;
  /** `user:group`. Default root:root. */
  owner?: string;
}

/** A directory. Missing parents are created as root:root 0755. A symbolic link in its place is refused. */
export function directory({ path, mode = '0755', owner = 'root:root' }: DirectoryOptions): Resource {
  const want: Ownership = { mode, owner };
  return defineResource<PathState>({
    id: `directory:${path}`,
    title: path,
    probe: ask(pathKind, { path }),
    diff: (have) => directoryDiff(path, want, have),
    apply: (_change, have) => {
      const make = { title: `create ${path}`, script: sh`umask 022 && mkdir -p -- ${path}` };
      return have === null ? [make, ownershipCommand(path, want)] : [ownershipCommand(path, want)];
    },
  });
}

function directoryDiff(path: string, want: Ownership, have: PathState | null): Change | null {
  if (have === null) return { action: 'create', summary: 'create the directory' };
  if (have.type !== 'directory') {
    const what = have.type === 'link' ? `a symbolic link to ${have.target}` : 'not a directory';
    const next = `Move it away (mv ${path} ${path}.old), or name the real directory in the configuration.`;
    return {
      action: 'update',
      summary: `${what} is in the way`,
      refused: { why: `${path} is ${what}`, next },
    };
  }
  const fields = ownershipChanges(have, want);
  return fields.length === 0 ? null : { action: 'update', summary: summarise(fields), fields };
}
