import { known, type Observation, type ProbeKind } from '../../host/probe.js';
import { sh } from '../../host/shell.js';

/**
 * The text of each file below /proc or /sys; null for a file that this kernel does not have. All are read by
 * the one shell, without a process for each.
 */
export const kernelText: ProbeKind<string, string> = {
  name: 'kernel',
  script: (paths) => sh`
    for path in ${paths}; do
    printf '@@ %s\n' "$path"
    [ -e "$path" ] || { echo absent; continue; }
    { while IFS= read -r line || [ -n "$line" ]; do printf '= %s\n' "$line"; done <"$path"; } 2>/dev/null ||
    echo unreadable
    done`,
  parse: (stdout, paths) => {
    const blocks = stdout.split(/^@@ /m).slice(1);
    if (blocks.length !== paths.length) throw new Error(`${blocks.length} answers for ${paths.length} files`);
    return paths.map((path, index) => textOf(path, blocks[index] ?? ''));
  },
};

function textOf(path: string, block: string): Observation<string> {
  const [head, ...lines] = block.trimEnd().split('\n');
  if (head !== path) throw new Error(`an answer about ${head}, not ${path}`);
  if (lines[0] === 'absent') return known<string>(null);
  if (lines.length === 0 || !lines.every((line) => line.startsWith('=')))
    return { status: 'unknown', why: `${path} could not be read` };
  return known(lines.map((line) => line.slice(2)).join('\n'));
}
