import { known, type Observation, type ProbeKind } from '../../host/probe.js';
import { sh } from '../../host/shell.js';

/** Who may use a file. */
export interface FileAccess {
  /** Permission bits, e.g. 0o640. */
  mode: number;
  /** `user:group`. */
  owner: string;
}

/** Mode and owner of each path; null for a path that does not exist. */
export const fileAccess: ProbeKind<string, FileAccess> = {
  name: 'file-access',
  script: (paths) => sh`
    for path in ${paths}; do
    [ -e "$path" ] || { echo absent; continue; }
    stat -L -c '%a %U:%G' -- "$path" 2>/dev/null || echo unreadable
    done`,
  parse: (stdout, paths) => {
    const lines = stdout.split('\n');
    return paths.map((path, index) => accessOf(path, lines[index] ?? ''));
  },
};

function accessOf(path: string, line: string): Observation<FileAccess> {
  if (line === 'absent') return known<FileAccess>(null);
  const match = /^([0-7]+) (\S+:\S+)$/.exec(line);
  if (match === null) return { status: 'unknown', why: `${path} could not be looked at` };
  return known({ mode: Number.parseInt(match[1] ?? '', 8), owner: match[2] ?? '' });
}

/** The last lines of each text file; null for a file that does not exist. */
export const fileEnd: ProbeKind<{ path: string; lines: number }, string> = {
  name: 'file-end',
  script: (args) => sh`
    end() {
    [ -e "$1" ] || { echo absent; return; }
    [ -r "$1" ] || { echo unreadable; return; }
    printf 'text %s\n' "$(tail -n "$2" -- "$1" | base64 -w 0)"
    }
    ${args.map(({ path, lines }) => sh`end ${path} ${lines};`)}`,
  parse: (stdout, args) => {
    const lines = stdout.split('\n');
    return args.map(({ path }, index) => textOf(path, lines[index] ?? ''));
  },
};

function textOf(path: string, line: string): Observation<string> {
  if (line === 'absent') return known<string>(null);
  if (!line.startsWith('text ')) return { status: 'unknown', why: `${path} could not be read` };
  return known(Buffer.from(line.slice(5), 'base64').toString('utf8'));
}
