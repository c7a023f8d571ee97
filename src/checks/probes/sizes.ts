import { known, type Observation, type ProbeKind } from '../../host/probe.js';
import { sh } from '../../host/shell.js';

/** A directory and what it takes on its disk, in bytes. */
export interface DirectorySize {
  name: string;
  bytes: number;
}

/**
 * What each directory inside `path` takes; null where there is no such `path`. A file that is deleted
 * meanwhile, as the optimizer does, does not count.
 */
export const directorySizes: ProbeKind<string, DirectorySize[]> = {
  name: 'directory-sizes',
  timeoutSeconds: 30,
  script: (paths) => sh`
    for path in ${paths}; do
    printf '@@ %s\n' "$path"
    [ -d "$path" ] || { echo absent; continue; }
    cd -- "$path" || { echo unreadable; continue; }
    find . -mindepth 1 -maxdepth 1 -type d -exec du -sxB1 -- {} + 2>/dev/null
    find . -mindepth 1 -maxdepth 1 -type d -printf x | wc -c
    cd /
    done`,
  parse: (stdout, paths) => {
    const blocks = stdout.split(/^@@ /m).slice(1);
    if (blocks.length !== paths.length) throw new Error(`${blocks.length} answers for ${paths.length} paths`);
    return paths.map((path, index) => sizesOf(path, blocks[index] ?? ''));
  },
};

/** The last line says how many there are, so that a `du` that said nothing is not taken for none. */
function sizesOf(path: string, block: string): Observation<DirectorySize[]> {
  const [head, ...lines] = block.trimEnd().split('\n');
  if (head !== path) throw new Error(`an answer about ${head}, not ${path}`);
  if (lines[0] === 'absent') return known<DirectorySize[]>(null);
  const count = lines.pop();
  const sizes = lines.map((line) => /^(\d+)\t\.\/(.+)$/.exec(line));
  if (count !== String(sizes.length) || sizes.includes(null))
    return { status: 'unknown', why: `the sizes below ${path} could not be read` };
  return known(sizes.map((match) => ({ name: match?.[2] ?? '', bytes: Number(match?.[1]) })));
}
