import { known, type Observation, type ProbeKind } from '../../host/probe.js';
import { sh } from '../../host/shell.js';

/** What is wrong with a configuration, in promtool's words; empty for a valid one. */
export interface PrometheusInstalled {
  problem: string;
}

/** Prometheus as its package installs it, and what promtool says of each configuration. Null when not installed. */
export const prometheus: ProbeKind<string, PrometheusInstalled> = {
  name: 'prometheus',
  script: (files) => sh`
    command -v prometheus >/dev/null || { echo @absent; exit 0; }
    command -v promtool >/dev/null || { echo @no-promtool; exit 0; }
    for file in ${files}; do
    said=$(promtool check config "$file" 2>&1); code=$?
    printf '@config %s %s\n' $code "$(printf '%s' "$said" | base64 -w 0)"
    done`,
  parse: (stdout, files) => {
    if (stdout.startsWith('@absent')) return files.map(() => known<PrometheusInstalled>(null));
    if (stdout.startsWith('@no-promtool'))
      return files.map(() => ({ status: 'unknown', why: 'promtool is not installed' }));
    const lines = stdout.split('\n');
    return files.map((file, index) => installed(file, lines[index] ?? ''));
  },
};

function installed(file: string, line: string): Observation<PrometheusInstalled> {
  const [, code, said] = /^@config (\d+) (\S*)$/.exec(line) ?? [];
  if (code === undefined) return { status: 'unknown', why: `promtool says nothing of ${file}` };
  return known({
    problem: code === '0' ? '' : problemIn(Buffer.from(said ?? '', 'base64').toString('utf8')),
  });
}

/** What is wrong, on one line: what follows promtool's first `FAILED:`. */
function problemIn(said: string): string {
  const [, after = said] = /FAILED:?([\s\S]*)/.exec(said) ?? [];
  return (
    after
      .trim()
      .replaceAll(/\s*\n\s*/g, ' ')
      .slice(0, 200) || 'promtool refuses it'
  );
}
