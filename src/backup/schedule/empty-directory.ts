import { defineResource, type Resource } from '../../engine/resource.js';
import { ask, known, type ProbeKind } from '../../host/probe.js';
import { sh } from '../../host/shell.js';

const emptyKind: ProbeKind<string, 'empty' | 'used'> = {
  name: 'empty-directory',
  script: (paths) => sh`
    for path in ${paths}; do
    if [ ! -d "$path" ]; then echo absent
    elif [ -n "$(find "$path" -mindepth 1 -maxdepth 1 ! -name '.vdb.*' -print -quit)" ]; then echo used
    else echo empty
    fi
    done`,
  parse: (stdout, paths) => {
    const lines = stdout.trimEnd().split('\n');
    return paths.map((path, index) => {
      const line = lines[index];
      if (line === 'absent') return known<'empty' | 'used'>(null);
      if (line === 'empty' || line === 'used') return known(line);
      throw new Error(`no answer for ${path}`);
    });
  },
};

/**
 * No directory at `path`, unless something is in it that others put there: then it stays. What a killed run of vdb
 * left in it (`.vdb.…`) goes with it.
 */
export function emptyDirectoryGone(path: string): Resource {
  return defineResource<'empty' | 'used'>({
    id: `empty-directory:${path}`,
    title: `no ${path}`,
    probe: ask(emptyKind, path),
    diff: (have) => (have === 'empty' ? { action: 'remove', summary: 'remove the empty directory' } : null),
    // Files in it that go in the same run are looked for again before this step.
    predict: (changing) =>
      [...changing].some((id) => id.startsWith(`absent:${path}/`))
        ? { action: 'remove', summary: 'remove the directory when it is empty' }
        : null,
    apply: () => [{ title: `remove ${path}`, script: sh`rm -rf -- ${path}/.vdb.* && rmdir -- ${path}` }],
  });
}
