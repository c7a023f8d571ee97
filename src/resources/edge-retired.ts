import { defineResource, type Resource } from '../engine/resource.js';
import { ask, known, type ProbeKind } from '../host/probe.js';
import { sh } from '../host/shell.js';

const UNIT = 'haproxy.service';

/** Files of an edge. */
export interface EdgeFiles {
  /** `haproxy.cfg`. */
  configuration: string;
  /** Certificate chain and key in one file. */
  certificate: string;
}

/** How a configuration of vdb's begins: one of somebody else's is left alone. */
const OURS = '# Written by vdb';

const retiredKind: ProbeKind<string, 'there'> = {
  name: 'edge-retired',
  script: (files) => sh`
    for file in ${files}; do
    first=$(head -n 1 -- "$file" 2>/dev/null) || first=
    case $first in ${OURS}*) echo there ;; *) echo none ;; esac
    done`,
  parse: (stdout, files) => {
    const lines = stdout.trimEnd().split('\n');
    return files.map((_, index) => {
      if (lines[index] !== 'there' && lines[index] !== 'none') throw new Error(`it says "${lines[index]}"`);
      return known(lines[index] === 'there' ? 'there' : null);
    });
  },
};

/** No edge, where there is nothing for it to serve: it would go on with what it served before. */
export function edgeRetired({ configuration, certificate }: EdgeFiles): Resource {
  return defineResource<'there'>({
    id: 'edge-retired',
    title: 'no edge, as there is nothing to serve',
    probe: ask(retiredKind, configuration),
    diff: (have) =>
      have === null ? null : { action: 'remove', summary: 'stop HAProxy and remove its configuration' },
    apply: () => [
      {
        title: `stop ${UNIT} and remove its configuration`,
        script: sh`
          set -eu
          systemctl disable --now -- ${UNIT}
          rm -rf -- ${`/etc/systemd/system/${UNIT}.d`} ${`/run/vdb/started/${UNIT}`} ${certificate} ${configuration}
          systemctl daemon-reload`,
      },
    ],
  });
}
