import { type Change, defineResource, type Resource } from '../engine/resource.js';
import { ask } from '../host/probe.js';
import { sh } from '../host/shell.js';
import { type PathState, pathKind } from './path-probe.js';

/** A symbolic link at `path` to `target`, replaced by rename so that a reader never finds none. */
export function symlink({ path, target }: { path: string; target: string }): Resource {
  return defineResource<PathState>({
    id: `symlink:${path}`,
    title: `${path} -> ${target}`,
    probe: ask(pathKind, { path }),
    diff: (have) => linkDiff(path, target, have),
    apply: () => [
      {
        title: `link ${path} to ${target}`,
        script: sh`d=$(mktemp -d "$(dirname ${path})/.vdb.XXXXXXXX") && trap 'rm -rf "$d"' EXIT
          ln -s -- ${target} "$d/link" && mv -fT -- "$d/link" ${path}`,
      },
    ],
  });
}

function linkDiff(path: string, target: string, have: PathState | null): Change | null {
  if (have === null) return { action: 'create', summary: `link to ${target}` };
  if (have.type !== 'link') {
    const why = `${path} is a ${have.type}, not a symbolic link`;
    return { action: 'update', summary: why, refused: { why, next: `Move it away: mv ${path} ${path}.old` } };
  }
  if (have.target === target) return null;
  const fields = [{ field: 'target', have: have.target ?? '', want: target }];
  return { action: 'update', summary: `target ${have.target}, want ${target}`, fields };
}
