import { basename } from 'node:path';
import { defineResource, type Resource } from '../engine/resource.js';
import { ask, known, type ProbeKind } from '../host/probe.js';
import { sh } from '../host/shell.js';
import { named } from '../text.js';

export interface FilesAlone {
  directory: string;
  /** Absolute paths in it. */
  keep: readonly string[];
}

/** The names of the files in each directory; null where there is no such directory. */
const namesKind: ProbeKind<string, readonly string[]> = {
  name: 'files-alone',
  script: (directories) => sh`
    for directory in ${directories}; do
    echo "@@ $directory"
    [ ! -d "$directory" ] || { echo @there; find "$directory" -maxdepth 1 -type f -printf '%f\n' | sort; }
    done`,
  parse: (stdout, directories) => {
    const [, ...answers] = stdout.split(/^@@ .*\n/m);
    return directories.map((_, index) => {
      const [there, ...names] = (answers[index] ?? '').split('\n').filter(Boolean);
      return known<readonly string[]>(there === undefined ? null : names);
    });
  },
};

/** No other file lies in a directory that is vdb's alone: what it does not write any more, a secret at that, goes. */
export function filesAlone({ directory, keep }: FilesAlone): Resource {
  const wanted = keep.map((path) => basename(path));
  const others = (have: readonly string[] | null) => (have ?? []).filter((name) => !wanted.includes(name));
  return defineResource<readonly string[]>({
    id: `files-alone:${directory}`,
    title: `nothing else in ${directory}`,
    probe: ask(namesKind, directory),
    diff: (have) => {
      const gone = others(have);
      return gone.length === 0 ? null : { action: 'remove', summary: `remove ${named(gone, 'file')}` };
    },
    apply: (_change, have) => [
      {
        title: `remove what is not needed in ${directory}`,
        script: sh`rm -f -- ${others(have).map((name) => `${directory}/${name}`)}`,
      },
    ],
  });
}
