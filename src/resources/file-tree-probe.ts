import { known, type Observation, type ProbeKind } from '../host/probe.js';
import { sh } from '../host/shell.js';

/** The list of the files that were put below a root, a path a line. */
export const MANIFEST = '.vdb-files';

export interface TreeQuestion {
  root: string;
  /** Paths below it that are wanted. */
  paths: readonly string[];
}

export interface FoundFile {
  type: 'file' | 'directory' | 'link' | 'other';
  /** Octal, as `stat` prints it. */
  mode: string;
  /** `user:group`. */
  owner: string;
  /** Of a file. */
  sha256?: string;
}

/** What lies below a root, of what is wanted there and what was put there before. */
export interface TreeState {
  found: Readonly<Record<string, FoundFile>>;
  /** What the list names. */
  listed: readonly string[];
}

/** One `stat` and one `sha256sum` for each tree. The value is null where the root is not there. */
export const treeKind: ProbeKind<TreeQuestion, TreeState> = {
  name: 'file-tree',
  script: (questions) => sh`
    tree() {
    echo @tree
    [ -e "$1" ] || { echo absent; return; }
    cd "$1" || return
    shift
    echo there
    mapfile -t listed < <([ ! -e ${MANIFEST} ] || cat ${MANIFEST})
    set -- "$@" "\${listed[@]}"
    printf 'L|%s\n' "\${listed[@]}"
    QUOTING_STYLE=literal stat -c 'S|%F|%a|%U:%G|%n' -- "$@" 2>&1
    sha256sum -- "$@" 2>/dev/null | sed 's/^/H|/'
    }
    ${questions.map(({ root, paths }) => sh`( tree ${root} ${paths} );`)}
    true`,
  parse: (stdout, questions) => {
    const answers = stdout.split(/^@tree\n/m).slice(1);
    return questions.map((question, index) => stateOf(question, answers[index] ?? ''));
  },
};

/** Nothing outside of the root may ever be taken for a file that was put there. */
const BELOW = /^(?!\.{1,2}(\/|$))(?!.*\/\.{1,2}(\/|$))[^/][^\n]*$/;

function stateOf({ root, paths }: TreeQuestion, answer: string): Observation<TreeState> {
  if (answer.trim() === 'absent') return known<TreeState>(null);
  if (!answer.startsWith('there\n')) return { status: 'unknown', why: `${root} cannot be looked into` };
  const listed = matches(answer, /^L\|(.+)$/gm).flatMap(([path = '']) => (BELOW.test(path) ? [path] : []));
  const hashes = new Map(
    matches(answer, /^H\|([0-9a-f]{64}) [ *](.*)$/gm).map(([sum = '', path = '']) => [path, sum]),
  );
  const stats = new Map(
    matches(answer, /^S\|([^|]*)\|([^|]*)\|([^|]*)\|(.*)$/gm).map(
      ([kind = '', mode = '', owner = '', path = '']) => [path, { type: typeOf(kind), mode, owner }],
    ),
  );
  const missing = new Set(
    matches(answer, /^stat: .*'(.+)': (?:No such file or directory|Not a directory)$/gm).map(
      ([path]) => path,
    ),
  );
  const found: Record<string, FoundFile> = {};
  for (const path of new Set([...paths, ...listed])) {
    const file = stats.get(path);
    if (file === undefined && missing.has(path)) continue;
    if (file === undefined) return { status: 'unknown', why: `stat did not answer for ${root}/${path}` };
    const sum = hashes.get(path);
    if (file.type !== 'file') found[path] = file;
    else if (sum !== undefined) found[path] = { ...file, sha256: sum };
    else return { status: 'unknown', why: `${root}/${path} could not be read` };
  }
  return known({ found, listed });
}

function matches(text: string, pattern: RegExp): string[][] {
  return [...text.matchAll(pattern)].map((match) => match.slice(1));
}

function typeOf(kind: string): FoundFile['type'] {
  if (kind.startsWith('regular')) return 'file';
  if (kind === 'directory') return 'directory';
  return kind === 'symbolic link' ? 'link' : 'other';
}
