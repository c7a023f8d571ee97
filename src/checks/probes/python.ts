import { known, type ProbeKind } from '../../host/probe.js';
import { sh } from '../../host/shell.js';

/** The version of each interpreter; null where there is none. */
export const pythonVersion: ProbeKind<string, string> = {
  name: 'python-version',
  script: (interpreters) => sh`
    for python in ${interpreters}; do
    [ -x "$python" ] || { echo absent; continue; }
    "$python" --version 2>&1 | head -n 1
    done`,
  parse: (stdout, interpreters) => {
    const lines = stdout.split('\n');
    return interpreters.map((path, index) => {
      const line = lines[index] ?? '';
      if (line === 'absent') return known<string>(null);
      const version = /^Python (\S+)$/.exec(line)?.[1];
      return version === undefined
        ? { status: 'unknown', why: `${path} does not say its version` }
        : known(version);
    });
  },
};
