import { known, type Observation, type ProbeKind } from '../host/probe.js';
import { type Script, sh } from '../host/shell.js';

/** A question about one path of the host. */
export interface PathQuestion {
  path: string;
  /** SHA-256 that the content shall have: when it has another, the content is brought along (up to 256 KiB). */
  wanted?: string;
  /** The content is never read, only hashed. */
  secret?: boolean;
  /** Whether the content matters at all. */
  hash?: boolean;
}

/** What lies at a path. The path itself is looked at: a symbolic link is not followed. */
export interface PathState {
  type: 'file' | 'directory' | 'link' | 'other';
  /** Octal without a leading zero, as `stat` prints it: `644`. */
  mode: string;
  /** `user:group`. */
  owner: string;
  /** Bytes. */
  size: number;
  /** Of a file, when asked for. */
  sha256?: string;
  /** Of a file that differs from what was wanted, is no secret and is small enough. */
  content?: string;
  /** Of a link. */
  target?: string;
}

/** Larger files are compared, not shown. */
export const CONTENT_LIMIT = 256 * 1024;

const SAFE_PATH = /^\/[^\n\r\\]*$/;

/** One `stat` and one `sha256sum` for all paths; `base64` only for contents that differ. */
export const pathKind: ProbeKind<PathQuestion, PathState> = {
  name: 'path',
  script: pathScript,
  parse: (stdout, args) => {
    const answer = parseAnswer(stdout);
    return args.map((arg) => observationOf(arg, answer));
  },
};

function pathScript(args: readonly PathQuestion[]): Script {
  const bad = args.find(({ path }) => !SAFE_PATH.test(path));
  if (bad) throw new Error(`not a path that vdb manages: ${JSON.stringify(bad.path)}`);
  const paths = [...new Set(args.map(({ path }) => path))];
  const hashed = [...new Set(args.filter(({ hash }) => hash).map(({ path }) => path))];
  const stat = sh`QUOTING_STYLE=literal stat -c 'S|%F|%a|%U:%G|%s|%N' -- ${paths} 2>&1 || true`;
  return hashed.length === 0
    ? stat
    : sh`${stat}
    ${hashScript(hashed, args)}`;
}

function hashScript(paths: readonly string[], args: readonly PathQuestion[]): Script {
  const shown = args.filter(({ wanted, secret }) => wanted !== undefined && !secret);
  const wanted = shown.map(({ path, wanted }) => sh`[${path}]=${wanted ?? ''}`);
  return sh`declare -A wanted=(${wanted})
    sha256sum -- ${paths} 2>/dev/null | while read -r sum path; do
    printf 'H|%s|%s\n' "$sum" "$path"
    [ -n "\${wanted[$path]:-}" ] && [ "\${wanted[$path]}" != "$sum" ] || continue
    [ "$(stat -Lc %s -- "$path")" -le ${CONTENT_LIMIT} ] || continue
    printf 'C|%s|%s\n' "$(base64 -w0 -- "$path")" "$path"
    done`;
}

interface Answer {
  stats: string[];
  missing: string[];
  hashes: Map<string, string>;
  contents: Map<string, string>;
}

function parseAnswer(stdout: string): Answer {
  const answer: Answer = { stats: [], missing: [], hashes: new Map(), contents: new Map() };
  for (const line of stdout.split('\n')) {
    const [, kind, value = '', path = ''] = /^([HC])\|([^|]*)\|(.*)$/.exec(line) ?? [];
    if (kind === 'H') answer.hashes.set(path, value);
    else if (kind === 'C') answer.contents.set(path, value);
    else if (line.startsWith('S|')) answer.stats.push(line);
    else if (/: (No such file or directory|Not a directory)$/.test(line)) answer.missing.push(line);
  }
  return answer;
}

/** Only an explicit "no such file" of `stat` means that nothing is there. */
function observationOf(arg: PathQuestion, answer: Answer): Observation<PathState> {
  const state = answer.stats.map((line) => parseStat(line, arg.path)).find((found) => found !== null);
  if (!state) {
    const quoted = [`'${arg.path}':`, `"${arg.path}":`];
    if (answer.missing.some((line) => quoted.some((name) => line.includes(name))))
      return known<PathState>(null);
    return { status: 'unknown', why: `stat did not answer for ${arg.path}` };
  }
  if (!arg.hash || state.type !== 'file') return known(state);
  const sha256 = answer.hashes.get(arg.path);
  if (sha256 === undefined) return { status: 'unknown', why: `${arg.path} could not be read` };
  const content = answer.contents.get(arg.path);
  const shown = content === undefined ? {} : { content: Buffer.from(content, 'base64').toString('utf8') };
  return known<PathState>({ ...state, sha256, ...shown });
}

function parseStat(line: string, path: string): PathState | null {
  const [, type = '', mode = '', owner = '', size = '', name = ''] =
    /^S\|([^|]*)\|([^|]*)\|([^|]*)\|([^|]*)\|(.*)$/.exec(line) ?? [];
  const state = { mode, owner, size: Number(size) };
  if (type === 'symbolic link') {
    const prefix = `${path} -> `;
    return name.startsWith(prefix) ? { type: 'link', ...state, target: name.slice(prefix.length) } : null;
  }
  if (name !== path) return null;
  if (type === 'directory') return { type, ...state };
  return { type: type.startsWith('regular') ? 'file' : 'other', ...state };
}
