import { type Change, defineResource, type FieldChange, type Resource } from '../engine/resource.js';
import type { Command } from '../host/command.js';
import { ask } from '../host/probe.js';
import { sh } from '../host/shell.js';
import { tarOf } from '../tar.js';
import { sha256 } from './file.js';
import { MANIFEST, type TreeState, treeKind } from './file-tree-probe.js';

export interface FileTree {
  /** Absolute; made when it is not there. */
  root: string;
  /** For people. */
  title: string;
  /** What lies below it, by path relative to it. */
  files: readonly { path: string; content: string }[];
}

const MODE = '644';
const OWNER = 'root:root';

/**
 * Files below one directory, owned by root and readable by all, asked and put as one. What an earlier release had put there
 * and this one does not have is removed; what else lies there is not touched. A list of the files lies beside them.
 */
export function fileTree({ root, title, files }: FileTree): Resource {
  const paths = files.map(({ path }) => path);
  return defineResource<TreeState>({
    id: `tree:${root}`,
    title,
    probe: ask(treeKind, { root, paths }),
    diff: (have) => treeChange(files, have),
    apply: (_change, have) => [putTree({ root, title, files }, staleOf(paths, have))],
    explain: ({ stderr }) =>
      /No space left on device|Disk quota exceeded/.test(stderr)
        ? {
            meaning: 'The file system is full; files that were not replaced yet are the old ones.',
            next: 'Free space (df -h), then run the same command again.',
          }
        : null,
  });
}

function treeChange(files: FileTree['files'], have: TreeState | null): Change | null {
  const size = `${files.length} files`;
  if (have === null) return { action: 'create', summary: size };
  const paths = files.map(({ path }) => path);
  const stale = staleOf(paths, have);
  const fields = [...files.flatMap((file) => difference(file, have)), ...stale.map(goes)];
  const listed = [...have.listed].sort().join('\n') === [...paths].sort().join('\n');
  if (fields.length === 0 && listed) return null;
  const summary = fields.length === 0 ? 'the list of its files' : `${fields.length} of ${size} differ`;
  const blocked = files.find(({ path }) => /^(directory|other)$/.test(have.found[path]?.type ?? ''));
  return {
    ...{ action: Object.keys(have.found).length === 0 ? 'create' : 'update', summary, fields },
    ...(blocked === undefined ? {} : { refused: inTheWay(blocked.path) }),
  };
}

function difference({ path, content }: FileTree['files'][number], { found }: TreeState): FieldChange[] {
  const have = found[path];
  if (have === undefined) return [{ field: path, have: 'not there', want: 'as in this release' }];
  if (have.type !== 'file') return [{ field: path, have: `a ${have.type}`, want: 'a file' }];
  const fields: FieldChange[] = [];
  if (have.sha256 !== sha256(content))
    fields.push({ field: path, have: 'another content', want: 'as in this release' });
  if (have.mode !== MODE || have.owner !== OWNER)
    fields.push({ field: path, have: `${have.mode} ${have.owner}`, want: `${MODE} ${OWNER}` });
  return fields;
}

/** What was put there once, is still there and is wanted no more. */
function staleOf(paths: readonly string[], have: TreeState | null): string[] {
  return (have?.listed ?? []).filter((path) => !paths.includes(path) && have?.found[path] !== undefined);
}

function goes(field: string): FieldChange {
  return { field, have: 'of another release', want: 'absent' };
}

function inTheWay(path: string): { why: string; next: string } {
  return { why: `${path} is no file, and in the way of one`, next: `Move it away: mv ${path} ${path}.old` };
}

/**
 * Each file replaces its predecessor by a rename. The list names old and new ones before the first is replaced, so that a
 * run that dies in between leaves nothing that nobody knows of.
 */
function putTree({ root, title, files }: FileTree, stale: readonly string[]): Command {
  const archive = tarOf(
    files.map(({ path, content }) => ({ path, content: Buffer.from(content), executable: false })),
  );
  return {
    title: `put ${title}`,
    stdin: archive,
    script: sh`
      set -eu
      umask 022
      mkdir -p ${root}
      cd ${root}
      t=$(mktemp -d .vdb.XXXXXXXX)
      trap 'rm -rf -- "$t"' EXIT
      mkdir "$t/new"
      tar -x -f - -C "$t/new" --no-same-permissions
      ( cd "$t/new" && find . -type f -printf '%P\n' ) | sort > "$t/list"
      { cat ${MANIFEST} 2>/dev/null || true; cat "$t/list"; } | sort -u > "$t/both"
      chown -R root:root "$t"
      sync "$t"
      mv -fT "$t/both" ${MANIFEST}
      while IFS= read -r f; do
        mkdir -p "$(dirname "$f")"
        chmod 0644 "$t/new/$f"
        mv -fT "$t/new/$f" "$f"
      done < "$t/list"
      for f in ${stale}; do
        rm -f -- "$f"
        rm -rf -- "$(dirname "$f")/__pycache__"
        rmdir -p --ignore-fail-on-non-empty "$(dirname "$f")" 2>/dev/null || true
      done
      mv -fT "$t/list" ${MANIFEST}
      sync -f .`,
  };
}
