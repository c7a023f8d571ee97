import { known, type Observation, type ProbeKind } from '../host/probe.js';
import { sh } from '../host/shell.js';

/** The text of each file; null only where there is explicitly no such file. */
export const textFile: ProbeKind<string, string> = {
  name: 'text-file',
  script: (paths) => sh`for path in ${paths}; do
    text=$(cat -- "$path" 2>&1)
    printf '%s %s\n' "$?" "$(printf %s "$text" | base64 -w0)"
    done`,
  parse: (stdout, paths) => {
    const lines = stdout.trim().split('\n');
    return paths.map((path, i) => observationOf(path, lines[i] ?? ''));
  },
};

/** One line: the exit code of `cat` and what it printed, in base64. */
function observationOf(path: string, line: string): Observation<string> {
  const [code, encoded = ''] = line.split(' ');
  const text = Buffer.from(encoded, 'base64').toString();
  if (code === '0') return known(text);
  if (code === '1' && text.endsWith(': No such file or directory')) return known<string>(null);
  return { status: 'unknown', why: text || `no answer for ${path}` };
}
